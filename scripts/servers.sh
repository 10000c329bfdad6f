#!/usr/bin/env bash
# Real servers for tests and benchmarks, on loopback, on a free port, in a folder of their own.
#
#   servers.sh start-postgres DIR [NAME=VALUE ...]   a new PostgreSQL; NAME=VALUE go to its postgresql.conf
#   servers.sh start-redis DIR [OPTION ...]          a new Redis; OPTIONs go to redis-server, such as --maxmemory 8mb
#   servers.sh again DIR                             start once more what was stopped or killed: same port, same data
#   servers.sh stop DIR                              stop in good order
#   servers.sh kill DIR                              end at once, as a crash would (SIGKILL to all of its processes)
#   servers.sh url DIR                               print the URL again
#   servers.sh guard DIR                             wait until standard input ends, then kill and remove DIR
#
# Starting prints `host=`, `port=` and `url=`, a line each. PostgreSQL will not run as root: there it runs as user postgres.
# Its user is `terrace`, with the password in the URL; over TCP the password is asked for (SCRAM). By default it does not
# flush to the disk (fsync=off): what is committed outlives the server, though not the machine. Give fsync=on to measure.
set -euo pipefail

# A server must not keep open what the caller had open: whoever waits for the end of a pipe would wait for the server's.
for descriptor in /proc/$$/fd/*; do
    descriptor=${descriptor##*/}
    if [ "$descriptor" -gt 2 ] && [ "$descriptor" -ne 255 ]; then eval "exec $descriptor>&-"; fi
done

host=127.0.0.1
password=a-password-of-tests

die() {
    echo "servers.sh: $*" >&2
    exit 1
}

# Runs as the user that the server runs as.
as() {
    if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_programs() {
    local folder
    folder=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -1)
    if [ -z "$folder" ] && command -v initdb >/dev/null; then folder=$(dirname "$(command -v initdb)"); fi
    [ -x "$folder/initdb" ] || die "PostgreSQL is not installed: apt-get install postgresql"
    echo "$folder"
}

