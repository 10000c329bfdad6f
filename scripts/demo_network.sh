#!/usr/bin/env bash
# The demo over real sockets: two simulated exchanges of different protocols behind TLS, each in a process of its own, and
# `terrace run --mode live` on both. At the end the exchanges themselves are asked whether an order is left, and whether fills and
# balances are what the run's report says.
#
#   scripts/demo_network.sh TERRACE TERRACE_EXCHANGE [options of `terrace run`]
#
# With TERRACE_DEMO_BUS, the address of a Redis, market data comes over it from a `terrace feed` of its own.
set -euo pipefail
export LC_ALL=C
if [ $# -lt 2 ]; then
    echo "usage: $0 TERRACE TERRACE_EXCHANGE [options of terrace run]" >&2
    exit 2
fi
terrace=$1 exchange=$2
shift 2

folder=$(mktemp -d)
servers=()
close() {
    trap - EXIT
    local server
    for server in "${servers[@]}"; do kill -TERM "$server" 2>/dev/null || true; done
    for server in "${servers[@]}"; do
        for _ in $(seq 50); do
            kill -0 "$server" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$server" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap close EXIT
# The report goes where the caller wants it, and is looked at here all the same.
report="$folder/report.json"
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    --report) report=${2:?--report needs a file}; shift ;;
    --report=*) report=${1#--report=} ;;
    *) arguments+=("$1") ;;
    esac
    shift
done

# A certificate for this machine and this hour's run alone. `localhost` is what it is checked against.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=localhost" \
    -addext "subjectAltName=DNS:localhost" -keyout "$folder/server.key" -out "$folder/server.pem" 2>"$folder/openssl.txt" ||
    { cat "$folder/openssl.txt" >&2; exit 1; }

# Coins with their price in dollars. The orders are worth some hundred dollars each.
coins="BERA 5.2 BTC 61700 ETH 2650 SOL 155 HONEY 0.998 AVAX 27 LINK 11.4 DOGE 0.108 ADA 0.35 XRP 0.58 DOT 4.6 ATOM 4.9 NEAR 4.2
    APT 6.4 ARB 0.56 OP 1.52 SUI 0.92 TIA 5.3 INJ 19 SEI 0.29"
symbols=$(printf '%s' "$coins" | tr -s ' \n' '\n\n' | awk 'NR % 2 == 1 { printf "%s%sUSDT", (NR > 1 ? "," : ""), $1 }')

start() { # PROTOCOL
    local protocol=$1 address=""
    # Real limits of orders would make the demo a quiet one. The desk stays within the real limits of requests.
    "$exchange" --protocol "$protocol" --symbols "$symbols" --rate 2000 --tls "$folder/server.pem" "$folder/server.key" \
        --orders-per-window 20000 --weight-per-window 1000000 >"$folder/$protocol.txt" 2>&1 &
    servers+=($!)
    for _ in $(seq 300); do
        address=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$folder/$protocol.txt")
        if [ -n "$address" ]; then break; fi
        kill -0 "${servers[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$address" ]; then
        echo "terrace-exchange for $protocol did not start:" >&2
        cat "$folder/$protocol.txt" >&2
        exit 1
    fi
    printf -v "port_$protocol" '%s' "$address"
}
start binance
start bybit
# A proxy, should the environment name one, does not lead to this machine.
export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1

(umask 077 && printf 'key=terrace-test-key\nsecret=terrace-test-secret\n' >"$folder/exchange.key")
{
    echo "mode: live"
    echo "data: $folder/data"
    echo "venues:"
    while read -r venue port fee orders seconds; do
        echo "  $venue:"
        echo "    endpoints: { rest: https://localhost:$port, market: wss://localhost:$port, account: wss://localhost:$port }"
        echo "    ca_file: $folder/server.pem"
        echo "    key_file: $folder/exchange.key"
        echo "    orders_per_window: $orders"
        echo "    window_seconds: $seconds"
        echo "    maker_fee_bps: $fee"
        echo "    taker_fee_bps: 50"
    done <<VENUES
binance $port_binance 10 350 10
bybit $port_bybit -1 90 1
VENUES
    if [ -n "${TERRACE_DEMO_BUS:-}" ]; then echo "bus: { url: \"$TERRACE_DEMO_BUS\", feed: demo-$$ }"; fi
    echo "risk: { max_loss: { USDT: \"1000000\" } }"
    echo "defaults:"
    echo "  exchanges: [binance, bybit]"
    echo "  config: { requote_tolerance_bps: 4 }"
    echo "strategies:"
    printf '%s' "$coins" | tr -s ' \n' '\n\n' | paste - - | awk '{
        # Three digits that count, so that every lot divides them.
        thousand = 1000 / $2
        power = 1
        while (thousand * power < 100) power *= 10
        while (thousand * power >= 1000) power /= 10
        thousand = int(thousand * power) / power
        printf "  - id: %s_usdt\n    symbol: %s/USDT\n    config:\n", tolower($1), $1
        printf "      inventory: { target_inventory: %.8f, max_inventory_deviation: %.8f, initial_inventory: %.8f }\n", \
            thousand * 10, thousand * 10, thousand * 10
        printf "      tob_lines: [{ hourly_quantity: %.8f, spread_bps: 5 }]\n", thousand * 20
        printf "      passive_lines: [{ mid_spread_bps: 8, quantity: %.8f }, { mid_spread_bps: 40, quantity: %.8f }]\n", \
            thousand / 4, thousand
    }'
} >"$folder/desk.yml"

