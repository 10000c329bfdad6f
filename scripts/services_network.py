#!/usr/bin/env python3
"""Runs `terrace feed` and `terrace run --mode live` on two simulated exchanges, with a PostgreSQL and a Redis, and counts at those two
servers how many connections the programs have, however many strategies there are:

- never more than `terrace check` says, and of both programs together at most 60,
- the run is reconciled, and PostgreSQL holds each of its fills.

    scripts/with_servers.sh scripts/services_network.py TERRACE TERRACE_EXCHANGE [--pairs 500] [--seconds 20] [--json FILE]

Exit code 0 where that held.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from simulated_network import Exchange, Failure, PostgresStore, desk, wait


class RedisServer:
    """The server at TERRACE_REDIS."""

    def __init__(self):
        url = urllib.parse.urlsplit(os.environ["TERRACE_REDIS"])
        self.address, self.port = (url.hostname, url.port), url.port

    def clients(self):
        """The names of all clients but this one."""
        with socket.create_connection(self.address, 5) as link:
            link.sendall(b"CLIENT LIST\r\n")
            data = b""
            while not data.startswith(b"$") or len(data) < int(data[1:data.index(b"\r\n")]) + data.index(b"\r\n") + 4:
                data += link.recv(65536)
        lines = data.decode().splitlines()[1:]
        return [re.search(r" name=(\S*)", line).group(1) for line in lines if line and " cmd=client|list" not in line]


def coins(exchange, count):
    """`count` coins that are traded against dollars, for more than a cent, with their prices."""
    found = {}
    for it in exchange.fetch("api/v3/exchangeInfo")["symbols"]:
        if it["quoteAsset"] == "USDT" and len(found) < count:
            price = exchange.fetch(f"api/v3/depth?symbol={it['symbol']}&limit=5")["bids"][0][0]
            if float(price) > 0.01:
                found[it["baseAsset"]] = price
    if len(found) < count:
        raise Failure(f"the exchange has {len(found)} such pairs")
    return found


def planned(terrace, path, environment):
    checked = subprocess.run([terrace, "check", path], capture_output=True, text=True, env=environment)
    if checked.returncode:
        raise Failure(f"terrace check: {checked.stdout}{checked.stderr}")
    return [int(re.search(rf"{what} connections +at most (\d+)", checked.stdout).group(1)) for what in ["database", "Redis"]]


def run(options, folder, processes):
    exchanges = []
    # A fifth of them is against other coins.
    listed = ["--pairs", str(options.pairs + options.pairs // 3 + 20)]
    for protocol in ["binance", "bybit"]:
        exchanges.append(Exchange(options.exchange, protocol, folder, listed, 4 * options.pairs))
        processes.append(exchanges[-1].process)
    redis, store = RedisServer(), PostgresStore("services")
    path = desk(folder, exchanges, coins(exchanges[0], options.pairs), store, redis)
    environment = dict(store.environment, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    database, bus = planned(options.terrace, path, environment)
    log = open(os.path.join(folder, "run.txt"), "a")

    def start(*arguments):
        process = subprocess.Popen([options.terrace, *arguments], stdout=log, stderr=log, env=environment)
        processes.append(process)
        return process

    feed = start("feed", path)
    wait(lambda: redis.clients() or feed.poll() is not None, 60, "the feed at Redis")
    report = os.path.join(folder, "report.json")
    trading = start("run", path, "--mode", "live", "--seconds", str(options.seconds), "--report", report)
    most = {"feed at Redis": 0, "run at Redis": 0, "both at Redis": 0, "feed at PostgreSQL": 0, "run at PostgreSQL": 0,
            "both at PostgreSQL": 0, "in all": 0}
    query = "select application_name from pg_stat_activity where datname = 'services' and pid <> pg_backend_pid()"
    while trading.poll() is None:
        if feed.poll() is not None:
            raise Failure(f"terrace feed ended by itself, with exit code {feed.returncode}")
        at_redis, at_postgres = redis.clients(), [name for (name,) in store.rows(query)]
        for server, names in [("Redis", at_redis), ("PostgreSQL", at_postgres)]:
            for role in ["feed", "run"]:
                count = sum(role in name for name in names)
                most[f"{role} at {server}"] = max(most[f"{role} at {server}"], count)
            most[f"both at {server}"] = max(most[f"both at {server}"], len(names))
        most["in all"] = max(most["in all"], len(at_redis) + len(at_postgres))
        time.sleep(0.2)
    if trading.returncode:
        raise Failure(f"terrace run ended with exit code {trading.returncode}")
    feed.send_signal(signal.SIGTERM)
    if feed.wait(60):
        raise Failure(f"terrace feed ended with exit code {feed.returncode}")
    result = json.load(open(report))
    fills = int(store.rows("select count(*) from fills")[0][0])
    summary = {"pairs": options.pairs, "strategies": result["strategies"], "planned": {"database": database, "redis": bus},
               "most": most, "fills": result["fills"], "stored_fills": fills, "services": result.get("services")}
    if options.json:
        with open(options.json, "w") as file:
            json.dump(summary, file, indent=1)
    print(f"{options.pairs} pairs, {result['strategies']} strategies, {result['fills']} fills, {fills} stored")
    for name, count in most.items():
        print(f"  most connections of {name:20} {count:4}")
    if not result["reconciled"]:
        raise Failure(f"the run is not reconciled: {result['mismatches'][:3]}")
    services = result["services"]
    for name, part, plan in [("database", services["store"], database), ("Redis", services["bus"], bus)]:
        if part["planned_connections"] != plan:
            raise Failure(f"the check plans {plan} connections to {name}, the run {part['planned_connections']}")
    if services["store"]["stored_records"] == 0 or services["journal"]["failures"] or services["bus"]["updates"] == 0:
        raise Failure(f"journal, store or bus did nothing, or failed: {services}")
    if not fills or fills != result["fills"]:
        raise Failure(f"the store has {fills} fills, the run {result['fills']}")
    for role in ["feed", "run"]:
        if not (0 < most[f"{role} at Redis"] <= bus and 0 < most[f"{role} at PostgreSQL"] <= database):
            raise Failure(f"{role}: planned are {bus} at Redis and {database} at PostgreSQL")
    if most["in all"] > 60:
        raise Failure("more than 60 connections in all")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("terrace")
    parser.add_argument("exchange")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--json")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder, processes, keeps = tempfile.mkdtemp(prefix="terrace-services-"), [], True
    try:
        run(options, folder, processes)
        keeps = False
    except Failure as failure:
        print(f"{failure}\n  kept in {folder}", file=sys.stderr)
    finally:
        for process in reversed(processes):
            if process.poll() is None:
                process.kill()
                process.wait()
        if not keeps:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(keeps)


if __name__ == "__main__":
    main()
