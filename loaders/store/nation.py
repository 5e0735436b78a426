"""The nation's sums: small enough to be read whole, so that a change of filter asks the store nothing."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, func, select

from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, Viewer
from loaders.store.read import shown_bases

KEYS = ("province_code", "fiscal_year", "agency_code", "stream_code", "theme_code")


def read_nation(connection: Connection, viewer: Viewer = DATA_TEAM) -> pd.DataFrame:
    """Support of every province from the summary table, as :func:`geo.nation.by_province` takes it.

    One row per batch, province, fiscal year, agency, stream and theme, with ``base``; ``province_code`` is NA for
    records that name no place. No counts of people (see :func:`loaders.store_read.read_summary`).
    """
    table, batch = tables.support_summary, tables.import_batch
    keys = [table.c.batch_id, batch.c.base, *(table.c[name] for name in KEYS)]
    sums = [func.sum(table.c.records).label("records"), func.sum(table.c.amount_satang).label("amount_satang")]
    query = (
        select(*keys, *sums)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(batch.c.is_active, batch.c.base.in_(shown_bases(connection, "support", viewer)))
        .group_by(*keys)
        .order_by(*keys)
    )
    frame = pd.read_sql_query(query, connection)
    for name in ("fiscal_year", "records", "amount_satang"):  # PostgreSQL answers sums as decimals
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame.astype(dict.fromkeys(("base", *KEYS[2:], KEYS[0]), "string"))
