"""Link and QR code on a sheet for reporting mistakes on it, and the reports received by them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from geo.frames import each_row
from loaders.replies import links
from loaders.replies.links import Link
from pages.components import names, panels, records
from pages.queries import replies
from pages.session.scope import Scope
from pages.session.text import day, safe, t


class Address(NamedTuple):
    """Target of a link; ``is_only_here``: no telephone in the room can open it."""

    url: str
    is_only_here: bool

    def picture(self) -> str:
        """The QR code as an HTML image, one pixel per module (half a kilobyte), enlarged by the style sheet."""
        return f'<img src="data:image/png;base64,{base64.b64encode(self.png(1)).decode()}" alt="">'

    def png(self, scale: int = 6) -> bytes:
        """The QR code as a black and white PNG."""
        return links.code(self.url, scale)


def address(scope: Scope, kind: str, code: str, agency: str = "") -> Address | None:
    """The signed link of a subdistrict, an agency or the province; ``None`` when links cannot be signed."""
    mark = replies.mark(scope, Link(kind, code, scope.province, agency))
    if mark is None:
        return None
    base, is_only_here = replies.board_address()
    return Address(f"{base}/c/{mark}", is_only_here)


def on_wall(scope: Scope, views: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Common start of the wall's short links, and the rest of each by subject (:func:`pages.queries.replies.shorts`).

    Both empty when no telephone in the room can open this board.
    """
    base, is_only_here = replies.board_address()
    return ("", {}) if is_only_here else (f"{base}/k/", replies.shorts(scope, views))


def block(scope: Scope, kind: str, code: str, agency: str = "") -> str:
    """QR code, text and link as HTML, for the screen."""
    link = address(scope, kind, code, agency)
    if link is None:
        return f"<p>{safe(t('reply_no_link'))}</p>"
    here = f" <b>{safe(t('reply_only_here'))}</b>" if link.is_only_here else ""
    return (
        f'<div class="kradan-reply">{link.picture()}<p>{safe(t("reply_scan"))}{here}<br>'
        f'<a href="{safe(link.url)}" target="_blank" rel="noopener">{safe(t("reply_open"))}</a></p></div>'
    )


def paper(scope: Scope, kind: str, code: str, agency: str = "") -> str:
    """QR code and a short text as HTML, for the head of a printed sheet; empty when links cannot be signed."""
    link = address(scope, kind, code, agency)
    if link is None:
        return ""
    words = t("reply_only_here") if link.is_only_here else t("reply_scan_short")
    return f'<div class="kradan-reply">{link.picture()}<span>{safe(words)}</span></div>'


def sticker(scope: Scope, kind: str, code: str) -> tuple[bytes, str] | None:
    """QR code as PNG and the text key under it, for a meeting pack; ``None`` when links cannot be signed."""
    link = address(scope, kind, code)
    return (link.png(), "reply_only_here" if link.is_only_here else "reply_scan_short") if link else None


def about(scope: Scope, row: Mapping[str, Any] | pd.Series) -> str:
    """Name of a message's subject, and the agency of its link."""
    agencies = records.agency_names(scope)
    if row["kind"] == "view":
        name = names.view_words(row["code"])
    else:
        is_agency = row["kind"] == "agency"
        name = agencies.get(row["code"], row["code"]) if is_agency else records.place_words(scope, row["code"])
    of_agency = agencies.get(row["agency_code"]) if row["agency_code"] and row["agency_code"] != row["code"] else None
    return " · ".join(part for part in (name, of_agency) if part)


def table(scope: Scope, decided: pd.DataFrame) -> None:
    """Table of decided messages: content, decision, reason."""
    rows = list(each_row(decided))
    shown = decided.assign(
        about=[about(scope, row._asdict()) for row in rows],
        what=[f"{t('reply_' + row.answer)} → {t('reply_state_' + row.state)}" for row in rows],
        message=[" · ".join(text for text in (row.line, row.note) if text) for row in rows],
    )
    columns = {"about": t("column_place"), "what": t("column_what"), "message": t("column_cells"), "reason": t("column_why"),
               "decided_by": t("column_who"), "decided_at": t("column_on")}  # fmt: skip
    if decided["decided_by"].isna().all():
        columns.pop("decided_by")
    panels.table(shown, "replies", columns, formats={"decided_at": day})


def fold(scope: Scope, kind: str, code: str, agency: str = "") -> None:
    """Folded panel of a subject: QR code and link, and the messages about it that a person accepted."""
    if (panel := panels.unfolded("reply", t("reply_title"))) is None:
        return
    with panel:
        st.html(block(scope, kind, code, agency))
        messages = replies.replies(scope)
        accepted = messages[messages["state"].eq("accepted") & messages["kind"].eq(kind) & messages["code"].eq(code)]
        if len(accepted):
            st.caption(t("replies_here", number=len(accepted)))
            table(scope, accepted)
