"""For which province a batch was loaded: one store may hold several, and a national file is loaded once for each."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from loaders import settings
from loaders.store import tables

MARK = "province"  # in the summary of a batch


def provinces_of(connection: Connection, summaries: Mapping[int, str]) -> dict[int, set[str]]:
    """Two-digit codes by batch, from the summaries of the batches.

    A batch from before there was a mark belongs to the areas it speaks for; without any, to the installation's own
    province.
    """
    scope = tables.batch_scope
    query = select(scope.c.batch_id, func.substr(scope.c.area_code, 1, 2)).distinct()
    spoken: dict[int, set[str]] = {}
    for batch, code in connection.execute(query.where(scope.c.batch_id.in_(list(summaries)))):
        spoken.setdefault(batch, set()).add(code)
    found = {}
    for batch, summary in summaries.items():
        mark = json.loads(summary).get(MARK)
        found[batch] = ({mark} if mark else set()) | spoken.get(batch, set()) or {settings.home_province()}
    return found
