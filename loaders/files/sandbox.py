"""Runs every child process: limits, environment, progress, cancel, and a problem code for every failure.

``run("loaders.sheets.read", arguments)`` starts ``python -m loaders.files.sandbox``, which limits itself and only then
imports the module and calls its ``main(arguments)``. The result of ``main`` comes back as JSON; a ``Refused`` that it
raises, a crash, a hang and a lack of memory come back as ``Refused``.

Default limits: M = ``KRADAN_PARSE_MEMORY_MB`` of address space, T = ``KRADAN_PARSE_SECONDS`` of clock and of CPU, F =
twice ``KRADAN_MAX_UNPACKED_MB`` for each written file. Limits by child, with reasons for exceptions:

===========================  ======  ====  ====  ============================================================
child                        memory  time  file  why
===========================  ======  ====  ====  ============================================================
sheets.read                  M       T     F     a foreign workbook or list; pandas is not loaded
imports.give_back_child      M       T     F     the same file again, rewritten
replies.pictures             M       T     F     a foreign picture, opened by Pillow
boundaries.child             4 M     T     F     foreign shapes of a nation: GDAL and the Arrow rows together
geo.schematic.tile_process   4 M     T     F     our own facts, but numpy and pandas reserve address space
imports.job                  4 M     none  none  our own code: many files, each opened in one of the children
                                                 above; it writes the store, so it alone keeps the environment
===========================  ======  ====  ====  ============================================================

Other children get only the variables in ``PASSED_ON``: a name that is not listed may hold a password. On Windows there
are no resource limits, only the parent's clock.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from loaders.files.guards import MEBI, max_unpacked_bytes
from loaders.problems import Problem, Refused
from loaders.settings import COLLECT_AFTER, ROOT, whole_number

TICK_SECONDS = 0.2
MAX_ANSWER_BYTES = 192 * MEBI  # read completely by a process without limits
CPU_GRACE_SECONDS = 5  # between SIGXCPU ("too slow") and SIGKILL, which looks like "too heavy"
PASSED_ON = frozenset(
    [
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TEMP",
        "TMP",
        "TMPDIR",
        "SYSTEMROOT",
        "LD_LIBRARY_PATH",
        "PROJ_DATA",
        "KRADAN_MAX_UPLOAD_MB",
        "KRADAN_MAX_UNPACKED_MB",
    ]  # none of these is a secret, and the children read no other setting
)
# Each thread of linear algebra reserves address space, which counts against the limit.
FORCED = {"RUST_BACKTRACE": "0", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ceiling:
    """How the limits of a child differ from the default."""

    memory_times: int = 1
    is_ours: bool = False  # opens no foreign file itself: no time limit, no limit on written files, whole environment


CEILINGS = {
    "loaders.boundaries.child": Ceiling(memory_times=4),
    "geo.schematic.tile_process": Ceiling(memory_times=4),
    "loaders.imports.job": Ceiling(memory_times=4, is_ours=True),
}


@dataclass(frozen=True)
class Limits:
    """Limits of one child; ``None`` is no limit."""

    memory_bytes: int
    seconds: int | None
    file_bytes: int | None


def limits_of(module: str) -> Limits:
    """The limits of a child under the present settings."""
    ceiling = CEILINGS.get(module, Ceiling())
    memory_bytes = ceiling.memory_times * whole_number("KRADAN_PARSE_MEMORY_MB", 1024) * MEBI
    if ceiling.is_ours:
        return Limits(memory_bytes, None, None)
    return Limits(memory_bytes, whole_number("KRADAN_PARSE_SECONDS", 120), 2 * max_unpacked_bytes())


def run(module: str, arguments: list[str], tick: Callable[[float], bool] | None = None) -> Any:
    """Run ``module.main(arguments)`` in a child process and return its result.

    Parameters
    ----------
    tick
        Called with the elapsed seconds, five times a second; returning ``False`` ends the child.

    Raises
    ------
    Refused
        What the child refused; else ``file_too_slow``, ``file_too_heavy``, ``file_unreadable`` (it crashed) or
        ``cancelled``.
    """
    with tempfile.TemporaryDirectory(prefix="kradan-") as folder:
        out, errors = Path(folder) / "answer.json", Path(folder) / "errors"
        with errors.open("wb") as log, _popen(module, arguments, out, log) as child:
            _await(child, limits_of(module).seconds, tick)
        if child.returncode != 0 or not out.is_file():
            raise Refused(cause_of_death(child.returncode, errors.read_bytes()[-4000:]))
        return answer(out)


def start(
    module: str, arguments: list[str], out: Path, log: BinaryIO, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child and return at once; :func:`end` kills it, :func:`answer` reads ``out`` later.

    ``environment`` is added to the child's environment.
    """
    return _popen(module, arguments, out, log, environment, start_new_session=True)


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child of :func:`start` and its own children, unless it has ended."""
    if child.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.wait()


def answer(out: Path) -> Any:
    """The result in a child's answer file.

    Raises ``Refused``: what the child refused, ``file_unreadable`` (no complete answer), ``file_too_heavy``.
    """
    if out.is_file() and out.stat().st_size > MAX_ANSWER_BYTES:
        raise Refused("file_too_heavy", value=f"{out.stat().st_size // MEBI} MB")
    try:
        content = json.loads(out.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused("file_unreadable") from None
    if "refused" in content:
        raise Refused(Problem(**content["refused"]))
    return content["answer"]


def _popen(
    module: str,
    arguments: list[str],
    out: Path,
    log: BinaryIO,
    added: Mapping[str, str] | None = None,
    *,
    start_new_session: bool = False,
) -> subprocess.Popen[bytes]:
    is_ours = CEILINGS.get(module, Ceiling()).is_ours
    passed_on = {name: value for name, value in os.environ.items() if is_ours or name in PASSED_ON}
    limits = json.dumps(asdict(limits_of(module)))
    return begin(
        [limits, str(out), module, *arguments],
        {**passed_on, **FORCED, **(added or {})},
        log,
        start_new_session=start_new_session,
    )


def begin(
    arguments: list[str], environment: Mapping[str, str], log: BinaryIO, *, start_new_session: bool
) -> subprocess.Popen[bytes]:
    """Start the process of a child; tests replace it by a fork (``tests/support/warm.py``)."""
    return subprocess.Popen(  # our own module, argument list, no shell
        [sys.executable, "-X", "utf8", "-m", "loaders.files.sandbox", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        start_new_session=start_new_session,
    )


def _await(child: subprocess.Popen[bytes], seconds: int | None, tick: Callable[[float], bool] | None) -> None:
    started = time.monotonic()
    reason = ""
    while not reason:
        try:
            child.wait(timeout=TICK_SECONDS if tick is not None else seconds)
        except subprocess.TimeoutExpired:
            gone = time.monotonic() - started
            if seconds is not None and gone >= seconds:
                reason = "file_too_slow"
            elif tick is not None and not tick(gone):
                reason = "cancelled"
        except BaseException:
            child.kill()  # Streamlit stops a run by raising here
            raise
        else:
            return
    child.kill()
    child.wait()
    raise Refused(reason, value=str(seconds) if reason == "file_too_slow" else None)


def cause_of_death(code: int, stderr: bytes) -> str:
    """The refusal code for a failed child, from its exit code (negative for a signal) and its stderr."""
    if code in (-24, 152):  # SIGXCPU
        return "file_too_slow"
    if code < 0 or code in (134, 137, 139) or b"MemoryError" in stderr or b"memory allocation" in stderr:
        return "file_too_heavy"
    return "file_unreadable"


def limit_this_process(limits: Limits) -> None:
    """Limit memory, CPU and written bytes of the current (child) process."""
    try:
        import resource
    except ImportError:
        return
    for kind, soft, grace in (
        (resource.RLIMIT_AS, limits.memory_bytes, 0),
        (resource.RLIMIT_CPU, limits.seconds, CPU_GRACE_SECONDS),
        (resource.RLIMIT_FSIZE, limits.file_bytes, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        if soft is None:
            continue
        hard = resource.getrlimit(kind)[1]
        allowed = soft + grace if hard == resource.RLIM_INFINITY else min(soft + grace, hard)
        resource.setrlimit(kind, (min(soft, allowed), allowed))


def main(arguments: list[str]) -> int:
    """The child's side: ``LIMITS OUT MODULE ARGUMENT...``."""
    limits, out, module, *rest = arguments
    gc.set_threshold(*COLLECT_AFTER)
    limit_this_process(Limits(**json.loads(limits)))
    try:
        content = {"answer": importlib.import_module(module).main(rest)}
    except Refused as refusal:
        content = {"refused": refusal.problem.as_dict()}
    except MemoryError:
        content = {"refused": Problem("file_too_heavy", "refused").as_dict()}
    text = json.dumps(content, ensure_ascii=False, default=str)  # json.dumps uses the C encoder, json.dump does not
    Path(out).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
