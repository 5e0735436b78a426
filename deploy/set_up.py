"""Set up what is missing, and start the board: ``sh deploy/set_up.sh {check,packages,environment,assets,run} [PORT]``.

Nothing but Python's own library: it runs before there is an environment. What a person can mend is answered in one line,
in Thai and English, with what to do; ``make`` shows no traceback.
"""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("VENV", ".venv")
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "static" / "vendor"
# Wheels and what they unpack to, with some to spare.
NEEDED_MB = 1800
STEPS = 5
IMPOSSIBLE = 2


class CannotGoOn(Exception):
    """Something that a person has to mend first: a key of the text catalogues and what fills its blanks."""

    def __init__(self, key: str, **blanks: object) -> None:
        super().__init__(key)
        self.key = key
        self.blanks = blanks


def sentence(key: str, **blanks: object) -> str:
    """One line in Thai and English."""
    texts = [json.loads((ROOT / "data" / "text" / f"{name}.json").read_text(encoding="utf-8")) for name in ("th", "en")]
    return " | ".join(text[key].format_map(blanks) for text in texts)


def port_number(text: str) -> int:
    """The port of ``PORT=...``; refused when it is none, is taken, or is kept for the system."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CannotGoOn("setup_port_wrong", port=text)
    port = int(text)
    host = os.environ.get("STREAMLIT_SERVER_ADDRESS", "127.0.0.1")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotGoOn("setup_port_system", port=port) from None
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise CannotGoOn("setup_port_busy", port=port, other=port + 1) from None
            raise CannotGoOn("setup_address_wrong", address=host) from None
    return port


def say(step: int, key: str, **blanks: object) -> None:
    """One of the five lines of ``make run``."""
    print(f"{step}/{STEPS} {sentence(key, **blanks)}", flush=True)


def make_environment() -> None:
    """The virtual environment, made by the Python that runs this."""
    version = sys.version.split()[0]
    say(1, "setup_step_python", version=version, folder=VENV.name)
    if PYTHON.exists() and Path(sys.prefix).resolve() == VENV.resolve():
        return
    if importlib.util.find_spec("ensurepip") is None:  # Debian and Ubuntu keep it in a package of its own
        raise CannotGoOn("setup_no_venv", package=f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if shutil.disk_usage(ROOT).free < NEEDED_MB * 1024**2:
        raise CannotGoOn("setup_disk_full", needed=NEEDED_MB)
    venv.create(VENV, with_pip=True, symlinks=True, clear=True)  # what is there is of another Python


def install(requirements: Path, stamp: Path) -> None:
    """Packages of a lock file, unless the stamp says that they are there."""
    total = sum(1 for line in requirements.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(2, "setup_step_packages", file=requirements.name, count=total)
    if stamp.exists() and stamp.stat().st_mtime >= requirements.stat().st_mtime:
        return
    log = VENV / f"{requirements.stem}.log"
    # fmt: off
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--requirement", str(requirements)]
    # fmt: on
    done = 0
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip,
    ):
        for line in pip.stdout or ():
            kept.write(line)
            done += line.startswith(("Collecting", "Requirement already"))
            if sys.stdout.isatty():
                print(f"\r    {min(done, total)}/{total}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if pip.returncode:
        said = log.read_text(encoding="utf-8")
        if "No space left" in said or "Disk quota" in said:
            raise CannotGoOn("setup_disk_full", needed=NEEDED_MB)
        raise CannotGoOn("setup_packages_failed", log=log.relative_to(ROOT) if log.is_relative_to(ROOT) else log)
    stamp.touch()


def copy_assets() -> None:
    """Leaflet and the Thai font, from the packages into our static folder."""
    say(3, "setup_step_assets")
    ready, recipe = VENDOR / ".ready", ROOT / "loaders" / "assets.py"
    if ready.exists() and ready.stat().st_mtime >= recipe.stat().st_mtime:
        return
    run_module("loaders.assets")
    ready.touch()


def run_module(*words: str) -> None:
    """A module of ours in the environment; what it prints on success is for machines, and is left out."""
    done = subprocess.run(
        [str(PYTHON), "-m", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["?"]
        raise CannotGoOn("setup_step_failed", command=f"python -m {' '.join(words)}", said=said[0])


def run(port: str) -> None:
    """``make run``: five lines, then the server takes this process over."""
    number = port_number(port)
    make_environment()
    install(ROOT / "requirements.txt", VENV / ".runtime")
    copy_assets()
    say(4, "setup_step_demo")
    run_module("loaders", "setup")
    say(5, "setup_step_serve", address=f"http://127.0.0.1:{number}")
    os.execv(PYTHON, [str(PYTHON), "-m", "pages.shell.serve", "--server.port", str(number)])


def packages() -> None:
    """What the board runs on."""
    make_environment()
    install(ROOT / "requirements.txt", VENV / ".runtime")


def main(arguments: list[str]) -> int:
    """Do one thing; 2 with one line on stderr when a person has to mend something first."""
    name, *rest = arguments or ["run"]
    try:
        if name == "run":
            run(rest[0] if rest else "8501")
        elif name == "packages":
            packages()
        elif name == "environment":
            make_environment()
        elif name == "assets":
            copy_assets()
        else:
            print(__doc__, file=sys.stderr)
            return IMPOSSIBLE
    except CannotGoOn as stop:
        print(sentence(stop.key, **stop.blanks), file=sys.stderr)
    except subprocess.CalledProcessError as fault:  # venv's own pip
        print(sentence("setup_step_failed", command="python -m venv", said=fault), file=sys.stderr)
    except OSError as fault:
        key = "setup_disk_full" if fault.errno in (errno.ENOSPC, errno.EDQUOT) else "setup_not_writable"
        print(sentence(key, needed=NEEDED_MB, path=fault.filename or ROOT), file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    else:
        return 0
    return IMPOSSIBLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
