"""Files that a command opens and connections it makes, as seen by the kernel: also those of C and Rust libraries.

strace follows every process of the command. Opened files must lie under allowed folders; any internet socket is a
request.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from loaders import settings

CALLS = "open,openat,openat2,connect,sendto,sendmsg,sendmmsg,execve"
OPENED = re.compile(r'^\d+ +(?:open|openat|openat2)\((?:[^",]+, )?"(?P<path>(?:[^"\\]|\\.)*)"')
STARTED = re.compile(r'^\d+ +execve\("(?P<path>[^"]*)"')
CALLED = re.compile(r"^\d+ +(?P<call>connect|sendto|sendmsg|sendmmsg)\(.*?(?P<family>AF_INET6?|AF_UNIX|AF_NETLINK)")
# Interpreter and libraries, files that the system opens for every process, and the program's own code and rules.
ALWAYS = (
    sys.prefix, str(Path(sys.prefix).resolve()), sys.base_prefix, "/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/usr/share", "/etc/ld.so", "/etc/localtime", "/etc/gai.conf",
    "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/etc/mime.types", "/etc/ssl/openssl.cnf",
    "/etc/passwd", "/etc/nsswitch.conf",  # read by the C library; bad files point at /etc/hostname instead
    str(settings.ROOT.parent / "shared" / "data" / "boundaries"),  # points are looked up in the boundaries in use
    *(str(settings.ROOT / room) for room in ("loaders", "geo", "bench", "tests", "data/reference", "data/layouts", "data/rules", "data/text", "data/schema", "data/templates", "data/boundaries", "pyproject.toml")),
)  # fmt: skip


def watch(command: Sequence[str], allowed: Sequence[str]) -> tuple[str, dict]:
    """Run a command under strace; returns its output, and the counts of :func:`judge`."""
    with tempfile.TemporaryDirectory(prefix="kradan-watch-") as folder:
        log = Path(folder) / "calls"
        traced = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "300", "-e", f"trace={CALLS}", "-o", str(log), *command]
        done = subprocess.run(traced, cwd=settings.ROOT, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout, judge(log, allowed)


def judge(log: Path, allowed: Sequence[str]) -> dict:
    """Count files opened, files opened outside ``allowed``, and requests in a log of strace."""
    roots = (*ALWAYS, *allowed)
    outside, requests, opened = Counter(), Counter(), 0
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := OPENED.match(line):
                opened += 1
                path = match["path"]
                if not path.startswith(roots) and not _is_folder_on_the_way(path, roots):
                    outside[path] += 1
            elif (match := CALLED.match(line)) and match["family"].startswith("AF_INET"):
                requests[line.split(" ", 1)[1].strip()[:120]] += 1
    return {
        "opened": opened,
        "opened_outside": sum(outside.values()),
        "outside_examples": [path for path, _ in outside.most_common(8)],
        "requests": sum(requests.values()),
        "request_examples": [call for call, _ in requests.most_common(5)],
    }


def _is_folder_on_the_way(path: str, roots: Sequence[str]) -> bool:
    """Whether a path is a parent of an allowed folder, which Python lists when it searches modules."""
    return any(root.startswith(path.rstrip("/") + "/") for root in roots)
