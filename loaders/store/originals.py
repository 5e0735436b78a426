"""The files as agencies handed them in, kept beside the store so that they can be given back; ``KRADAN_KEEP_FILES=0`` keeps none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from loaders import settings


def folder() -> Path:
    """Where kept files lie: beside the embedded store, else under ``data/store``."""
    address = make_url(settings.database_url())
    if address.get_backend_name() == "sqlite" and address.database:
        return Path(address.database).parent / "files"
    return settings.DATA / "store" / "files"


def keep(path: Path, digest: str) -> Path | None:
    """Keep the bytes of a file under the name of their digest; the same bytes are kept once."""
    if os.environ.get("KRADAN_KEEP_FILES", "1") == "0":
        return None
    target = folder() / digest
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(path, half)
        half.replace(target)
    return target


def find(digest: str) -> Path | None:
    """The kept file with this digest, if there is one."""
    target = folder() / digest
    return target if target.is_file() else None


def drop(digest: str) -> bool:
    """Take a kept file away; returns whether there was one."""
    target = folder() / digest
    was_there = target.is_file()
    target.unlink(missing_ok=True)
    return was_there
