#!/bin/sh
# PostgreSQL for the tests: Debian's package when we are root and it is missing. The tests fail without it.
set -eu
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
command -v initdb >/dev/null 2>&1 && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "PostgreSQL is missing: install Debian's package postgresql, or set KRADAN_POSTGRES_BIN to the folder of initdb" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends postgresql
