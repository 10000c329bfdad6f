#!/usr/bin/env python3
"""Checks what `terrace bench engine --dump-books --dump-wapq` writes against the feed itself, in the plainest way.

    verify_dumps.py FEED BOOKS.csv WAPQ.csv QUANTITY
"""
import csv
import struct
import sys
from decimal import Decimal

SCALE = 10**8


def text(units):
    whole = f"{units // SCALE}.{units % SCALE:08d}"
    return whole.rstrip("0").rstrip(".")


def books_of(feed):
    pairs, venues = struct.unpack_from("<II", feed, 16)
    (records,) = struct.unpack_from("<Q", feed, 24)
    symbols = [feed[64 + 32 * i : 80 + 32 * i].rstrip(b"\0").decode() for i in range(pairs)]
    books, begun = {}, {}
    for i in range(records):
        time, price, quantity, pair, venue, kind, side, _, _ = struct.unpack_from(
            "<QqqHBBBBH", feed, 64 + 32 * pairs + 32 * i
        )
        if kind == 1:
            continue
        if kind == 2 and begun.get((pair, venue)) != time:
            begun[pair, venue] = time
            books[pair, venue, 0], books[pair, venue, 1] = {}, {}
        book = books.setdefault((pair, venue, side), {})
        if quantity:
            book[price] = quantity
        else:
            book.pop(price, None)
    return symbols, venues, books


def main(feed_path, books_path, wapq_path, quantity):
    symbols, venues, books = books_of(open(feed_path, "rb").read())
    wanted = int(Decimal(quantity) * SCALE)
    levels, sweeps = [], []
    for pair, symbol in enumerate(symbols):
        for side, name in enumerate(("bid", "ask")):
            merged = {}
            for venue in range(venues):
                for price, size in books.get((pair, venue, side), {}).items():
                    total, mask = merged.get(price, (0, 0))
                    merged[price] = (total + size, mask | 1 << venue)
            best = sorted(merged.items(), reverse=side == 0)
            for place, (price, (size, mask)) in enumerate(best[:20]):
                levels.append([symbol, name, str(place), text(price), text(size), str(mask)])
            filled = notional = 0
            for price, (size, _) in best:
                taken = min(size, wanted - filled)
                filled += taken
                notional += taken * price
            # A buyer's average is rounded up, a seller's down.
            price = 0 if not filled else (notional + filled - 1) // filled if side else notional // filled
            sweeps.append([symbol, "buy" if side else "sell", text(price), text(filled)])
    for path, header, rows in (
        (books_path, "pair,side,level,price,quantity,venue_mask", levels),
        (wapq_path, "pair,side,price,filled", sweeps),
    ):
        found = list(csv.reader(open(path)))
        if ",".join(found[0]) != header:
            sys.exit(f"{path}: the columns are {found[0]}, not {header}")
        differing = [row for row in map(tuple, found[1:]) if row not in set(map(tuple, rows))]
        if differing or len(found) - 1 != len(rows):
            sys.exit(f"{path}: {len(found) - 1} rows, {len(rows)} expected; first that differs: {differing[:1]}")
    print(f"{len(levels)} levels and {len(sweeps)} sweeps are as the feed says")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
