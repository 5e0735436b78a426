"""A4 sheet of a subdistrict, visible only in print; type size and number of lines are chosen to fit one page."""

from __future__ import annotations

import math
import unicodedata

import pandas as pd

from geo.frames import each_row
from pages.components import map_layer as layers
from pages.components import records, reply_link, reported
from pages.components.names import province_name, theme_names
from pages.coverage import compare
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, day, name_of, safe, subdistrict_name, t, year
from pages.subdistrict import facts as subdistrict_facts
from pages.subdistrict import panels as subdistrict_panels

SIZES = (10.0, 9.0, 8.0, 7.0)  # points; the largest that fits is used
PAPER, HEAD, BREATH = 281.0, 32.0, 6.0  # millimetres: height inside the margins, head with the small map, slack
WIDE, MM, LETTER, LINE = (
    192.0,
    0.3528,
    0.18,
    1.38,
)  # printable width; mm per point; width of a letter and height of a line per point
SUPPORT_HEADS = ("column_agency", "column_what", "column_theme", "column_place", "column_amount", "column_period", "column_source")  # fmt: skip
RAGGED = 1.2  # Thai wraps at words, so every line but the last ends early
SHARES = {
    "agency": 0.12,
    "what": 0.25,
    "theme": 0.17,
    "where": 0.10,
    "amount": 0.10,
    "period": 0.18,
    "files": 0.08,
}  # column widths, must equal those in app.css
MOST = {
    "groups": 6,
    "neighbours": 9,
    "view_overlaps": 8,
    "view_gaps": 7,
    "welfare_fund": 6,
    "people": 6,
    "room_looking_after": 4,
    "networks_over": 4,
    "needs": 6,
    "plans": 6,
    "rank": 3,
}


def html(scope: Scope, chosen: Query, code: str) -> str:
    """HTML of the sheet."""
    own = grouped(scope, subdistrict_panels.own_support(scope, chosen, code))
    blocks, foot = subdistrict_facts.blocks(scope, chosen, code), _foot(scope, chosen, code)
    size, lines = fit(own, [[block.heading, *block.shown(MOST[block.heading])] for block in blocks], foot)
    listed = "".join(block.html(MOST[block.heading]) for block in blocks)
    return (
        f'<section class="kradan-a4" style="font-size:{size}pt" aria-hidden="true">{_head(scope, chosen, code)}{_figures(scope, chosen, code)}'
        f"<h2>{safe(t('support_here'))}</h2>{_support(own, lines)}{_above(scope, chosen, code)}"
        f'<div class="kradan-a4-blocks">{listed}</div><footer>{safe(foot)}</footer></section>'
    )


def grouped(scope: Scope, own: pd.DataFrame) -> pd.DataFrame:
    """One row per agency, activity, theme and level: villages, records and money of several villages together."""
    if own.empty:
        return pd.DataFrame(columns=["agency", "what", "theme", "where", "amount_satang", "period", "files", "records"])
    rows = records.support_words(scope, own)
    rows = rows.assign(
        moo=rows["village_codes"].fillna(rows["village_code"]),
        batch=rows["batch_id"].astype("Int64").astype("str"),
        place_row=rows["row"].astype("str"),
    )
    keys = ["agency", "what", "theme", "area_level"]
    table = rows.groupby(keys, dropna=False, sort=False).agg(
        where=("moo", _villages),
        amount_satang=("amount_satang", lambda money: money.sum(min_count=1)),
        period=("period", lambda periods: periods.iloc[0] if periods.nunique() == 1 else t("several_periods")),
        files=("batch", lambda batches: ", ".join(sorted({f"[{batch}]" for batch in batches}))),
        first_row=("place_row", "first"),
        records=("batch", "size"),
    )
    table = table.reset_index().sort_values(
        "amount_satang", ascending=False, na_position="last", kind="stable", ignore_index=True
    )
    return table.assign(
        files=[f"{row.files} {row.first_row}{'+' if row.records > 1 else ''}" for row in each_row(table)]
    )


def _villages(codes: pd.Series) -> str:
    numbers = sorted({int(code[6:8]) for listed in codes.dropna() for code in listed.split(",")})
    return f"{t('moo')} {', '.join(map(str, numbers))}" if numbers else t("level_subdistrict")


def fit(own: pd.DataFrame, blocks: list[list[str]], foot: str) -> tuple[float, int]:
    """Type size in points and number of support lines to print, so that the sheet fits one page.

    The largest size at which everything fits; at the smallest, as many lines as fit beside one that counts the rest.
    """
    for size in SIZES:
        room = PAPER - HEAD - BREATH - _rest(size, blocks, foot)
        heights = [_row(size, row) for row in each_row(own)]
        if sum(heights) <= room:
            return size, len(own)
    total, number = size * LINE * MM, 0
    for height in heights:
        if total + height > room:
            break
        total, number = total + height, number + 1
    return size, number


