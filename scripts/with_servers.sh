#!/usr/bin/env bash
# Runs a command with a PostgreSQL and a Redis of its own, on loopback, and ends both with it, however it ends.
#
#   with_servers.sh [--postgres NAME=VALUE]... [--redis OPTION]... [--] COMMAND [ARGUMENT...]
#
# The command finds them by its environment: TERRACE_POSTGRES is postgres://user:password@host:port/database, and
# TERRACE_REDIS is redis://host:port. The exit code is the command's. --postgres settings go to postgresql.conf, --redis
# options to redis-server, a word each: --redis --maxmemory --redis 64mb.
set -euo pipefail
servers=$(cd "$(dirname "$0")" && pwd)/servers.sh
postgres=()
redis=()
while [ $# -gt 0 ]; do
    case "$1" in
        --postgres) postgres+=("${2:?--postgres NAME=VALUE}") && shift 2 ;;
        --redis) redis+=("${2:?--redis OPTION}") && shift 2 ;;
        --) shift && break ;;
        -*) echo "with_servers.sh: unknown option $1" >&2 && exit 2 ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || {
    sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//' >&2
    exit 2
}

folder=$(mktemp -d)
chmod 755 "$folder"
child=""
# The guards end the servers, by the numbers of their processes, once nobody holds the descriptors that they wait for: only
# this script does, so they come to an end with it, killed or not.
guards=()
finish() {
    local code=$?
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    for server in "$folder"/*/kind; do
        [ -e "$server" ] && bash "$servers" stop "${server%/kind}" </dev/null >&2 || true
    done
    [ -z "${hold:-}" ] || exec {hold}>&-
    [ ${#guards[@]} = 0 ] || wait "${guards[@]}" 2>/dev/null || true
    rm -rf "$folder"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkfifo "$folder/hold"
exec {hold}<>"$folder/hold"
# Starts a server, and its guard once it has one to guard.
start() { # KIND DIR [OPTION...]
    bash "$servers" "start-$1" "$folder/$1" "${@:2}" </dev/null >/dev/null
    setsid bash "$servers" guard "$folder/$1" <"$folder/hold" >/dev/null 2>&1 {hold}>&- &
    guards+=($!)
}
start postgres ${postgres[@]+"${postgres[@]}"}
start redis ${redis[@]+"${redis[@]}"}
TERRACE_POSTGRES=$(bash "$servers" url "$folder/postgres")
TERRACE_REDIS=$(bash "$servers" url "$folder/redis")
export TERRACE_POSTGRES TERRACE_REDIS

"$@" <&0 {hold}>&- &
child=$!
code=0
wait "$child" || code=$?
child=""
exit "$code"
