"""Settings from the environment, listed in ``docs/settings.md``."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RULES = DATA / "rules"
LAYOUTS = DATA / "layouts"
REGISTERS = DATA / "registers"


# The province whose facts (areas, villages, changes, local governments) are the CSV files of ``data/reference``.
FACTS_PROVINCE = "80"
# Thresholds of Python's garbage collector: with the default of 700 new objects, servers and imports, which hold
# millions of objects, spend much time in it.
COLLECT_AFTER = (50_000, 20, 50)


def home_province() -> str:
    """Two-digit code of the province of this installation: ``KRADAN_PROVINCE``, else chosen at first start, else 80."""
    return os.environ.get("KRADAN_PROVINCE") or _chosen_province() or FACTS_PROVINCE


def _store_file() -> Path:
    return Path(os.environ.get("KRADAN_STORE", DATA / "store" / "kradan.sqlite")).resolve()


def province_file() -> Path:
    """File with the choice of the first start, beside the store, so that command line and board agree."""
    return _store_file().with_suffix(".province")


def _chosen_province() -> str:
    try:
        code = province_file().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return code if len(code) == 2 and code.isdigit() else ""


def database_url() -> str:
    """``DATABASE_URL``, else the embedded SQLite file (``KRADAN_STORE`` or the default path)."""
    return os.environ.get("DATABASE_URL", f"sqlite:///{_store_file().as_posix()}")


def whole_number(name: str, default: int) -> int:
    """A positive integer from the environment, or the default when it is unset or invalid."""
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else default


def person() -> str:
    """Name for the audit trail at this shell: ``KRADAN_PERSON``, else the login name."""
    return os.environ.get("KRADAN_PERSON") or os.environ.get("USER") or os.environ.get("USERNAME") or "-"


def computes_ahead() -> bool:
    """Whether the server precomputes results that people will probably request (``KRADAN_AHEAD``, default yes)."""
    return os.environ.get("KRADAN_AHEAD", "1") != "0"


def version() -> str:
    """The release of this program, from ``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def has_plain_navigation() -> bool:
    """Whether to use Streamlit's own menu and first page instead of ours (``KRADAN_PLAIN_NAVIGATION``, default no)."""
    return os.environ.get("KRADAN_PLAIN_NAVIGATION", "0") == "1"
