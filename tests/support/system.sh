#!/bin/sh
# What the tests need from the system: a Chromium (Debian's chromium) and, for the store, PostgreSQL.
# As root it installs what is missing; else it says what is missing and lets the tests fail with that reason.
set -eu
need() { # command package
    command -v "$1" >/dev/null 2>&1 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing $2"
        [ -n "${UPDATED:-}" ] || apt-get update -qq
        UPDATED=1
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null
    else
        echo "missing: $1 (package $2); the tests that need it will fail" >&2
    fi
}
need chromium chromium
need pdftoppm poppler-utils
sh "$(dirname "$0")/system_postgres.sh"
