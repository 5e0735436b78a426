"""First start: what the board is for, an empty province or the demo."""

from __future__ import annotations

from loaders import setup
from pages.queries import store
from pages.session import sign_in
from pages.session.cache import cached
from pages.session.scope import Scope


@cached(2)
def is_chosen(scope: Scope) -> bool:
    """Whether somebody has chosen what this board is for."""
    with store.reading(scope.viewer) as connection:
        return setup.is_chosen(connection)


def begin(province: str | None) -> dict:
    """Set up a province that begins empty, or (``None``) the demo; data team only."""
    sign_in.team_only(store.viewer())
    return setup.begin(store.engine(), province, sign_in.person())
