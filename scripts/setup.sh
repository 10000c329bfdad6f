#!/bin/sh
# Installs what building and testing need and this machine lacks. Debian 12 with Swift 6.3.
set -eu
if ! command -v swift >/dev/null 2>&1; then
    echo "setup: no swift on the PATH: install Swift 6.3 first (swift.org/install/linux)" >&2
    exit 1
fi
missing=""
for tool in git python3; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
[ -f /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "setup: missing$missing; as root: apt-get install$missing" >&2
    exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y --no-install-recommends $missing
