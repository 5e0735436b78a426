"""Corrections by link: signed marks of links, replies that came back by them, decisions of the data team on these."""

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
    """The signed mark of a link; ``None`` when links cannot be signed (no key, and nowhere to store one)."""
    try:
        return _mark(scope, link, links.last_day(date.today()))
    except Refused:  # the key is too short: the health check reports it
        return None


@cached(512)
def _mark(scope: Scope, link: Link, _until: date) -> str | None:
    with store.reading(queries.engine()) as connection:
        return links.sign(link, links.generation_of(connection, link))


def board_address() -> tuple[str, bool]:
    """The address under which telephones open this board, and whether it works on this machine only."""
    prefix = f"/{insides.base_path()}" if insides.base_path() else ""
    return links.room_address(insides.port(), prefix)


VIEW = "view:"  # prefix of a wall view's name, where other keys are codes of places


def shorts(scope: Scope, views: tuple[str, ...], today: date | None = None) -> dict[str, str]:
    """Short marks for the wall (:func:`loaders.replies.links.short`), by place code or :data:`VIEW` + view name."""
    first = (today or date.today()).replace(day=1)
    try:
        return {link_name(link): short for short, link in _shorts(scope, views, first, 0).items()}
    except Refused:  # the key is too short: the health check reports it
        return {}


def link_name(link: Link) -> str:
    """The key of a link in :func:`shorts`."""
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
    """The link of a short mark as a person typed it; marks hold in their month and the next.

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
    """The link of a signed mark; raises ``Refused`` (:func:`loaders.replies.links.opened`)."""
    with store.reading(queries.engine()) as connection:
        return links.opened(connection, mark_)


def told(link: Link, receipt: str) -> list[Mapping[str, Any]]:
    """Messages sent by this link, as its holder may see them (:func:`loaders.replies.inbox.told`)."""
    with store.reading(queries.engine()) as connection:
        return list(inbox.told(connection, link, receipt))


def send(link: Link, message: Message) -> bool:
    """Store a message for the review desk: the only write that needs no role."""
    with store.writing(queries.engine()) as connection:
        return inbox.send(connection, link, message)


def replies(scope: Scope) -> pd.DataFrame:
    """Replies about the province as the viewer may see them, newest first; not cached: no data version covers them."""
    with queries.reading(scope.viewer) as connection:
        return inbox.read_replies(connection, scope.province, viewer=scope.viewer)


def picture(scope: Scope, digest: str) -> str | None:
    """A stored picture, base64; data team only."""
    sign_in.team_only(scope.viewer)
    with queries.reading(scope.viewer) as connection:
        return inbox.picture(connection, digest)


def row_of(scope: Scope, reply: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The support row that a reply names, if it is still in use; data team only."""
    sign_in.team_only(scope.viewer)
    with queries.reading(scope.viewer) as connection:
        return desk.row_of(connection, reply)


def accept(key: int, reason: str, who: str, change: Change | None = None) -> None:
    """Accept a reply (:func:`loaders.imports.review.replies.accept`); data team only."""
    sign_in.team_only(queries.viewer())
    desk.accept(queries.engine(), key, reason, who, change)


def refuse(key: int, reason: str, who: str) -> None:
    """Refuse a reply: the board stays as it is; data team only."""
    sign_in.team_only(queries.viewer())
    desk.refuse(queries.engine(), key, reason, who)


def revoke(reason: str, who: str, agency: str) -> None:
    """Revoke the links of an agency (``*``: all links of the board); data team only."""
    with queries.writing() as connection:
        links.revoke(connection, who, reason, agency=agency)
