"""Panels of the ranking page: finding, map layers, legend, explanation of a class, agreed classes, source rows."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from geo import figures
from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.palette import CLASSES, QUADRANTS
from geo.ranking.ranking import Ranking
from geo.ranking.review import Agreed
from pages.components import panels, records, reported
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import district_names
from pages.components.registers import agreed
from pages.queries import gaps
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.session.cache import cached
from pages.session.formatter import Phrase
from pages.session.scope import Scope
from pages.session.text import percent, safe, t, whole

SOURCE = ["base", "batch_id", "file_name", "sheet", "row"]
MADE_OF = {
    "plan": {"villages_with_plan_share", "booklet_held"},
    "welfare_fund": {"welfare_fund_members"},
    "organisation": {"groups"},
}  # register -> columns that criteria_frame makes of it
FIELDS = {"weak_needy": ("n", "gap"), "strong_needy": ("s", "served"), "strong_less_needy": ("l", "low_need_supported"),
          "weak_less_needy": ("o", "low_need_none")}  # fmt: skip
FIELD_KEYS = {
    "weak_needy": "rank_field_weak_needy",
    "strong_needy": "rank_field_strong_needy",
    "strong_less_needy": "rank_field_strong_less_needy",
    "weak_less_needy": "rank_field_weak_less_needy",
}


def inside(table: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    """Rows of the chosen district; all rows without one."""
    return table if not chosen.district else table[table[KEY].str.startswith(chosen.district)]


def place_prefix(scope: Scope, chosen: Query) -> str:
    """Chosen district as prefix of a title; "" without one."""
    return f"{t('prefix_district')}{district_names(scope)[chosen.district]} · " if chosen.district else ""


def told(scope: Scope, ranking: Ranking, chosen: Query) -> dict[str, int | float | None]:
    """Named figures of a ranking, by code; they use the class in force (agreed, else computed)."""
    units = inside(ranking_data.in_force(scope, ranking, chosen.fiscal_year), chosen)
    return figures.counted(units=units, weakest=ranking.spec.weakest, hold=ranking.spec.uncertainty.hold)


def ranking_finding(scope: Scope, ranking: Ranking, chosen: Query) -> str:
    """Sentence: number of ranked places, and of classes that hold in the draws."""
    table = inside(ranking.units, chosen)
    scored, hold = table["score"].notna(), ranking.spec.uncertainty.hold
    held = int((table["stability"] >= hold).fillna(False).sum())
    blanks = {
        "scored": int(scored.sum()),
        "all": len(table),
        "held": held,
        "hold": f"{hold * 100:.0f}",
        "draws": f"{ranking.spec.uncertainty.draws:,}",
    }
    return place_prefix(scope, chosen) + t("finding_ranking" if scored.any() else "finding_ranking_none", **blanks)


def stamp(scope: Scope, ranking: Ranking, method: Method) -> dict[str, str]:
    """Method, uncertainty, seed and versions, written on every output of a ranking."""
    return scenarios.stamp(
        method=ranking_controls.method_words(method), doubt=ranking_controls.uncertainty_words(ranking.spec), seed=f"{ranking.spec.uncertainty.draws} / {ranking.spec.uncertainty.seed}",
        version=f"{scope.version} / {ranking.data_version} / {ranking.spec.version}",
    )  # fmt: skip


def method_note(stamped: dict[str, str]) -> None:
    """Show the stamp as small print."""
    scenarios.note([f"{name}: {value}" for name, value in stamped.items()])


def _class_marks(labels: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Class character -> label of the class and its border (``A/B``; empty = firm), the strongest class first."""
    edges = ["/".join(pair) for pair in itertools.pairwise(labels)]
    marks, letters = {}, iter("abcdefgh")
    for number, label in enumerate(labels):
        marks[str(number)] = (label, "")
        marks |= {next(letters): (label, edge) for edge in edges[max(number - 1, 0) : number + 1]}
    return marks


