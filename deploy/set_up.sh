#!/bin/sh
# Find a Python that the board runs on and hand over to set_up.py. `make` calls this; PYTHON and VENV come from there.
set -eu
cd "${0%/*}/.."
suits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
seen=
for python in "${VENV:-.venv}/bin/python" ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
    command -v "$python" >/dev/null 2>&1 || continue
    if "$python" -c "$suits" 2>/dev/null; then
        exec "$python" deploy/set_up.py "$@"
    fi
    seen="$seen $python=$("$python" -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null || echo '?')"
done
echo "ต้องมี Python 3.11, 3.12 หรือ 3.13 (พบ:${seen:- ไม่มี}) ติดตั้งก่อน เช่น sudo apt install python3 python3-venv แล้วสั่งใหม่ หรือ make run PYTHON=/path/to/python | Python 3.11, 3.12 or 3.13 is needed (seen:${seen:- none}); install one, for instance sudo apt install python3 python3-venv, and try again, or make run PYTHON=/path/to/python" >&2
exit 2
