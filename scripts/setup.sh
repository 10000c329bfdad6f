#!/bin/sh
# Installs what building needs and this machine lacks; with the argument "test", what the tests need besides: hiredis, a Redis and a
# PostgreSQL server, which are installed and not started. For Debian 12 with Swift 6.3.
set -eu
if ! command -v swift >/dev/null 2>&1; then
    echo "setup: there is no swift on the PATH; install Swift 6.3 first: https://www.swift.org/install/linux" >&2
    exit 1
fi
missing=""
# SwiftPM fetches the dependencies with git, over https.
command -v git >/dev/null 2>&1 || missing="$missing git"
[ -s /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
# Requests are signed through libcrypto.
[ -f /usr/include/openssl/hmac.h ] || missing="$missing libssl-dev"
# `make demo-network` makes a certificate.
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
# Recordings are read through gzip.
[ -f /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
# The store.
[ -f /usr/include/sqlite3.h ] || missing="$missing libsqlite3-dev"
[ -f /usr/include/postgresql/libpq-fe.h ] || missing="$missing libpq-dev"
# libpq is found by its .pc file.
command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
if [ "${1:-}" = test ]; then
    # Another reader of Redis' protocol, to compare ours with.
    [ -f /usr/include/hiredis/hiredis.h ] || missing="$missing libhiredis-dev"
    command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fi
if [ -z "$missing" ]; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: missing, by their names in Debian:$missing; install them by the means of this system" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "setup: missing:$missing; run as root: apt-get install$missing" >&2
    exit 1
fi
# Debian starts what it installs, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
echo "setup: installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
