"""The parts of the ranking page: finding, map, table, why this class, influence, override, last year, need beside strength."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.maps import ClassStyle
from geo.ranking import Ranking, contributions, influence
from geo.ranking_review import Agreed
from loaders import scenarios as store_scenarios
from pages.parts import choices, panels, queries, ranking_controls, ranking_data, records, scenarios
from pages.parts.layers import Layer
from pages.parts.palette import CLASSES, NOT_REPORTED, NOT_REPORTED_LINE, QUADRANTS
from pages.parts.queries import Filters
from pages.parts.ranking_data import KEY, Method
from pages.parts.text import day, percent, safe, t, whole

FIELDS = {"weak_needy": ("n", "gap"), "strong_needy": ("s", "served"), "strong_less_needy": ("l", "low_need_supported"),
          "weak_less_needy": ("o", "low_need_none")}  # fmt: skip


def inside(table: pd.DataFrame, chosen: Filters) -> pd.DataFrame:
    """Rows of the chosen district."""
    return table if not chosen.district else table[table[KEY].str.startswith(chosen.district)]


def finding(ranking: Ranking, chosen: Filters) -> str:
    """How many could be ranked of how many, and how many classes hold."""
    table = inside(ranking.units, chosen)
    scored, hold = table["score"].notna(), ranking.spec.doubt.hold
    held = int((table["stability"] >= hold).fillna(False).sum())
    blanks = {
        "scored": int(scored.sum()),
        "all": len(table),
        "held": held,
        "hold": f"{hold * 100:.0f}",
        "draws": f"{ranking.spec.doubt.draws:,}",
    }
    place = f"{t('prefix_district')}{choices.district_names()[chosen.district]} · " if chosen.district else ""
    return place + t("finding_ranking" if scored.any() else "finding_ranking_none", **blanks)


def stamp(version: str, ranking: Ranking, method: Method) -> dict[str, str]:
    """What every output of a ranking carries."""
    return scenarios.stamp(
        method=ranking_controls.words(method), seed=f"{ranking.spec.doubt.draws} / {ranking.spec.doubt.seed}",
        version=f"{version} / {ranking.data_version} / {ranking.spec.version}",
    )  # fmt: skip


def method_note(stamped: dict[str, str]) -> None:
    """The stamp as small print under the map."""
    scenarios.note([f"{name}: {value}" for name, value in stamped.items()])


def _no_score() -> ClassStyle:
    return ClassStyle(NOT_REPORTED, t("rank_no_score"), NOT_REPORTED_LINE)


def class_layer(units: pd.DataFrame, column: str) -> Layer:
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
        words = t("class_named", name=name, meaning=t(f"class_{name}"))
        styles[key] = ClassStyle(CLASSES[name], f"{words} · {t('class_on_border', edge=edge)}" if edge else words)
        classes[label.eq(name) & border.eq(edge)] = key
    marks = units["is_overridden"] if column == "agreed_class" else border.ne("")
    words = t("class_agreed_mark" if column == "agreed_class" else "class_border_mark")
    return Layer(
        styles | {"u": _no_score()}, units[KEY], classes, units["stability"] * 100, t("unit_stability"), marks, words
    )


def axes_layer(table: pd.DataFrame) -> Layer:
    """Strength and need, 2x2; never added."""
    styles = {key: ClassStyle(QUADRANTS[color], t(f"rank_field_{name}")) for name, (key, color) in FIELDS.items()}
    classes = (
        table["field"]
        .map({name: key for name, (key, _) in FIELDS.items()})
        .astype("object")
        .where(table["field"].notna(), "u")
    )
    return Layer(styles | {"u": _no_score()}, table[KEY], classes)


def legend(layer: Layer, district: str | None) -> None:
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
    if mark and layer.mark_label == t("class_border_mark"):
        mark = (" · ".join(f"{words} {number:,}" for words, number in edges), mark[1])
    panels.legend({key: layer.styles[key] for key in together}, merged, mark)


def table(reviewed: Agreed, chosen: Filters, stamped: dict[str, str]) -> None:
    """Score, rank, band, stability, computed and agreed class of every subdistrict."""
    rows = inside(reviewed.units, chosen).sort_values(["rank", KEY], na_position="last")
    low, high = rows["rank_low"], rows["rank_high"]
    shown = rows.assign(
        place=[records.place_words(code) for code in rows[KEY]],
        band=["" if pd.isna(one) else f"{one}–{other}" for one, other in zip(low, high, strict=True)],
        score=rows["score"].round(2),
        border=rows["border"].fillna(""),
        stability=(rows["stability"] * 100).round(1),
    )
    columns = {"place": t("column_place"), "score": t("rank_score"), "rank": t("rank_rank"), "band": t("rank_band"), "class": t("rank_class"),
               "stability": t("rank_stability"), "border": t("column_border"), "agreed_class": t("rank_agreed_class"), "reason": t("column_why"),
               "by": t("decided_by"), "known_share": t("rank_known_share"), KEY: t("column_code")}  # fmt: skip
    panels.table(
        shown,
        "ranking",
        columns,
        stamp=stamped,
        formats={"known_share": percent, "score": _decimal, "rank": _rank, "stability": _decimal},
    )


def _decimal(value: object) -> str:
    return "–" if pd.isna(value) else f"{float(value):,.1f}"  # type: ignore[arg-type]


def _rank(value: object) -> str:
    return "–" if pd.isna(value) else f"{int(value):,}"  # type: ignore[call-overload]


def _bars(rows: list[tuple[str, list[tuple[float, str, str]]]], largest: float) -> None:
    """Words and one or two bars per row; a bar below zero runs to the left in another colour."""
    lines = []
    for words, bars in rows:
        drawn = "".join(
            f'<span class="kradan-bar {kind}" style="width:{abs(value) / largest * 100 if largest else 0:.1f}%"></span><em>{safe(text)}</em>'
            for value, kind, text in bars
        )
        lines.append(f"<li><span>{safe(words)}</span><div>{drawn}</div></li>")
    st.html(f'<ul class="kradan-bars">{"".join(lines)}</ul>')


def why(ranking: Ranking, reviewed: Agreed, code: str) -> None:
    """What lifts and what drags one subdistrict against the mean of all."""
    unit = reviewed.units.set_index(KEY).loc[code]
    st.html(f"<b>{safe(t('why_class', place=records.place_words(code)))}</b>")
    if pd.isna(unit["score"]):
        panels.empty("why_no_score")
        return
    shares = ranking.class_shares.loc[code]
    chances = " · ".join(f"{name} {percent(share)}" for name, share in shares.items())
    blanks = {
        "score": _decimal(unit["score"]),
        "rank": _rank(unit["rank"]),
        "low": _rank(unit["rank_low"]),
        "high": _rank(unit["rank_high"]),
        "shares": chances,
    }
    st.html(f"<p>{safe(t('why_score', **blanks))}</p>")
    rows = contributions(ranking)
    rows = rows[rows[KEY].eq(code)].sort_values("against_mean")
    names = ranking_controls.names()
    bars = [
        (
            names[row.criterion],
            [
                (
                    row.against_mean,
                    "up" if row.against_mean >= 0 else "down",
                    f"{row.against_mean:+.2f} ({row.value:,.2f})",
                )
            ],
        )
        for row in rows.itertuples()
    ]
    missing = [name for key, name in names.items() if key not in set(rows["criterion"])]
    _bars(bars, float(rows["against_mean"].abs().max()))
    scenarios.note([t("why_how")] + ([t("why_missing", names=", ".join(missing))] if missing else []))


def weights_and_influence(ranking: Ranking, stamped: dict[str, str]) -> None:
    """Real influence of every criterion beside its stated weight."""
    if ranking.units["score"].notna().sum() < 3:
        return
    rows = influence(ranking)
    names = ranking_controls.names()
    st.html(f"<b>{safe(t('influence'))}</b>")
    bars = [
        (
            names[row.criterion],
            [
                (row.stated, "stated", percent(row.stated)),
                (0 if pd.isna(row.real) else row.real, "real", percent(row.real)),
            ],
        )
        for row in rows.itertuples()
    ]
    _bars(bars, float(rows[["stated", "real"]].max().max()))
    scenarios.note([t("influence_how")])
    shown = rows.assign(criterion=rows["criterion"].map(names))
    columns = {
        "criterion": t("column_criterion"),
        "stated": t("rank_stated_weight"),
        "real": t("rank_real_influence"),
        "mean_rank_shift": t("rank_mean_rank_shift"),
    }
    panels.downloads(shown[list(columns)].rename(columns=columns).assign(**stamped), "influence")


def override(version: str, ranking: Ranking, reviewed: Agreed, chosen: Filters, code: str) -> None:
    """Agree on another class with reason and name; computed and agreed stand side by side; undo."""
    with st.expander(t("override_title")):
        unit = reviewed.units.set_index(KEY).loc[code]
        computed = None if pd.isna(unit["class"]) else str(unit["class"])
        st.html(
            f"<p>{safe(t('override_now', place=records.place_words(code), computed=computed or t('rank_no_score'), agreed=_class(unit['agreed_class'])))}</p>"
        )
        with st.form("override", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            to = st.selectbox(t("rank_agreed_class"), ranking.spec.labels, key="override-class")
            reason = st.text_input(t("column_why"), key="override-reason", max_chars=300)
            person = scenarios.who("override-who")
            sent = st.form_submit_button(t("override_save"))
        if sent and scenarios.attempt(
            lambda connection: store_scenarios.agree(
                connection,
                code,
                to,
                reason,
                person,
                version,
                index_code=ranking.spec.code,
                fiscal_year=chosen.fiscal_year,
                computed_class=computed,
            ),
            "override_saved",
        ):
            st.rerun()
        standing = ranking_data.overrides(chosen.fiscal_year)
        scenarios.remove(
            "override",
            {int(row["id"]): _override_words(row) for row in standing.to_dict("records")},
            t("override_undo"),
        )


def _class(name: object) -> str:
    return t("rank_no_score") if pd.isna(name) else str(name)  # type: ignore[arg-type]


def _override_words(row: dict) -> str:
    return f"{records.place_words(row[KEY])}: {_class(row['computed_class'])} → {row['class']} · {row['reason']} · {row['by']} · {day(row['on'])}"


def last_year(version: str, chosen: Filters, method: Method, stamped: dict[str, str]) -> None:
    """Who rose and who fell; only what is more than the doubt is called a change."""
    st.html(f"<b>{safe(t('last_year'))}</b>")
    before = ranking_data.year_before(version, chosen.fiscal_year)
    if before is None:
        panels.empty("last_year_none")
        return
    rows = inside(ranking_data.against_last_year(version, before + 1, method), chosen)
    rows = rows[rows["places_won"].notna()].sort_values("places_won", ascending=False)
    st.html(f"<p>{safe(t('last_year_finding', firm=int(rows['is_firm'].sum()), all=len(rows)))}</p>")
    shown = rows.assign(
        place=[records.place_words(code) for code in rows[KEY]],
        firm=[t("yes") if firm else "" for firm in rows["is_firm"]],
    )
    columns = {"place": t("column_place"), "class_before": t("class_before"), "class_now": t("class_now"), "rank_before": t("rank_before"),
               "rank_now": t("rank_now"), "places_won": t("places_won"), "firm": t("change_is_firm")}  # fmt: skip
    panels.table(shown, "ranking-last-year", columns, stamp=stamped)


def axes_table(axes: pd.DataFrame, chosen: Filters, stamped: dict[str, str]) -> None:
    """Weak and needy first: where strengthening is needed most."""
    order = {name: number for number, name in enumerate(FIELDS)}
    rows = (
        inside(axes, chosen)
        .assign(order=lambda table: table["field"].map(order))
        .sort_values(["order", "strength"], na_position="last")
    )
    shown = rows.assign(
        place=[records.place_words(code) for code in rows[KEY]],
        field=[t("rank_no_score") if pd.isna(name) else t(f"rank_field_{name}") for name in rows["field"]],
    )
    columns = {
        "place": t("column_place"),
        "field": t("column_field"),
        "strength": t("column_strength"),
        "need": t("column_need"),
        "class": t("rank_class"),
    }
    panels.table(shown, "strength-by-need", columns, stamp=stamped, formats={"strength": _decimal, "need": _decimal})


def weakest(ranking: Ranking) -> str:
    """The place ranked last: whose page stands open first; the first one when nothing is ranked."""
    ranked = ranking.units.dropna(subset=["score"]).sort_values(["score", KEY])
    return str((ranked if len(ranked) else ranking.units)[KEY].iloc[0])


def figures(ranking: Ranking, reviewed: Agreed) -> None:
    """Per class how many and how many hold; how many were agreed otherwise."""
    found = [
        (t("class_held", name=name, held=whole(row["held"])), whole(row["units"]))
        for name, row in ranking.headline().items()
    ]
    panels.figures([*found, (t("figure_overridden"), whole(reviewed.units["is_overridden"].sum()))])


def basis(version: str) -> pd.DataFrame:
    """Rows behind the ranking, for the list of sources."""
    wanted = {entry["code"] for axis in ("strength", "need") for entry in ranking_data.criteria(axis)}
    told = queries.register(version, "indicator")
    parts = [
        told[told["indicator_code"].isin(wanted)],
        *(queries.register(version, name) for name in ("plan", "welfare_fund", "organisation")),
    ]
    return pd.concat([part[["base", "batch_id", "file_name", "sheet", "row"]] for part in parts])
