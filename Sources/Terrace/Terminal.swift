import Foundation

/// The terminal on standard output, for a screen that is drawn again and again.
struct Terminal: Sendable {
    /// Nil where standard output is no terminal.
    init?() {
        if isatty(STDOUT_FILENO) != 1 { return nil }
    }

    /// Columns and lines, now; 80 by 24 where the terminal does not tell.
    var size: (width: Int, height: Int) {
        var window = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    /// Hides the cursor and clears the screen.
    func open() { self.write("\u{1B}[?25l\u{1B}[2J") }

    /// Draws over what is there, line by line and without clearing first, so that nothing flickers.
    func show(_ lines: [String]) {
        self.write("\u{1B}[H" + lines.joined(separator: "\u{1B}[K\n") + "\u{1B}[K\u{1B}[J")
    }

    /// Shows the cursor again, below what was drawn.
    func close() { self.write("\u{1B}[?25h\n") }

    private func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
