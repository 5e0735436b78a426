"""Candidate boundary files in the order in which they are tried; opens none of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from loaders.files.layers import SINGLES
from loaders.settings import FACTS_PROVINCE, ROOT

FOLDER = ROOT / "data" / "boundaries"
SHARED = ROOT.parent / "shared" / "data" / "boundaries"
SHARED_HOME, SHARED_NATION = "nst_adm3.geojson", "tha_adm3_rtsd.gpkg"
DOWNLOADED = "downloaded"
CARD = ".card.json"
SUFFIXES = {".zip", ".shp", *SINGLES}
Kind = Literal["setting", "folder", "shared", "downloaded", "schematic"]


def candidates(province: str) -> Iterator[tuple[Kind, Path]]:
    """(kind, path) of the candidate files, in the order in which they are tried."""
    if setting := os.environ.get("KRADAN_BOUNDARIES"):
        yield "setting", Path(setting).expanduser()
    folder = boundary_folder()
    files = [path for path in folder.iterdir() if _is_boundary_name(path.name)] if folder.is_dir() else []
    for path in sorted(files, key=lambda path: (-path.stat().st_mtime, path.name)):
        yield "folder", path
    if not os.environ.get("KRADAN_NO_SHARED"):
        for name in (SHARED_HOME, SHARED_NATION) if province == FACTS_PROVINCE else (SHARED_NATION,):
            if (SHARED / name).exists():
                yield "shared", SHARED / name
    cache = folder / DOWNLOADED
    for path in sorted(cache.glob("*.zip")) if cache.is_dir() else ():
        yield "downloaded", path


def stamp(province: str) -> tuple[tuple[str, int, int], ...]:
    """(path, mtime in ns, bytes) of every candidate file of a province: a cache key for the boundaries in use."""
    states = []
    for _kind, path in candidates(province):
        try:
            state = path.stat()
        except OSError:
            continue
        states.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(states)


def _is_boundary_name(name: str) -> bool:
    return Path(name).suffix.casefold() in SUFFIXES and not name.startswith(".") and not name.endswith(CARD)


def boundary_folder() -> Path:
    """Folder for boundary files of the user: ``KRADAN_BOUNDARIES_DIR``, by default ``data/boundaries``."""
    return Path(os.environ.get("KRADAN_BOUNDARIES_DIR") or FOLDER)


def card_path(path: Path) -> Path:
    """Path of the provenance card of a boundary file."""
    return path.with_name(path.name + CARD)


def read_card(path: Path) -> dict[str, Any]:
    """The provenance card of a boundary file; empty without a readable one."""
    try:
        card = json.loads(card_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
