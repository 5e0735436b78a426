#!/bin/sh
# Node and npm for the checks of static/: Debian's packages when we are root and they are missing. Nothing of them is shipped.
set -eu
if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    node -e 'const [major] = process.versions.node.split("."); process.exit(major >= 18 ? 0 : 1)' && exit 0
    echo "Node $(node --version) is too old: install Node 18 or newer, then try again" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "npm is missing: sudo apt install nodejs npm (18 or newer), then try again" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends nodejs npm