if [ -n "${TERRACE_DEMO_DOCTOR:-}" ]; then "$terrace" doctor "$folder/desk.yml"; fi
if [ -n "${TERRACE_DEMO_BUS:-}" ]; then
    "$terrace" feed "$folder/desk.yml" >"$folder/feed.txt" 2>&1 &
    servers+=($!)
fi
code=0
"$terrace" run "$folder/desk.yml" --mode live --report "$report" ${arguments[@]+"${arguments[@]}"} || code=$?
if [ "$code" != 0 ]; then
    echo "terrace run ended with exit code $code" >&2
    exit "$code"
fi

# What the exchanges say, and what the report says. openssl carries the question, so that nothing else need be installed.
ask() { # PORT PATH
    printf 'GET /admin/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" |
        timeout 20 openssl s_client -quiet -verify_quiet -verify_return_error -verify_hostname localhost \
            -CAfile "$folder/server.pem" -connect "127.0.0.1:$1" 2>/dev/null | tr -d '\r' | sed '1,/^$/d'
}
wrong=0
fills=0
for venue in binance bybit; do
    port_name="port_$venue"
    port=${!port_name}
    state=$(ask "$port" state)
    left=$(printf '%s' "$state" | sed -n 's/.*"open":\([0-9]*\).*/\1/p')
    filled=$(printf '%s' "$state" | sed -n 's/.*"fills":\([0-9]*\)}\]}$/\1/p')
    if [ -z "$left" ] || [ -z "$filled" ]; then
        echo "$venue does not tell what it holds: $state" >&2
        exit 1
    fi
    fills=$((fills + filled))
    if [ "$left" != 0 ]; then
        echo "$venue: $left orders are left" >&2
        wrong=1
    fi
    ask "$port" 'balances?key=terrace-test-key' | tr '}' '\n' |
        sed -n 's/.*"coin":"\([^"]*\)","total":"\([^"]*\)","free":"\([^"]*\)".*/\1 \2 \3/p' | sort >"$folder/$venue.held"
    # In the report: sessions, the venue, balances; a coin a line.
    awk -v venue="$venue" '
        $1 == "\"sessions\"" { inside = 1 }
        inside && $1 == "\"" venue "\"" { here = 1 }
        here && $1 == "\"balances\"" { listing = 1; next }
        listing && /}/ { exit }
        listing { gsub(/[",]/, ""); print $1, $3, $3 }' "$report" | sort >"$folder/$venue.reckoned"
    # The exchange lists coins that the desk does not trade; those are as they were.
    join -o 2.1,2.2,2.3 "$folder/$venue.reckoned" "$folder/$venue.held" >"$folder/$venue.traded"
    if [ ! -s "$folder/$venue.traded" ] ||
        ! diff "$folder/$venue.reckoned" "$folder/$venue.traded" >"$folder/differences.txt"; then
        echo "$venue: balances differ; the report's begin with <, the exchange's (held, free) with >" >&2
        head -n 20 "$folder/differences.txt" >&2
        wrong=1
    fi
done
reported=$(sed -n 's/^  "fills" : \([0-9]*\),*$/\1/p' "$report")
if [ "$reported" != "$fills" ]; then
    echo "the exchanges made $fills fills, the report says $reported" >&2
    wrong=1
fi
if [ -n "${TERRACE_DEMO_BUS:-}" ] && ! grep -q 'Redis 2 of ' "$folder/feed.txt"; then
    echo "the feed does not tell that it has two connections to Redis:" >&2
    tail -n 20 "$folder/feed.txt" >&2
    wrong=1
fi
if [ "$wrong" != 0 ]; then exit 1; fi
echo "the exchanges confirm it: no order is left, $fills fills, and the balances of every coin are as reported"