def class_layer(units: pd.DataFrame, column: str) -> Choropleth:
    """Map of ``column``: ``class``, striped on a border, or ``agreed_class``, striped where people decided."""
    label = units[column].astype("object").where(units[column].notna(), "")
    is_computed = units["border"].notna() & units[column].eq(units["class"]).fillna(False)
    border = units["border"].astype("object").where(is_computed, "")
    labels = ranking_data.labels()
    drawn_as = dict(zip(labels, CLASSES.items(), strict=True))  # label of the rules -> name in the catalogue, colour
    styles, classes = {}, pd.Series("u", index=units.index, dtype="object")
    for key, (name, edge) in _class_marks(labels).items():
        meaning, color = drawn_as[name]
        blanks: dict[str, object] = {"name": name, "meaning": Phrase(f"class_{meaning}")}
        blanks |= {"border": Phrase("class_on_border", {"edge": edge})} if edge else {}
        styles[key] = ClassStyle(color, "class_named_on_border" if edge else "class_named", blanks=blanks)
        classes[label.eq(name) & border.eq(edge)] = key
    styles["u"] = not_known_style("rank_no_score")
    is_agreed = column == "agreed_class"
    marks = units["is_overridden"] if is_agreed else border.ne("")
    mark_key = "class_agreed_mark" if is_agreed else "class_border_mark"
    return Choropleth(styles, units[KEY], classes, units["stability"] * 100, "unit_stability", marks, mark_key)


def axes_layer(table: pd.DataFrame) -> Choropleth:
    """Map of strength and need in four fields."""
    styles = {key: ClassStyle(QUADRANTS[color], FIELD_KEYS[name]) for name, (key, color) in FIELDS.items()}
    classes = (
        table["field"]
        .map({name: key for name, (key, _) in FIELDS.items()})
        .astype("object")
        .where(table["field"].notna(), "u")
    )
    more = ((table["need"], "unit_need_score"),)
    styles["u"] = not_known_style("rank_no_score")
    return Choropleth(styles, table[KEY], classes, table["strength"], "unit_strength_score", more=more)


def class_legend(layer: Choropleth, district: str | None) -> None:
    """Legend with one entry per class, firm and border places together; other layers get the usual legend."""
    counts, mark = layer.counts(district), layer.marked(district)
    if "a" not in layer.styles:
        panels.legend(layer.styles, counts, mark)
        return
    marks = _class_marks(ranking_data.labels())
    members = {}
    for key in (key for key, (_, edge) in marks.items() if not edge):
        members[key] = sum(counts.get(char, 0) for char, (label, _) in marks.items() if label == marks[key][0])
    members["u"] = counts.get("u", 0)
    if mark and layer.mark_key == "class_border_mark":
        on_edge = Counter()
        for char, (_, edge) in marks.items():
            on_edge[edge] += counts.get(char, 0)
        words = [f"{t('class_on_border', edge=edge)} {number:,}" for edge, number in on_edge.items() if edge]
        mark = (" · ".join(words), mark[1])
    letters = {key: "".join(char for char, (label, _) in marks.items() if label == marks[key][0]) for key in marks}
    panels.legend(
        {key: layer.styles[key] for key in members},
        members,
        mark,
        filters=letters | {"u": "u", panels.STRIPE: panels.STRIPE},
    )


def decimal(value: Any) -> str:
    """Format with one decimal; NA is a dash."""
    return "–" if pd.isna(value) else f"{float(value):,.1f}"


def rank_words(value: Any) -> str:
    """Format of a rank; NA is a dash."""
    return "–" if pd.isna(value) else f"{int(value):,}"


def draw_bars(rows: list[tuple[str, list[tuple[float, str, str]]]], largest: float) -> None:
    """Words and one or two bars per row; a bar below zero runs to the left in another colour."""
    lines = []
    for words, bars in rows:
        drawn = "".join(
            f'<span class="kradan-bar {kind}" style="width:{abs(value) / largest * 100 if largest else 0:.1f}%"></span><em>{safe(text)}</em>'
            for value, kind, text in bars
        )
        lines.append(f"<li><span>{safe(words)}</span><div>{drawn}</div></li>")
    st.html(f'<ul class="kradan-bars">{"".join(lines)}</ul>')


