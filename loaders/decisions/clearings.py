"""Clear a flagged pair of support records with a reason, undo it, read the clearings in force."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from loaders import store
from loaders.problems import Problem, Refused
from loaders.store import tables
from loaders.store.privacy import HIDDEN, Viewer, redact
from loaders.store.read import shown_bases
from loaders.store.seen import for_viewer, signed, written_for
from loaders.store.tables import clearing

SHORTEST_REASON = 5  # characters; "ok" explains nothing
KEYS = ("file_sha256", "sheet", "row")


def clear_pair(connection: Connection, support_a: int, support_b: int, reason: str, who: str) -> int:
    """Record that two support records are no duplication; returns the key of the clearing.

    Raises ``Refused``: ``clearing_reason_missing``, ``clearing_person_missing``, ``clearing_row_missing`` (a record is
    not in an active batch; nothing is written).
    """
    reason, (by, behalf) = " ".join(reason.split()), signed(connection, who)
    if len(reason) < SHORTEST_REASON:
        raise Refused(Problem("clearing_reason_missing", "refused", value=reason))
    if not by:
        raise Refused(Problem("clearing_person_missing", "refused"))
    places = _places(connection)
    missing = [number for number in (support_a, support_b) if number not in places.index]
    if missing or support_a == support_b:
        raise Refused(Problem("clearing_row_missing", "refused", value=", ".join(map(str, missing or [support_a]))))
    sides = zip(
        ("a", "b"),
        sorted(
            (
                (str(sha), str(sheet), int(row))
                for sha, sheet, row in places.loc[[support_a, support_b], list(KEYS)].itertuples(index=False)
            )
        ),
        strict=True,
    )
    values = {f"{name}_{side}": value for side, place in sides for name, value in zip(KEYS, place, strict=True)}
    written = insert(clearing).values(
        **values, reason=reason, cleared_by=by, on_behalf_of=behalf, cleared_at=store.now()
    )
    key = connection.execute(written.returning(clearing.c.id)).scalar_one()
    store.note(connection, who, "clear_pair", f"{key}: {reason}")
    store.touch(connection)
    return int(key)


def undo(connection: Connection, key: int, who: str) -> bool:
    """Undo a clearing, which stays on record. False when it does not exist or is undone already."""
    changed = connection.execute(
        update(clearing)
        .where(clearing.c.id == key, clearing.c.undone_at.is_(None))
        .values(undone_by=signed(connection, who)[0], undone_at=store.now())
    ).rowcount
    if changed:
        store.note(connection, who, "undo_clearing", str(key))
        store.touch(connection)
    return bool(changed)


@for_viewer
def read_clearings(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Every clearing in force whose two data sets the viewer may see.

    Returns
    -------
    DataFrame
        ``id``, ``support_a``, ``support_b`` (keys of the records; NA when the row's file is not active), digest, sheet
        and row of both (``file_sha256_a`` ...), ``file_a``, ``file_b`` (last known file names), ``reason`` (hidden from
        the public), ``who`` (only for the data team), ``when``.
    """
    frame = pd.read_sql_query(
        select(clearing).where(clearing.c.undone_at.is_(None)).order_by(clearing.c.id), connection
    )
    supports = _places(connection).reset_index()
    batch = tables.import_batch
    files = dict(connection.execute(select(batch.c.file_sha256, batch.c.file_name).order_by(batch.c.id)).all())
    for side in ("a", "b"):
        renamed = supports.rename(columns={"support_id": f"support_{side}"} | {name: f"{name}_{side}" for name in KEYS})
        frame = frame.merge(renamed, on=[f"{name}_{side}" for name in KEYS], how="left")
        frame[f"support_{side}"] = frame[f"support_{side}"].astype("Int64")
        frame[f"file_{side}"] = frame[f"file_sha256_{side}"].map(files)
    frame = frame.assign(who=written_for(frame["cleared_by"], frame["on_behalf_of"]), when=frame["cleared_at"])
    frame = frame.drop(columns=["cleared_by", "cleared_at", "on_behalf_of"])
    if viewer.is_team:
        return frame
    shown = _shown_files(connection, viewer)
    frame = frame[frame["file_sha256_a"].isin(shown) & frame["file_sha256_b"].isin(shown)].reset_index(drop=True)
    return redact(frame.assign(who=HIDDEN) if viewer.role == "partner" else frame.assign(who=HIDDEN, reason=HIDDEN))


def _shown_files(connection: Connection, viewer: Viewer) -> set[str]:
    """Digests of files whose support records the viewer may see."""
    batch = tables.import_batch
    query = select(batch.c.file_sha256).where(batch.c.base.in_(shown_bases(connection, "support", viewer)))
    return set(connection.execute(query).scalars())


def _places(connection: Connection) -> pd.DataFrame:
    """``file_sha256``, ``sheet``, ``row`` of every support record in an active batch, indexed by ``support_id``."""
    support, batch = tables.support, tables.import_batch
    query = (
        select(support.c.id.label("support_id"), batch.c.file_sha256, support.c.sheet, support.c.row)
        .join(batch, batch.c.id == support.c.batch_id)
        .where(batch.c.is_active)
    )
    return pd.read_sql_query(query, connection).drop_duplicates(list(KEYS)).set_index("support_id")
