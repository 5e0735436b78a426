"""Room ``membership``: network as table and chart, villages in no network, bridging places, the two movements."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from geo import networks
from geo.maps.board import ClassStyle
from geo.maps.palette import CALL, EDGE, ROLES
from pages.components import map_layer as layers
from pages.components import panels, records
from pages.queries import registers as register_queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import coded, safe, t, whole

SHOWN = ("entries", "movements", "unlinked")
LETTERS = {
    networks.BOTH: "b",
    networks.PLAN_ONLY: "p",
    networks.WELFARE_ONLY: "w",
    networks.NEITHER: "n",
    networks.NOT_KNOWN: "u",
}
NODE_COLOURS = {"network": ROLES["found"], "plan_movement": ROLES["scale4"], "welfare_movement": ROLES["scale2"], "circle": ROLES["beside"], "unit": EDGE}  # fmt: skip
MOST_DRAWN = 600  # nodes; beyond it the chart is unreadable, and members are drawn by subdistrict


def layer(scope: Scope, shown: str) -> layers.Choropleth:
    """Map per subdistrict of the two movements (``shown``: ``movements``) or of villages in no network."""
    if shown == "movements":
        table = register_queries.movements(scope)
        nothing = layers.nothing_styles()
        styles = {
            "b": ClassStyle(ROLES["scale4"], "movements_both"),
            "p": ClassStyle(ROLES["scale2"], "movements_plan_only"),
            "w": ClassStyle(ROLES["scale0"], "movements_welfare_only"),
            "n": ClassStyle(nothing["n"].color, "movements_neither"),
            "u": layers.not_known_style("movements_not_known"),
        }
        classes = table["movements"].map(LETTERS)
        unsure = ~table["is_sure"] & classes.isin(["p", "w"])
        codes = table["subdistrict_code"]
        number = codes.map(register_queries.memberships(scope)["subdistrict_code"].value_counts())
        return layers.Choropleth(styles, codes, classes, number, "unit_entries", unsure, "movements_unsure")
    table = register_queries.unlinked_by_place(scope)
    styles = {
        "0": ClassStyle(ROLES["rest"], "unlinked_none"),
        "1": ClassStyle(CALL[1], "unlinked_some"),
        "2": ClassStyle(CALL[2], "unlinked_all"),
        "u": layers.not_known_style("unlinked_not_known"),
        "x": ClassStyle(layers.nothing_styles()["x"].color, "no_villages"),
    }
    every = table["unlinked"].eq(table["villages"])
    unheard = every & ~table["is_heard"]  # no report covers the place, so its villages may be in a network
    classes = pd.Series("1", table.index).mask(table["unlinked"].eq(0), "0").mask(every, "2").mask(unheard, "u")
    classes = classes.mask(table["villages"].eq(0), "x")
    values = table["unlinked"].mask(unheard)
    return layers.Choropleth(styles, table["subdistrict_code"], classes, values, "unit_unlinked")


def finding(scope: Scope, chosen: Query) -> tuple[str, str]:
    """Sentence and note: villages in a network and in none; subdistricts by movement."""
    without = _here(register_queries.unlinked(scope), chosen)
    villages = _here(register_queries.entries(scope, "communities"), chosen)
    table = register_queries.movements(scope)
    if chosen.district:
        table = table[table["subdistrict_code"].str.startswith(chosen.district)]
    number = table["movements"].value_counts()
    words = {name: whole(int(number.get(name, 0))) for name in networks.MOVEMENTS}
    return (
        t("finding_networks", linked=whole(len(villages) - len(without)), all=whole(len(villages)), unlinked=whole(len(without))),
        t("note_networks", **words),
    )  # fmt: skip


def _here(rows: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    return rows[rows["village_code"].str.startswith(chosen.district)] if chosen.district else rows


def panel(scope: Scope, chosen: Query, *, is_listed: bool = False) -> None:
    """Below the list: bodies, villages in no network (unless ``is_listed`` above), bridging places, chart."""
    held = register_queries.memberships(scope, chosen.district)
    if held.empty:
        return
    _bodies(held)
    if not is_listed:
        unlinked(scope, chosen)
    _bridges(scope, held)
    place = panels.unfolded("network-picture", t("network_picture"))
    if place is not None:
        with place:
            _picture(scope, held)


def _bodies(held: pd.DataFrame) -> None:
    table = networks.bodies(held)
    st.html(f"<b>{safe(t('network_bodies', bodies=whole(len(table))))}</b>")
    shown = table.assign(kind=[coded("membership_body_kind_", kind) for kind in table["body_kind"]])
    names = ("body", "kind", "members", "villages", "groups", "people", "subdistricts", "coordinators", "above")
    panels.table(shown, "network-bodies", {name: t(f"network_{name}") for name in names}, 300)


def unlinked(scope: Scope, chosen: Query, *, is_open: bool = False) -> None:
    """List of the villages in no network."""
    rows = _here(register_queries.unlinked(scope), chosen)
    place = panels.unfolded("network-unlinked", t("network_unlinked", villages=whole(len(rows))), is_open=is_open)
    if place is None:
        return
    with place:
        st.caption(t("network_unlinked_note"))
        shown = rows.assign(place=[records.place_words(scope, code[:6]) for code in rows["village_code"]])
        columns = {"village_code": t("column_code"), "name_th": t("entry_name"), "place": t("entry_place")}
        panels.table(shown, "network-unlinked", columns, 360)


def _bridges(scope: Scope, held: pd.DataFrame) -> None:
    table = networks.bridges(held)
    place = panels.unfolded("network-bridges", t("network_bridges", places=whole(len(table))))
    if place is None:
        return
    with place:
        st.caption(t("network_bridges_note"))
        shown = table.assign(place=[records.place_words(scope, code) for code in table["subdistrict_code"]])
        columns = {"place": t("entry_place"), "bodies": t("network_meet"), "parts": t("network_parts"), "on_ways": t("network_on_ways")}  # fmt: skip
        panels.table(shown, "network-bridges", columns, 300, {"on_ways": lambda share: f"{float(share):.3f}"})


def _picture(scope: Scope, held: pd.DataFrame) -> None:
    nodes, links = networks.nodes_and_links(held)
    if len(nodes) > MOST_DRAWN:
        st.caption(t("network_too_many", nodes=whole(len(nodes)), most=whole(MOST_DRAWN)))
        nodes, links = networks.nodes_and_links(networks.by_subdistrict(held))
    placed = networks.positions(nodes, links)
    drawn = placed.assign(
        label=[
            records.place_words(scope, label) if kind == "subdistrict" and str(label).isdigit() else label
            for label, kind in zip(placed["label"].fillna(t("network_person")), placed["kind"], strict=True)
        ],
        words=[coded("membership_body_kind_", kind) if kind in NODE_COLOURS else coded("membership_member_kind_", kind) for kind in placed["kind"]],
        colour=[NODE_COLOURS.get(kind, ROLES["rest"]) for kind in placed["kind"]],
    ).reset_index()  # fmt: skip
    ends = links.merge(placed[["x", "y"]], left_on="member_key", right_index=True)
    ends = ends.merge(placed[["x", "y"]], left_on="body_key", right_index=True, suffixes=("", "2"))
    unit = alt.Scale(domain=[0, 1], nice=False)
    lines = alt.Chart(ends).mark_rule(color=EDGE, opacity=0.35).encode(alt.X("x:Q", axis=None, scale=unit), alt.Y("y:Q", axis=None, scale=unit), x2="x2:Q", y2="y2:Q")  # ty: ignore  # fmt: skip
    dots = alt.Chart(drawn).mark_circle(stroke=EDGE, opacity=1).encode(  # ty: ignore
        alt.X("x:Q", axis=None, scale=unit), alt.Y("y:Q", axis=None, scale=unit), color=alt.Color("colour:N", scale=None),
        size=alt.Size("links:Q", scale=alt.Scale(range=[30, 700]), legend=None), tooltip=["label:N", "words:N", "links:Q"],
    )  # fmt: skip
    names = alt.Chart(drawn.nlargest(12, "links")).mark_text(dy=-14, fontSize=15).encode(alt.X("x:Q", axis=None, scale=unit), alt.Y("y:Q", axis=None, scale=unit), text="label:N")  # ty: ignore  # fmt: skip
    chart = alt.layer(lines, dots, names).properties(height=560).configure_view(stroke=None).configure(font="Sarabun")
    st.altair_chart(chart, width="stretch")
    st.caption(t("network_picture_note", nodes=whole(len(nodes)), links=whole(len(links)), parts=whole(int(nodes["part"].nunique()))))  # fmt: skip
