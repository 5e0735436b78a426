"""What the board is for: asked at the first start, kept in the store and beside it."""

from __future__ import annotations

from loaders import setup
from pages.queries import store
from pages.session import sign_in
from pages.session.cache import cached
from pages.session.scope import Scope


@cached(2)
def is_chosen(scope: Scope) -> bool:
    """Whether somebody has said what this board is for."""
    with store.reading(scope.viewer) as connection:
        return setup.is_chosen(connection)


def begin(province: str | None) -> dict:
    """The choice: a province that begins empty, or (``None``) the demo."""
    sign_in.team_only(store.viewer())
    return setup.begin(store.engine(), province, sign_in.name() or "-")
