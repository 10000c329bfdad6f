#!/usr/bin/env python3
"""Kills `terrace run` with SIGKILL at random moments, over and over, while two simulated exchanges go on; then lets the last run stop
as it should, and holds what Terrace kept against what the exchanges did:

- no order stands,
- the store holds each fill of the exchanges exactly once, to the last digit, and no other,
- each strategy's position is the sum of its fills,
- the journal is sound.

    scripts/crash_network.py TERRACE TERRACE_EXCHANGE [--seeds 1-25] [--kills 4] [--store sqlite|postgres] [--faults SPEC] [--bus]

With --store postgres each seed gets a database of its own on the server at TERRACE_POSTGRES, where scripts/with_servers.sh
puts one; psql must be installed.
With --bus market data comes from a `terrace feed` over a Redis of its own, and these are killed now and then as well.
Exit code 0 where all of it held for every seed.
"""
import argparse
import collections
import decimal
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

from simulated_network import KEY, Exchange, Failure, PostgresStore, Redis, SQLiteStore, desk, thousand_dollars

decimal.getcontext().prec = 60
COINS = {"BERA": "5.2", "ETH": "2650", "SOL": "155", "AVAX": "27", "LINK": "11.4", "ADA": "0.35"}


def truth(exchanges):
    """Every fill of the exchanges, by (venue, symbol, trade)."""
    fills = {}
    for exchange in exchanges:
        for fill in exchange.ask(f"fills?key={KEY}"):
            symbol = fill["symbol"].removesuffix("USDT") + "/USDT"
            key = (exchange.protocol, symbol, str(fill["trade"]))
            if key in fills:
                raise Failure(f"the exchange tells {key} twice")
            fills[key] = (fill["side"], Decimal(fill["price"]), Decimal(fill["quantity"]), Decimal(fill["fee"]), fill["feeCoin"])
    return fills


def compare(name, expected, found):
    counts = collections.Counter(key for key, _ in found)
    doubled = [key for key, count in counts.items() if count > 1]
    values = dict(found)
    missing = [key for key in expected if key not in values]
    foreign = [key for key in values if key not in expected]
    wrong = [(key, values[key], expected[key]) for key in values if key in expected and values[key] != expected[key]]
    if doubled or missing or foreign or wrong:
        raise Failure(f"{name}: of {len(expected)} fills {len(missing)} are missing, {len(doubled)} doubled, {len(foreign)} unknown, "
                      f"{len(wrong)} wrong: {(missing + doubled + foreign)[:5]} {wrong[:3]}")


def check(exchanges, store, report):
    for exchange in exchanges:
        left = exchange.ask(f"orders?key={KEY}&open=true")
        if left:
            raise Failure(f"{exchange.protocol}: {len(left)} orders are left: {left[:3]}")
    expected = truth(exchanges)
    if not expected:
        raise Failure("nothing was filled")
    found = []
    query = "select venue, symbol, trade, side, price, quantity, fee, fee_coin from fills_named"
    for venue, symbol, trade, side, price, quantity, fee, coin in store.rows(query):
        word = {"b": "BUY", "s": "SELL"}[side]
        if venue == "bybit":
            # What that protocol shows is unique over all instruments: the number stands in the last fourteen digits.
            trade = str(int(trade) % 10**14)
        found.append(((venue, symbol, trade), (word, Decimal(price), Decimal(quantity), Decimal(fee), coin)))
    compare("the store", expected, found)
    # A strategy's position: the opening inventory, its fills, less the fees that were taken in the coin itself.
    positions = {}
    for (_, symbol, _), (side, _, quantity, fee, coin) in expected.items():
        base = symbol.split("/")[0]
        change = quantity if side == "BUY" else -quantity
        positions[base] = positions.get(base, Decimal(0)) + change - (fee if coin == base else 0)
    holdings = {holding["strategy"]: Decimal(holding["quantity"]) for holding in report["positions"]}
    for coin in COINS:
        opening = thousand_dollars(COINS[coin]) * 10
        wanted = opening + positions.get(coin, Decimal(0))
        held = holdings[f"{coin.lower()}_usdt"]
        # Fees below a unit of quantity wait until they make a whole one.
        if abs(held - wanted) > Decimal("0.00000002"):
            raise Failure(f"{coin}: the strategy holds {held}, its fills come to {wanted}")
    return len(expected)


def run(terrace, binary, seed, kills, kind, faults, uses_bus):
    dice = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="terrace-crash-")
    exchanges = []
    process = feed = redis = None
    keeps = False
    try:
        for protocol in ["binance", "bybit"]:
            listed = ["--symbols", ",".join(f"{coin}USDT" for coin in COINS)]
            exchanges.append(Exchange(binary, protocol, folder, listed, 1500, seed, faults))
        redis = Redis(folder) if uses_bus else None
        store = PostgresStore(f"crash_{seed}") if kind == "postgres" else SQLiteStore(folder)
        path = desk(folder, exchanges, COINS, store, redis)
        log = open(os.path.join(folder, "run.txt"), "a")
        environment = dict(getattr(store, "environment", os.environ), NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
        for _ in range(kills):
            if redis and feed and dice.random() < 0.3:
                redis.close()
                redis.start()
            if redis and (feed is None or dice.random() < 0.4):
                if feed:
                    feed.kill()
                    feed.wait()
                feed = subprocess.Popen([terrace, "feed", path], stdout=log, stderr=log, env=environment)
            process = subprocess.Popen([terrace, "run", path, "--mode", "live"], stdout=log, stderr=log, env=environment)
            end = time.monotonic() + dice.uniform(0.3, 6)
            while time.monotonic() < end and process.poll() is None:
                time.sleep(0.01)
            if process.poll() is not None:
                raise Failure(f"terrace run ended by itself, with exit code {process.returncode}")
            process.kill()
            process.wait()
            log.write(f"== killed after seed {seed}\n")
            log.flush()
            time.sleep(dice.choice([0, 0, dice.uniform(0, 2)]))
        for exchange in exchanges:
            if faults:
                exchange.ask("fault?plan=none", method="POST")
        report = os.path.join(folder, "report.json")
        process = subprocess.Popen([terrace, "run", path, "--mode", "live", "--seconds", "8", "--report", report], stdout=log,
                                   stderr=log, env=environment)
        if process.wait(120):
            raise Failure(f"the last run ended with exit code {process.returncode}")
        process = None
        fills = check(exchanges, store, json.load(open(report)))
        verified = subprocess.run([terrace, "journal", "verify", path], capture_output=True, text=True, timeout=120)
        if verified.returncode:
            raise Failure(f"terrace journal verify: {verified.stdout}{verified.stderr}")
        print(f"seed {seed}: {kills} kills, {fills} fills, each once; no order left", flush=True)
        return True
    except Failure as failure:
        keeps = True
        print(f"seed {seed}: {failure}\n  kept in {folder}", flush=True)
        return False
    finally:
        for other in [process, feed]:
            if other and other.poll() is None:
                other.kill()
                other.wait()
        for server in exchanges + ([redis] if redis else []):
            server.close()
        if not keeps:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("terrace")
    parser.add_argument("exchange")
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--store", default="sqlite", choices=["sqlite", "postgres"])
    parser.add_argument("--faults", default="")
    parser.add_argument("--bus", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    first, _, last = options.seeds.partition("-")
    failed = 0
    for seed in range(int(first), int(last or first) + 1):
        if not run(options.terrace, options.exchange, seed, options.kills, options.store, options.faults, options.bus):
            failed += 1
    if failed:
        print(f"{failed} seeds failed")
        sys.exit(1)
    print("every seed held")


if __name__ == "__main__":
    main()
