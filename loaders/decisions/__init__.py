"""What people decide on top of the figures: scenarios, agreed classes, teams, projects, clearings, meetings, notes.

Every decision keeps who, when, for which province and on which data (:class:`Basis`). May import ``loaders.store``,
``codes``, ``year_shares``, ``settings``, ``problems`` and ``thai``.
"""

from __future__ import annotations

from typing import NamedTuple


class Basis(NamedTuple):
    """Basis of a decision: the data version it was taken with, and the two-digit code of its province."""

    data_version: str
    province_code: str
