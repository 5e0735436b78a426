"""Settings from the environment; one place, listed in ``docs/settings.md``."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RULES = DATA / "rules"
LAYOUTS = DATA / "layouts"
REGISTERS = DATA / "registers"


# The province whose facts (areas, villages, changes, local governments) stand in ``data/reference``.
FACTS_PROVINCE = "80"
# Python's collector walks what lives long after so many new objects, not after 700: servers and imports hold millions.
COLLECT_AFTER = (50_000, 20, 50)


def home_province() -> str:
    """Two-digit code of the province this installation is for: ``KRADAN_PROVINCE``, else as chosen at the start, else 80."""
    return os.environ.get("KRADAN_PROVINCE") or _chosen_province() or FACTS_PROVINCE


def _store_file() -> Path:
    return Path(os.environ.get("KRADAN_STORE", DATA / "store" / "kradan.sqlite")).resolve()


def province_file() -> Path:
    """Where the choice of the first start is kept: beside the store, so that command line and board agree."""
    return _store_file().with_suffix(".province")


def _chosen_province() -> str:
    try:
        code = province_file().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return code if len(code) == 2 and code.isdigit() else ""


def database_url() -> str:
    """``DATABASE_URL``, or the embedded SQLite file (``KRADAN_STORE`` names another place for it)."""
    return os.environ.get("DATABASE_URL", f"sqlite:///{_store_file().as_posix()}")


def whole_number(name: str, default: int) -> int:
    """A positive whole number from the environment, or the default when it is unset or unreadable."""
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else default


def person() -> str:
    """Who works at this shell, for the audit trail (``KRADAN_PERSON``, else the login name)."""
    return os.environ.get("KRADAN_PERSON") or os.environ.get("USER") or os.environ.get("USERNAME") or "-"


def computes_ahead() -> bool:
    """Whether the server computes what people are about to ask before they do (``KRADAN_AHEAD``, default yes)."""
    return os.environ.get("KRADAN_AHEAD", "1") != "0"


def version() -> str:
    """The release of this program, as ``pyproject.toml`` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def has_plain_navigation() -> bool:
    """Whether Streamlit's own menu and first page stand instead of ours (``KRADAN_PLAIN_NAVIGATION``, default no)."""
    return os.environ.get("KRADAN_PLAIN_NAVIGATION", "0") == "1"
