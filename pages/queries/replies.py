"""Corrections by link: marks for sheets, what came back by them, and what the data team decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import geothai
import pandas as pd

from loaders import store
from loaders.imports.review import replies as desk
from loaders.imports.review.replies import Change
from loaders.problems import Refused
from loaders.replies import inbox, links
from loaders.replies.inbox import Message
from loaders.replies.links import Link
from loaders.store.privacy import PUBLIC
from pages.queries import store as queries
from pages.session import insides, sign_in
from pages.session.cache import cached
from pages.session.scope import Scope


def mark(scope: Scope, link: Link) -> str | None:
    """The signed mark of a link; ``None`` where links cannot be signed (no key, and no place to keep one)."""
    try:
        return _mark(scope, link, links.last_day(date.today()))
    except Refused:  # a key too short: health says so
        return None


@cached(512)
def _mark(scope: Scope, link: Link, _until: date) -> str | None:
    with store.reading(queries.engine()) as connection:
        return links.sign(link, links.generation_of(connection, link))


def board_address() -> tuple[str, bool]:
    """The address that telephones open this board by, and whether it is good on this machine only."""
    prefix = f"/{insides.base_path()}" if insides.base_path() else ""
    return links.room_address(insides.port(), prefix)


VIEW = "view:"  # before the name of a view of the wall, which is no code of a place


def shorts(scope: Scope, views: tuple[str, ...], today: date | None = None) -> dict[str, str]:
    """Short marks of the wall (:func:`loaders.replies.links.short`) by code of a place, or by :data:`VIEW` and a view's name."""
    first = (today or date.today()).replace(day=1)
    try:
        return {link_name(link): short for short, link in _shorts(scope, views, first, 0).items()}
    except Refused:  # a key too short: health says so
        return {}


def link_name(link: Link) -> str:
    """How a link of the wall is named there."""
    return f"{VIEW}{link.code}" if link.kind == "view" else link.code


@cached(16)
def _shorts(scope: Scope, views: tuple[str, ...], first: date, months_ago: int) -> dict[str, Link]:
    areas, province = queries.areas(scope, None), scope.province
    targets = [Link("province", province, province)] + [Link("view", view, province) for view in views]
    targets += [Link("district", str(code), province) for code in areas["district_code"].unique()]
    targets += [Link("subdistrict", str(code), province) for code in areas["subdistrict_code"]]
    with store.reading(queries.engine()) as connection:
        taken_back = links.generations(connection)
    made = {links.short(target, taken_back(target), first, months_ago): target for target in targets}
    return {short: link for short, link in made.items() if short}


def behind(written: str, views: tuple[str, ...], today: date | None = None) -> Link:
    """The link behind a short mark of this month or the one before, as a person typed it.

    Raises ``Refused`` (``link_unknown``).
    """
    short, first = links.typed(written), (today or date.today()).replace(day=1)
    if len(short) == links.SHORT + 2 and short[:2] in {place.code for place in geothai.provinces()}:
        scope = queries.current_scope(short[:2], PUBLIC)
        for months_ago in (0, 1):
            if link := _shorts(scope, views, first, months_ago).get(short):
                return link
    raise Refused("link_unknown")


def opened(mark_: str) -> Link:
    """The link behind a mark; raises ``Refused`` (:func:`loaders.replies.links.opened`)."""
    with store.reading(queries.engine()) as connection:
        return links.opened(connection, mark_)


def told(link: Link, receipt: str) -> list[Mapping[str, Any]]:
    """What the holder of the link sees of messages sent by it, the one of ``receipt`` among them."""
    with store.reading(queries.engine()) as connection:
        return list(inbox.told(connection, link, receipt))


def send(link: Link, message: Message) -> bool:
    """Keep a message for the review desk: the only write that needs no role."""
    with store.writing(queries.engine()) as connection:
        return inbox.send(connection, link, message)


def replies(scope: Scope) -> pd.DataFrame:
    """Replies about the province as this person may see them, newest first; not cached, since they are outside the data version."""
    with queries.reading(scope.viewer) as connection:
        return inbox.read_replies(connection, scope.province, viewer=scope.viewer)


def picture(scope: Scope, digest: str) -> str | None:
    """A kept picture, base64; for the data team."""
    sign_in.team_only(scope.viewer)
    with queries.reading(scope.viewer) as connection:
        return inbox.picture(connection, digest)


def row_of(scope: Scope, reply: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The support row that a reply names, if it is still in use; for the data team."""
    sign_in.team_only(scope.viewer)
    with queries.reading(scope.viewer) as connection:
        return desk.row_of(connection, reply)


def accept(key: int, reason: str, who: str, change: Change | None = None) -> None:
    """The sender is right; see :func:`loaders.imports.review.replies.accept`."""
    sign_in.team_only(queries.viewer())
    desk.accept(queries.engine(), key, reason, who, change)


def refuse(key: int, reason: str, who: str) -> None:
    """The board stays as it is."""
    sign_in.team_only(queries.viewer())
    desk.refuse(queries.engine(), key, reason, who)


def revoke(reason: str, who: str, agency: str) -> None:
    """Take the links of an agency back (``*``: all of the board)."""
    with queries.writing() as connection:
        links.revoke(connection, who, reason, agency=agency)
