#!/usr/bin/env python3
"""Kills `terrace run` with SIGKILL at random moments, over and over, while two simulated exchanges go on; then lets the last run stop
as it should, and holds what Terrace kept against what the exchanges did:

- no order stands,
- the store holds each fill of the exchanges exactly once, to the last digit, and no other,
- each strategy's position is the sum of its fills.

    scripts/crash_network.py TERRACE TERRACE_EXCHANGE [--seeds 1-25] [--kills 4] [--store sqlite|postgres://...] [--faults SPEC] [--bus]

With --store postgres://USER@HOST:PORT/DATABASE each seed gets a database of its own there; psql must be installed.
With --bus market data comes from a `terrace feed` over a Redis of its own, and these are killed now and then as well.
Exit code 0 where all of it held for every seed.
"""
import argparse
import collections
import decimal
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

Decimal = decimal.Decimal
decimal.getcontext().prec = 60
COINS = {"BERA": "5.2", "ETH": "2650", "SOL": "155", "AVAX": "27", "LINK": "11.4", "ADA": "0.35"}
KEY = "terrace-test-key"


class Failure(Exception):
    pass


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"waited {seconds} s for {what}")


class Exchange:
    """One `terrace-exchange`, and its admin interface."""

    def __init__(self, binary, protocol, folder, seed, faults):
        self.protocol = protocol
        self.output = os.path.join(folder, f"{protocol}.txt")
        command = [binary, "--protocol", protocol, "--symbols", ",".join(f"{coin}USDT" for coin in COINS), "--rate", "1500",
                   "--seed", str(seed), "--orders-per-window", "20000", "--weight-per-window", "1000000"]
        if faults:
            command += ["--faults", faults]
        with open(self.output, "w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        self.port = wait(self.address, 30, f"terrace-exchange for {protocol}")

    def address(self):
        if self.process.poll() is not None:
            raise Failure(open(self.output).read())
        found = re.search(r"127\.0\.0\.1:(\d+)", open(self.output).read())
        return found and int(found.group(1))

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/admin/{path}", method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return json.loads(answer.read())

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Redis:
    """A Redis server of our own, which keeps nothing."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(self.answers, 20, "redis-server")

    def answers(self):
        if self.process.poll() is not None:
            raise Failure("redis-server ended by itself")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()


def desk(folder, exchanges, store, redis):
    """The configuration, as a file."""
    key = os.path.join(folder, "exchange.key")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(f"key={KEY}\nsecret=terrace-test-secret\n")
    limits = {"binance": (10, 350, 10), "bybit": (-1, 90, 1)}
    lines = ["mode: live", f"data: {folder}/data", "journal: { segment_megabytes: 1, keep_megabytes: 64 }"]
    if store:
        lines.append(f"store: {store}")
    if redis:
        lines.append(f"bus: redis://127.0.0.1:{redis.port}")
    lines.append("venues:")
    for exchange in exchanges:
        fee, orders, seconds = limits[exchange.protocol]
        at = f"127.0.0.1:{exchange.port}"
        lines += [f"  {exchange.protocol}:",
                  f"    endpoints: {{ rest: http://{at}, market: ws://{at}, account: ws://{at} }}",
                  f"    key_file: {key}", f"    orders_per_window: {orders}", f"    window_seconds: {seconds}",
                  f"    maker_fee_bps: {fee}", "    taker_fee_bps: 50"]
    lines += ["defaults:", "  exchanges: [binance, bybit]", "  config: { requote_tolerance_bps: 4 }", "strategies:"]
    for coin, price in COINS.items():
        thousand = Decimal(1000) / Decimal(price)
        unit = Decimal(10) ** (thousand.adjusted() - 2)
        thousand = (thousand // unit) * unit
        lines += [f"  - id: {coin.lower()}_usdt", f"    symbol: {coin}/USDT", "    config:",
                  f"      inventory: {{ target_inventory: {thousand * 10:f}, max_inventory_deviation: {thousand * 10:f},"
                  f" initial_inventory: {thousand * 10:f} }}",
                  f"      tob_lines: [{{ hourly_quantity: {thousand * 200:f}, spread_bps: 1 }}]",
                  f"      passive_lines: [{{ mid_spread_bps: 3, quantity: {thousand / 4:f} }},"
                  f" {{ mid_spread_bps: 40, quantity: {thousand:f} }}]"]
    path = os.path.join(folder, "desk.yml")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path


class Store:
    """The trade store, read with its own tools."""

    def __init__(self, folder, url):
        self.path = os.path.join(folder, "data", "terrace.sqlite")
        self.url = url

    def rows(self, query):
        if self.url:
            out = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", query, self.url],
                                 capture_output=True, text=True, timeout=120)
            if out.returncode:
                raise Failure(out.stderr)
            return [tuple(line.split("\t")) for line in out.stdout.splitlines()]
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as database:
            return [tuple("" if value is None else str(value) for value in row) for row in database.execute(query)]


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


def check(terrace, folder, exchanges, url, report):
    for exchange in exchanges:
        left = exchange.ask(f"orders?key={KEY}&open=true")
        if left:
            raise Failure(f"{exchange.protocol}: {len(left)} orders are left: {left[:3]}")
    expected = truth(exchanges)
    store = Store(folder, url)
    found = []
    query = "select venue, symbol, trade_id, side, price, quantity, fee, fee_coin from fills"
    for venue, symbol, trade, side, price, quantity, fee, coin in store.rows(query):
        word = {"bid": "BUY", "buy": "BUY", "ask": "SELL", "sell": "SELL"}[side.lower()]
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
        thousand = Decimal(1000) / Decimal(COINS[coin])
        unit = Decimal(10) ** (thousand.adjusted() - 2)
        opening = (thousand // unit) * unit * 10
        wanted = opening + positions.get(coin, Decimal(0))
        held = holdings[f"{coin.lower()}_usdt"]
        # Fees below a unit of quantity wait until they make a whole one.
        if abs(held - wanted) > Decimal("0.00000002"):
            raise Failure(f"{coin}: the strategy holds {held}, its fills come to {wanted}")
    return len(expected)


def run(terrace, binary, seed, kills, url, faults, uses_bus):
    dice = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="terrace-crash-")
    exchanges = []
    process = feed = redis = None
    keeps = False
    try:
        for protocol in ["binance", "bybit"]:
            exchanges.append(Exchange(binary, protocol, folder, seed, faults))
        redis = Redis(folder) if uses_bus else None
        path = desk(folder, exchanges, url, redis)
        log = open(os.path.join(folder, "run.txt"), "a")
        environment = dict(os.environ, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
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
        fills = check(terrace, folder, exchanges, url, json.load(open(report)))
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
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--faults", default="")
    parser.add_argument("--bus", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    first, _, last = options.seeds.partition("-")
    failed = 0
    for seed in range(int(first), int(last or first) + 1):
        url = None
        if options.store != "sqlite":
            base, _, name = options.store.rpartition("/")
            url = f"{base}/{name}_{seed}"
            for command in [f"drop database if exists {name}_{seed}", f"create database {name}_{seed}"]:
                subprocess.run(["psql", "-X", "-q", "-c", command, options.store], check=True, timeout=60)
        if not run(options.terrace, options.exchange, seed, options.kills, url, options.faults, options.bus):
            failed += 1
    if failed:
        print(f"{failed} seeds failed")
        sys.exit(1)
    print("every seed held")


if __name__ == "__main__":
    main()