def _rest(size: float, blocks: list[list[str]], foot: str) -> float:
    """Height in millimetres of everything but the support lines: figures, headings, three columns of blocks, footer."""
    line = size * LINE * MM
    column = (WIDE - 8) / 3 - 3
    heights = [sum(_wrapped(size, text, column) for text in block) * line + 1.2 for block in blocks]
    return (
        6 * line
        + 4
        + max(sum(heights) / 3 * 1.12 + line, max(heights, default=0))
        + _wrapped(size * 0.88, foot, WIDE) * line
    )


def _row(size: float, row: object) -> float:
    """Height in millimetres of a support line: its highest cell."""
    lines = max(
        _wrapped(size, str(getattr(row, name)), WIDE * share - 1.6)
        for name, share in SHARES.items()
        if hasattr(row, name)
    )
    return lines * size * LINE * MM + 0.75


def _wrapped(size: float, text: str, width: float) -> int:
    """Number of lines that a text takes; Thai vowels and tone marks above and below (Mn) have no width."""
    letters = sum(unicodedata.category(mark) != "Mn" for mark in text)
    needed = letters * LETTER * size
    return 1 if needed <= width else math.ceil(needed * RAGGED / width)


def _head(scope: Scope, chosen: Query, code: str) -> str:
    area = queries.areas(scope, chosen.fiscal_year).set_index("subdistrict_code").loc[code]
    layer = layers.coverage_of(scope, chosen, "agencies")
    demo = f" · {t('demo')}" if bool(queries.batches(scope).query("is_active")["is_demo"].any()) else ""
    when = year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years")
    used = [words for words in (_chosen(scope, chosen, name) for name in ("theme", "agency", "stream")) if words]
    place = f"{t('prefix_district')}{name_of(area, 'district_name')} · {province_name(scope.province)} · {code} · {' · '.join([when, *used])}{demo}"
    return (
        f'<div class="kradan-a4-head"><div><h1>{safe(subdistrict_name(name_of(area)))}</h1><p>{safe(place)}</p></div>'
        f"{reply_link.paper(scope, 'subdistrict', code)}"
        f'<img src="{compare.map_picture(scope, layer, code[:4], code)}" alt=""></div>'
    )


def _chosen(scope: Scope, chosen: Query, name: str) -> str:
    value = getattr(chosen, name)
    names = {
        "theme": theme_names,
        "agency": lambda: records.agency_names(scope),
        "stream": lambda: records.stream_names(scope),
    }
    return names[name]().get(value, value) if value else ""


def _figures(scope: Scope, chosen: Query, code: str) -> str:
    cells = "".join(
        f"<div><b>{safe(value)}</b><span>{safe(words)}</span></div>"
        for words, value in subdistrict_panels.place_figures(scope, chosen, code)
    )
    words = reported.of_place(scope, coverage.coverage(scope, chosen).set_index("subdistrict_code").loc[code])
    missing = f"<p>{safe(words)}</p>" if words else ""
    return f'<div class="kradan-a4-figures">{cells}</div>{missing}'


def _support(own: pd.DataFrame, lines: int) -> str:
    if own.empty:
        return f"<p>{safe(t('nobody_here'))}</p>"
    heads = [t(key) for key in SUPPORT_HEADS]
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{safe(cell)}</td>"
            for cell in (row.agency, row.what, row.theme, row.where, baht(row.amount_satang), row.period, row.files)
        )
        + "</tr>"
        for row in each_row(own.head(lines))
    )
    rest = own.iloc[lines:]
    if len(rest):
        words = t(
            "rest_not_listed",
            lines=len(rest),
            records=int(rest["records"].sum()),
            amount=baht(rest["amount_satang"].sum(min_count=1)),
        )
        body += f'<tr><td colspan="7">{safe(words)}</td></tr>'
    return f"<table><thead><tr>{''.join(f'<th>{safe(head)}</th>' for head in heads)}</tr></thead><tbody>{body}</tbody></table>"


def _above(scope: Scope, chosen: Query, code: str) -> str:
    above = subdistrict_panels.support_above(scope, chosen, code)
    if above.empty:
        return ""
    return f"<p><b>{safe(t('support_above'))}:</b> {safe(subdistrict_panels.by_level(above))}</p>"


def _foot(scope: Scope, chosen: Query, code: str) -> str:
    """Files by the number that the lines cite, with rows and day of loading; data version."""
    rows = subdistrict_facts.provenance(scope, chosen, code)
    files = rows.groupby("batch_id").agg(file=("file", "first"), rows=("row", "size"), loaded_at=("loaded_at", "first"))
    listed = " · ".join(
        f"[{batch}] {row.file} ({row.rows:,} {t('rows_word')}, {day(row.loaded_at)})" for batch, row in files.iterrows()
    )
    return f"{t('sheet_sources')}: {listed or t('not_reported_long')} · {t('data_version', version=scope.version)}"


def print_subdistrict(scope: Scope, chosen: Query, code: str) -> None:
    """Add the sheet to the page, and a note on how to print it."""
    import streamlit as st

    st.caption(t("print_how"))
    st.html(html(scope, chosen, code))
