#!/bin/sh
# What the tests need from the system, as packages of Debian. As root it installs what is missing; else it says what is missing,
# and the tests that need it fail: none is skipped.
set -eu
missing=
need() { # package, then a command or a file that shows that it is there
    command -v "$2" >/dev/null 2>&1 || ls $2 >/dev/null 2>&1 || missing="$missing $1"
}
# Tests take the browser without its window where there is one: half the work. Where it cannot be had, the ordinary one does.
if ! command -v chromium-headless-shell >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } >/dev/null 2>&1 || :
fi
command -v chromium-headless-shell >/dev/null 2>&1 || need chromium chromium
need poppler-utils pdftoppm
need nginx-light nginx
need openssl openssl
[ -n "${KRADAN_POSTGRES_BIN:-}" ] || need postgresql "/usr/lib/postgresql/*/bin/initdb"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    apt-get install -y -qq $missing >/dev/null
else
    echo "missing packages:$missing; the tests that need them will fail" >&2
fi