def why_class(
    scope: Scope, ranking: Ranking, reviewed: Agreed, method: Method, explained: pd.DataFrame, code: str
) -> None:
    """Explain one subdistrict's class: score, rank, class shares, and each criterion against the mean of all."""
    unit = reviewed.units.set_index(KEY).loc[code]
    st.html(f"<b>{safe(t('why_class', place=records.place_words(scope, code)))}</b>")
    if pd.isna(unit["score"]):
        panels.empty("why_no_score")
        return
    shares = ranking.class_shares.loc[code]
    chances = " · ".join(f"{name} {percent(share)}" for name, share in shares.items())
    blanks = {
        "score": ranking_controls.score_words(method)(unit["score"] - ranking_data.centre(method)),
        "against": t("score_from_average" if ranking_data.centre(method) else "score_of_hundred"),
        "rank": rank_words(unit["rank"]),
        "low": rank_words(unit["rank_low"]),
        "high": rank_words(unit["rank_high"]),
        "shares": chances,
    }
    st.html(f"<p>{safe(t('why_score', **blanks))}</p>")
    rows = explained[explained[KEY].eq(code)].sort_values("against_mean")
    names = ranking_controls.names()
    bars = [
        (
            names[row.criterion],
            [
                (
                    row.against_mean,
                    "up" if row.against_mean >= 0 else "down",
                    f"{row.against_mean:+.2f} ({ranking_controls.value_words(row.criterion, row.value)})",
                )
            ],
        )
        for row in each_row(rows)
    ]
    missing = [name for key, name in names.items() if key not in set(rows["criterion"])]
    draw_bars(bars, float(rows["against_mean"].abs().max()))
    scenarios.note([t("why_how")] + ([t("why_missing", names=", ".join(missing))] if missing else []))


def override(scope: Scope, ranking: Ranking, reviewed: Agreed, chosen: Query, code: str) -> None:
    """Agree on another class with reason and name, undo it, and list all agreed classes including undone ones."""
    unit = reviewed.units.set_index(KEY).loc[code]
    computed, now = (None if pd.isna(unit[name]) else str(unit[name]) for name in ("class", "agreed_class"))
    own = agreed.Unit(records.place_words(scope, code), code, None, computed, now)
    with st.expander(t("override_title")):
        agreed.form(
            scope, own, list(ranking.spec.labels), ranking.spec.code, chosen.fiscal_year, name="override", key=code
        )
        agreed.undo(ranking_data.overrides(scope, chosen.fiscal_year), lambda row: records.place_words(scope, row[KEY]))
    every = ranking_data.overrides(scope, chosen.fiscal_year, removed=True)
    agreed.history(every, lambda row: records.place_words(scope, row[KEY]))


def weakest(ranking: Ranking, chosen: Query) -> str:
    """Code of the place with the lowest score in the chosen district; the first place when nothing is ranked."""
    table = inside(ranking.units, chosen)
    ranked = table.dropna(subset=["score"]).sort_values(["score", KEY])
    return str((ranked if len(ranked) else table)[KEY].iloc[0])


def class_figures(ranking: Ranking, reviewed: Agreed, chosen: Query) -> None:
    """Places per class and how many hold, and overridden places; nothing when no place is ranked."""
    table = inside(reviewed.units, chosen)
    if table["score"].isna().all():
        return
    firm = (table["stability"] >= ranking.spec.uncertainty.hold).fillna(False)
    members = {name: table["agreed_class"].eq(name).fillna(False).astype(bool) for name in ranking.spec.labels}
    held = [
        (t("class_held", name=name, held=whole((member & firm).sum())), whole(member.sum()))
        for name, member in members.items()
    ]
    panels.figures([*held, (t("figure_overridden"), whole(table["is_overridden"].sum()))])


def undated_note(scope: Scope, chosen: Query) -> str:
    """Note on undated rows: support without a year is left out, criteria figures without one count in every year."""
    undated_support = reported.undated(scope, chosen, " · ")
    rows = criteria_rows(scope, chosen.fiscal_year)
    undated = int(rows["fiscal_year"].isna().sum()) if chosen.fiscal_year else 0
    return undated_support + (f" · {t('undated_figures', records=whole(undated))}" if undated else "")


def ranking_sources(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Source columns of :func:`criteria_rows`."""
    return criteria_rows(scope, fiscal_year)[SOURCE]


@cached(8)
def criteria_rows(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Rows that the criteria of the year are computed from; ``fiscal_year`` is 0 in registers without years."""
    entries = [entry for axis in ("strength", "need") for entry in ranking_data.criteria(axis)]
    columns = {entry.get("column", entry["code"]) for entry in entries}
    indicators = gaps.criteria_records(scope, "indicator", fiscal_year)
    parts = [indicators[indicators["indicator_code"].isin(columns)]]
    for register, made in MADE_OF.items():
        if columns & made:
            parts.append(gaps.criteria_records(scope, register, fiscal_year))
    # 0, not NA, for registers without years (plans, groups): their rows must not be counted as undated.
    return pd.concat([part.reindex(columns=[*SOURCE, "fiscal_year"], fill_value=0) for part in parts])
