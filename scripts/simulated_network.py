"""Simulated exchanges, a Redis and a desk for scripts that run the real programs."""
import json
import os
import re
import socket
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request
from decimal import Decimal

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

    def __init__(self, binary, protocol, folder, listed, rate, seed=1, faults=""):
        """`listed`: what it lists, as options."""
        self.protocol = protocol
        self.output = os.path.join(folder, f"{protocol}.txt")
        command = [binary, "--protocol", protocol, *listed, "--rate", str(rate), "--seed", str(seed),
                   "--orders-per-window", "20000", "--weight-per-window", "1000000"]
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
        """Of the admin interface."""
        return self.fetch(f"admin/{path}", method)

    def fetch(self, path, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
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


class SQLiteStore:
    """The store that a desk has where its file names none."""

    yaml = None

    def __init__(self, folder):
        self.path = os.path.join(folder, "data", "terrace.sqlite")

    def rows(self, query):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as database:
            return [tuple("" if value is None else str(value) for value in row) for row in database.execute(query)]


class PostgresStore:
    """A new database on the server at TERRACE_POSTGRES. The password goes by the environment, never by arguments."""

    def __init__(self, name):
        server = urllib.parse.urlsplit(os.environ["TERRACE_POSTGRES"])
        at = f"postgres://{server.username}@{server.hostname}:{server.port}/"
        self.environment = dict(os.environ, PGPASSWORD=urllib.parse.unquote(server.password or ""))
        self.url = at + server.path[1:]
        self.rows(f"drop database if exists {name}")
        self.rows(f"create database {name}")
        self.url = at + name
        self.yaml = f"{{ url: \"{self.url}\", password_env: PGPASSWORD }}"

    def rows(self, query):
        out = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", query, self.url],
                             capture_output=True, text=True, timeout=120, env=self.environment)
        if out.returncode:
            raise Failure(out.stderr)
        return [tuple(line.split("\t")) for line in out.stdout.splitlines()]


def desk(folder, exchanges, coins, store=None, redis=None):
    """The configuration, as a file: a strategy for each of `coins`, which have prices in dollars, on all exchanges."""
    key = os.path.join(folder, "exchange.key")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(f"key={KEY}\nsecret=terrace-test-secret\n")
    limits = {"binance": (10, 350, 10), "bybit": (-1, 90, 1)}
    lines = ["mode: live", f"data: {folder}/data", "journal: { segment_megabytes: 1, keep_megabytes: 64 }"]
    if store and store.yaml:
        lines.append(f"store: {store.yaml}")
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
    names = ", ".join(exchange.protocol for exchange in exchanges)
    lines += ["defaults:", f"  exchanges: [{names}]", "  config: { requote_tolerance_bps: 4 }", "strategies:"]
    for coin, price in coins.items():
        thousand = thousand_dollars(price)
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


def thousand_dollars(price):
    """What a thousand dollars buy at `price`, in three digits."""
    amount = Decimal(1000) / Decimal(price)
    unit = Decimal(10) ** (amount.adjusted() - 2)
    return (amount // unit) * unit
