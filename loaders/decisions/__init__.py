"""What people decide on top of the figures: saved scenarios, agreed classes, teams, projects, cleared flags, meetings.

Every decision keeps who, when, for which province and on which data (:class:`Basis`). May import ``loaders.store``,
``loaders.places``, ``loaders.problems`` and what they stand on.
"""

from __future__ import annotations

from typing import NamedTuple


class Basis(NamedTuple):
    """What a decision stands on: the data version it was taken with, and the two-digit code of the province it is about."""

    data_version: str
    province_code: str
