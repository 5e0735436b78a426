"""The files as agencies handed them in, kept in the store so that they can be given back from any server.

In the store, backup, restore, export and load include them. Pieces are base64 text, because an exported table holds
text only. ``KRADAN_KEEP_FILES=0`` keeps none.
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.engine import make_url

from loaders import settings
from loaders.store.tables import original

PIECE_BYTES = 4 << 20


def folder() -> Path:
    """Folder of files kept by releases before 0.3: next to the embedded store, else under ``data/store``."""
    address = make_url(settings.database_url())
    if address.get_backend_name() == "sqlite" and address.database:
        return Path(address.database).parent / "files"
    return settings.DATA / "store" / "files"


def pieces(path: Path, digest: str) -> Iterator[dict]:
    """Rows of ``original`` that hold a file."""
    with path.open("rb") as stream:
        for part, piece in enumerate(iter(lambda: stream.read(PIECE_BYTES), b"")):
            yield {"digest": digest, "part": part, "content": base64.b64encode(zlib.compress(piece)).decode("ascii")}


def keep(connection: Connection, path: Path, digest: str) -> None:
    """Keep the bytes of a file under its digest; the same bytes are kept once."""
    if os.environ.get("KRADAN_KEEP_FILES", "1") == "0":
        return
    if connection.execute(select(original.c.id).where(original.c.digest == digest).limit(1)).first() is None:
        for row in pieces(path, digest):
            connection.execute(insert(original).values(**row))


def write(connection: Connection, digest: str, target: Path) -> bool:
    """Write the kept file with this digest to ``target``; returns whether it exists."""
    rows = connection.execute(
        select(original.c.content).where(original.c.digest == digest).order_by(original.c.part)
    ).scalars()
    was_there = False
    with target.open("wb") as stream:
        for content in rows:
            was_there = True
            stream.write(zlib.decompress(base64.b64decode(content)))
    if not was_there and (old := folder() / digest).is_file():
        target.write_bytes(old.read_bytes())
        return True
    return was_there


def drop(connection: Connection, digest: str) -> bool:
    """Delete a kept file; returns whether it existed."""
    gone = connection.execute(delete(original).where(original.c.digest == digest)).rowcount
    old = folder() / digest
    was_there = bool(gone) or old.is_file()
    old.unlink(missing_ok=True)
    return was_there
