#!/usr/bin/env python3
"""Draws a program's screen as an SVG: runs it in a terminal of its own (tmux), waits, and takes what stands there.

    scripts/picture.py --out docs/images/demo.svg --seconds 30 -- terrace demo
"""

import argparse
import html
import os
import shlex
import subprocess
import sys
import time

FONT_SIZE = 14
CELL_WIDTH = 8.43  # Of a monospace font whose letters are 0.602 of its size wide, as those of the usual ones are.
LINE_HEIGHT = 18
MARGIN = 16
BACKGROUND, FOREGROUND, BRIGHT, DIM = "#11151c", "#c8d3e0", "#ffffff", "#7d8b9c"


def screen(command, columns, lines, seconds):
    """The lines that `command` shows after `seconds` in a terminal of this size; then it is told to stop by Ctrl-C."""
    tmux = ["tmux", "-L", f"picture-{os.getpid()}", "-f", "/dev/null"]
    subprocess.run(
        tmux + ["new", "-d", "-s", "picture", "-x", str(columns), "-y", str(lines), shlex.join(command)],
        check=True,
    )
    try:
        time.sleep(seconds)
        shown = subprocess.run(
            tmux + ["capture-pane", "-p", "-t", "picture"], check=True, capture_output=True, text=True
        ).stdout
        subprocess.run(tmux + ["send-keys", "-t", "picture", "C-c"], check=True)
        for _ in range(70):
            if subprocess.run(tmux + ["has", "-t", "picture"], capture_output=True).returncode != 0:
                break
            time.sleep(1)
    finally:
        subprocess.run(tmux + ["kill-server"], capture_output=True)
    return [line.rstrip() for line in shown.rstrip("\n").split("\n")]


def colour(number, line):
    """The first line and the headings of tables stand out, each in its way."""
    if number == 0:
        return BRIGHT
    words = line.split()
    is_heading = words and words[0] in ("profit", "latency", "needs", "least")
    return DIM if is_heading else FOREGROUND


def svg(lines, columns):
    """The lines as an SVG."""
    width = round(columns * CELL_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{FONT_SIZE}" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        if not line:
            continue
        y = MARGIN + number * LINE_HEIGHT + FONT_SIZE
        # No-break spaces and a fixed length keep columns in line whatever the font and the viewer.
        text = html.escape(line).replace(" ", "\u00a0")
        length = round(len(line) * CELL_WIDTH, 2)
        parts.append(
            f'<text x="{MARGIN}" y="{y}" textLength="{length}" fill="{colour(number, line)}">{text}</text>'
        )
    return "\n".join(parts + ["</g>", "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("command", nargs="+", help="the program with its arguments, behind --")
    options = parser.parse_args()
    lines = screen(options.command, options.columns, options.lines, options.seconds)
    if not any(lines):
        sys.exit("picture: nothing was shown")
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(svg(lines, options.columns))


if __name__ == "__main__":
    main()
