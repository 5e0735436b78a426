"""The parts of the ranking page: finding, map, table, why this class, influence, override, last year, need beside strength."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.maps.board import ClassStyle
from geo.maps.palette import CLASSES, QUADRANTS
from geo.ranking.ranking import Ranking
from geo.ranking.review import Agreed
from loaders.decisions import scenarios as store_scenarios
from pages.components import panels, records
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import district_names
from pages.queries import store as queries
from pages.queries.store import Filters
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.session.formatter import Phrase
from pages.session.scope import Scope
from pages.session.text import day, percent, safe, t, whole

FIELDS = {"weak_needy": ("n", "gap"), "strong_needy": ("s", "served"), "strong_less_needy": ("l", "low_need_supported"),
          "weak_less_needy": ("o", "low_need_none")}  # fmt: skip


def inside(table: pd.DataFrame, chosen: Filters) -> pd.DataFrame:
    """Rows of the chosen district."""
    return table if not chosen.district else table[table[KEY].str.startswith(chosen.district)]


def place_prefix(scope: Scope, chosen: Filters) -> str:
    """The chosen district at the head of a title that speaks of it alone."""
    return f"{t('prefix_district')}{district_names(scope)[chosen.district]} · " if chosen.district else ""


def finding(scope: Scope, ranking: Ranking, chosen: Filters) -> str:
    """How many could be ranked of how many, and how many classes hold."""
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
    """What every output of a ranking carries."""
    return scenarios.stamp(
        method=ranking_controls.words(method), doubt=ranking_controls.uncertainty_words(ranking.spec), seed=f"{ranking.spec.uncertainty.draws} / {ranking.spec.uncertainty.seed}",
        version=f"{scope.version} / {ranking.data_version} / {ranking.spec.version}",
    )  # fmt: skip


def method_note(stamped: dict[str, str]) -> None:
    """The stamp as small print under the map."""
    scenarios.note([f"{name}: {value}" for name, value in stamped.items()])


def class_layer(units: pd.DataFrame, column: str) -> Choropleth:
    """A, B, C; striped where the class is on the border, or where people agreed on another one."""
    label = units[column].astype("object").where(units[column].notna(), "")
    border = (
        units["border"]
        .astype("object")
        .where(units["border"].notna() & units[column].eq(units["class"]).fillna(False), "")
    )
    styles, classes = {}, pd.Series("u", index=units.index, dtype="object")
    for key, (name, edge) in {
        "A": ("A", ""),
        "a": ("A", "A/B"),
        "B": ("B", ""),
        "b": ("B", "A/B"),
        "d": ("B", "B/C"),
        "C": ("C", ""),
        "c": ("C", "B/C"),
    }.items():
        named: dict[str, object] = {"name": name, "meaning": Phrase(f"class_{name}")}
        styles[key] = ClassStyle(
            CLASSES[name],
            "class_named_on_border" if edge else "class_named",
            blanks=named | ({"border": Phrase("class_on_border", {"edge": edge})} if edge else {}),
        )
        classes[label.eq(name) & border.eq(edge)] = key
    marks = units["is_overridden"] if column == "agreed_class" else border.ne("")
    mark_key = "class_agreed_mark" if column == "agreed_class" else "class_border_mark"
    return Choropleth(
        styles | {"u": not_known_style("rank_no_score")},
        units[KEY],
        classes,
        units["stability"] * 100,
        "unit_stability",
        marks,
        mark_key,
    )


def axes_layer(table: pd.DataFrame) -> Choropleth:
    """Strength and need, 2x2; never added."""
    styles = {key: ClassStyle(QUADRANTS[color], f"rank_field_{name}") for name, (key, color) in FIELDS.items()}
    classes = (
        table["field"]
        .map({name: key for name, (key, _) in FIELDS.items()})
        .astype("object")
        .where(table["field"].notna(), "u")
    )
    return Choropleth(styles | {"u": not_known_style("rank_no_score")}, table[KEY], classes)


def legend(layer: Choropleth, district: str | None) -> None:
    """A, B, C counted once each, the borders as stripes below; other layers as they are."""
    counts = layer.counts(district)
    if "a" not in layer.styles:
        panels.legend(layer.styles, counts, layer.marked(district))
        return
    together = {"A": "Aa", "B": "Bbd", "C": "Cc", "u": "u"}
    merged = {key: sum(counts.get(char, 0) for char in chars) for key, chars in together.items()}
    edges = [
        (t("class_on_border", edge=words), counts.get(one, 0) + counts.get(other, 0))
        for words, one, other in (("A/B", "a", "b"), ("B/C", "d", "c"))
    ]
    mark = layer.marked(district)
    if mark and layer.mark_key == "class_border_mark":
        mark = (" · ".join(f"{words} {number:,}" for words, number in edges), mark[1])
    panels.legend({key: layer.styles[key] for key in together}, merged, mark)


def decimal(value: object) -> str:
    """One decimal; a dash where there is no figure."""
    return "–" if pd.isna(value) else f"{float(value):,.1f}"  # type: ignore[arg-type]


def rank_words(value: object) -> str:
    """A rank; a dash where there is none."""
    return "–" if pd.isna(value) else f"{int(value):,}"  # type: ignore[call-overload]


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


def why(scope: Scope, ranking: Ranking, reviewed: Agreed, explained: pd.DataFrame, code: str) -> None:
    """What lifts and what drags one subdistrict against the mean of all."""
    unit = reviewed.units.set_index(KEY).loc[code]
    st.html(f"<b>{safe(t('why_class', place=records.place_words(scope, code)))}</b>")
    if pd.isna(unit["score"]):
        panels.empty("why_no_score")
        return
    shares = ranking.class_shares.loc[code]
    chances = " · ".join(f"{name} {percent(share)}" for name, share in shares.items())
    blanks = {
        "score": decimal(unit["score"]),
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
        for row in rows.itertuples()
    ]
    missing = [name for key, name in names.items() if key not in set(rows["criterion"])]
    draw_bars(bars, float(rows["against_mean"].abs().max()))
    scenarios.note([t("why_how")] + ([t("why_missing", names=", ".join(missing))] if missing else []))


def override(scope: Scope, ranking: Ranking, reviewed: Agreed, chosen: Filters, code: str) -> None:
    """Agree on another class with reason and name; computed and agreed stand side by side; undo."""
    with st.expander(t("override_title")):
        unit = reviewed.units.set_index(KEY).loc[code]
        computed = None if pd.isna(unit["class"]) else str(unit["class"])
        st.html(
            f"<p>{safe(t('override_now', place=records.place_words(scope, code), computed=computed or t('rank_no_score'), agreed=_class(unit['agreed_class'])))}</p>"
        )
        with st.form("override", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            now = str(unit["agreed_class"])
            labels = list(ranking.spec.labels)
            to = st.selectbox(
                t("rank_agreed_class"), labels, labels.index(now) if now in labels else 0, key=f"override-class-{code}"
            )  # opens on the class that stands, place by place: a slip of the hand changes nothing
            reason = st.text_input(t("column_why"), key="override-reason", max_chars=300)
            person = scenarios.who("override-who")
            sent = st.form_submit_button(t("override_save"))
        if sent:
            scenarios.attempt(
                lambda connection: store_scenarios.agree(
                    connection,
                    code,
                    to,
                    reason,
                    person,
                    queries.stamp(scope),
                    index_code=ranking.spec.code,
                    fiscal_year=chosen.fiscal_year,
                    computed_class=computed,
                ),
                "override_saved",
            )
        standing = ranking_data.overrides(scope, chosen.fiscal_year)
        scenarios.remove(
            "override",
            {int(row["id"]): _override_words(scope, row) for row in standing.to_dict("records")},
            t("override_undo"),
        )


def _class(name: object) -> str:
    return t("rank_no_score") if pd.isna(name) else str(name)  # type: ignore[arg-type]


def _override_words(scope: Scope, row: dict) -> str:
    return f"{records.place_words(scope, row[KEY])}: {_class(row['computed_class'])} → {row['class']} · {row['reason']} · {row['by']} · {day(row['on'])}"


def weakest(ranking: Ranking, chosen: Filters) -> str:
    """The place ranked last in the chosen district: explained first; the first one when nothing is ranked."""
    table = inside(ranking.units, chosen)
    ranked = table.dropna(subset=["score"]).sort_values(["score", KEY])
    return str((ranked if len(ranked) else table)[KEY].iloc[0])


def figures(ranking: Ranking, reviewed: Agreed, chosen: Filters) -> None:
    """Per class how many and how many hold; how many were agreed otherwise. Nothing is counted where nothing is ranked."""
    table = inside(reviewed.units, chosen)
    if table["score"].isna().all():
        return
    firm = (table["stability"] >= ranking.spec.uncertainty.hold).fillna(False)
    members = {name: table["class"].eq(name).fillna(False).astype(bool) for name in ranking.spec.labels}
    found = [
        (t("class_held", name=name, held=whole((member & firm).sum())), whole(member.sum()))
        for name, member in members.items()
    ]
    panels.figures([*found, (t("figure_overridden"), whole(table["is_overridden"].sum()))])


def basis(scope: Scope) -> pd.DataFrame:
    """Rows behind the ranking, for the list of sources."""
    wanted = {entry["code"] for axis in ("strength", "need") for entry in ranking_data.criteria(axis)}
    told = queries.register(scope, "indicator")
    parts = [
        told[told["indicator_code"].isin(wanted)],
        *(queries.register(scope, name) for name in ("plan", "welfare_fund", "organisation")),
    ]
    return pd.concat([part[["base", "batch_id", "file_name", "sheet", "row"]] for part in parts])