# A port below the range from which the system gives ports out, that nobody listens on now.
free_port() {
    local port
    for _ in $(seq 50); do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        if ! (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    die "no free port found"
}

# The processes of the server in $1: those whose working folder is its data folder, whoever their parent is.
processes() {
    find /proc -maxdepth 2 -name cwd -lname "$1/data*" 2>/dev/null | cut -d/ -f3 || true
}

# Waits until no process of $1 is left; false after $2 tenths of a second.
wait_gone() {
    for _ in $(seq "$2"); do
        [ -z "$(processes "$1")" ] && return 0
        sleep 0.1
    done
    return 1
}

say() {
    printf 'host=%s\nport=%s\nurl=%s\n' "$host" "$(cat "$1/port")" "$(cat "$1/url")"
}

run_postgres() {
    local bin
    bin=$(postgres_programs)
    # What a killed server left: its process number may belong to another by now.
    rm -f "$1/data/postmaster.pid" "$1"/data/.s.PGSQL.*
    as "$bin/pg_ctl" -D "$1/data" -l "$1/data/server.log" -w -t 60 -s start >/dev/null 2>&1 </dev/null
}

start_postgres() {
    local folder=$1 bin port
    shift
    bin=$(postgres_programs)
    if [ "$(id -u)" = 0 ]; then
        install -d -o postgres -g postgres -m 700 "$folder/data"
    else
        mkdir -p -m 700 "$folder/data"
    fi
    as test -x "$folder/data" || die "user postgres can't reach $folder: let others pass its parent folders (chmod o+x)"
    printf '%s' "$password" >"$folder/password"
    chmod 644 "$folder/password"
    as "$bin/initdb" -D "$folder/data" -U terrace --auth-local=trust --auth-host=scram-sha-256 \
        --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 ||
        die "initdb failed: $(tail -3 "$folder/initdb.log" | tr '\n' ' ')"
    {
        echo "listen_addresses = '$host'"
        echo "unix_socket_directories = '$folder/data'"
        echo "max_connections = 60"
        echo "shared_buffers = 64MB"
        echo "fsync = off"
        echo "full_page_writes = off"
        for setting in "$@"; do echo "${setting%%=*} = '${setting#*=}'"; done
    } >>"$folder/data/postgresql.conf"
    echo postgres >"$folder/kind"
    # Somebody else may take the port in between: then another is tried.
    for _ in $(seq 5); do
        port=$(free_port)
        sed -i '/^port = /d' "$folder/data/postgresql.conf"
        echo "port = $port" >>"$folder/data/postgresql.conf"
        echo "$port" >"$folder/port"
        echo "postgres://terrace:$password@$host:$port/postgres" >"$folder/url"
        if run_postgres "$folder"; then
            say "$folder"
            return
        fi
    done
    die "PostgreSQL does not start: $(tail -3 "$folder/data/server.log" | tr '\n' ' ')"
}

run_redis() {
    local options=()
    mapfile -t options <"$1/options"
    (cd "$1/data" && redis-server --port "$(cat "$1/port")" --bind "$host" --save "" --appendonly no \
        --dir "$1/data" --daemonize yes --pidfile "$1/data/redis.pid" --logfile "$1/data/server.log" \
        "${options[@]}" >/dev/null </dev/null)
    for _ in $(seq 100); do
        [ "$(redis-cli -h "$host" -p "$(cat "$1/port")" ping 2>/dev/null)" = PONG ] && return 0
        [ -n "$(processes "$1")" ] || sleep 0.05
        sleep 0.05
    done
    return 1
}

start_redis() {
    local folder=$1 port
    shift
    command -v redis-server >/dev/null || die "Redis is not installed: apt-get install redis-server"
    mkdir -p -m 700 "$folder/data"
    if [ $# -gt 0 ]; then printf '%s\n' "$@" >"$folder/options"; else : >"$folder/options"; fi
    echo redis >"$folder/kind"
    for _ in $(seq 5); do
        port=$(free_port)
        echo "$port" >"$folder/port"
        echo "redis://$host:$port" >"$folder/url"
        if run_redis "$folder"; then
            say "$folder"
            return
        fi
        kill_all "$folder"
    done
    die "Redis does not start: $(tail -3 "$folder/data/server.log" | tr '\n' ' ')"
}

kill_all() {
    local pids
    for _ in $(seq 20); do
        pids=$(processes "$1")
        [ -z "$pids" ] && return 0
        # shellcheck disable=SC2086
        kill -9 $pids 2>/dev/null || true
        sleep 0.05
    done
    wait_gone "$1" 100 || die "processes of $1 do not end"
}

stop() {
    local pid
    case "$(cat "$1/kind")" in
        postgres) pid=$(head -1 "$1/data/postmaster.pid" 2>/dev/null || true) signal=INT ;;
        redis) pid=$(cat "$1/data/redis.pid" 2>/dev/null || true) signal=TERM ;;
    esac
    if [ -n "$pid" ] && processes "$1" | grep -qx "$pid"; then kill "-$signal" "$pid" || true; fi
    wait_gone "$1" 100 || kill_all "$1"
}

[ $# -ge 2 ] || {
    sed -n '2,15p' "$0" | sed 's/^# \{0,1\}//' >&2
    exit 2
}
command=$1
folder=$2
shift 2
case "$command" in
    start-*)
        [ ! -e "$folder/kind" ] || die "$folder has a server already"
        mkdir -p "$folder"
        chmod 755 "$folder"
        ;;
    *) [ -e "$folder/kind" ] || die "$folder has no server" ;;
esac
folder=$(cd "$folder" && pwd -P)
case "$command" in
    start-postgres) start_postgres "$folder" "$@" ;;
    start-redis) start_redis "$folder" "$@" ;;
    again)
        [ -z "$(processes "$folder")" ] || die "the server in $folder runs"
        "run_$(cat "$folder/kind")" "$folder" || die "does not start again: $(tail -3 "$folder/data/server.log")"
        say "$folder"
        ;;
    stop) stop "$folder" ;;
    kill) kill_all "$folder" ;;
    url) cat "$folder/url" ;;
    guard)
        trap '' INT TERM HUP
        while read -r _; do :; done || true
        kill_all "$folder"
        rm -rf "$folder"
        ;;
    *) die "unknown command $command" ;;
esac
