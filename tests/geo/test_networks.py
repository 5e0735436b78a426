"""Networks by hand: who hangs together, which place bridges, which village is in none, and the two movements; who looks after what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo import looking_after, networks, registers

AREAS = pd.DataFrame(
    {"subdistrict_code": ["800101", "800102", "800103", "800201"], "district_code": ["8001"] * 3 + ["8002"]}
)
COLUMNS = ["member", "member_kind", "body", "body_kind", "relation", "village_code", "subdistrict_code"]
ROWS = [
    ("บ้าน ก", "village", "เครือข่าย ก", "network", "member", "80010101", "800101"),
    ("บ้าน ข", "village", "เครือข่าย ก", "network", "member", "80010201", "800102"),
    ("บ้าน ข", "village", "เครือข่าย ข", "network", "coordinates", "80010201", "800102"),
    ("บ้าน ค", "village", "เครือข่าย ข", "network", "member", "80010301", "800103"),
    ("เครือข่าย ก", "network", "ขบวนแผน", "plan_movement", "member", None, "800101"),
    ("กองทุน", "group", "ขบวนสวัสดิการ", "welfare_movement", "member", None, "800101"),
    (None, "person", "วง", "circle", "member", None, "800103"),
    (None, "person", "วง", "circle", "member", None, "800103"),
]  # fmt: skip


@pytest.fixture
def rows() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=COLUMNS)
    return frame.assign(area_code=frame["village_code"].fillna(frame["subdistrict_code"]))


def test_a_network_that_is_a_member_is_one_node(rows):
    nodes, links = networks.nodes_and_links(rows)
    assert len(links) == len(ROWS)
    assert nodes["kind"].value_counts().to_dict() == {
        "village": 3, "network": 2, "person": 2, "plan_movement": 1, "welfare_movement": 1, "group": 1, "circle": 1
    }  # fmt: skip
    own = nodes[nodes["label"].eq("เครือข่าย ก")]
    assert own["links"].tolist() == [3]  # two villages and the movement it is in
    assert nodes.groupby("part").size().tolist() == [6, 3, 2]
    placed = networks.positions(nodes, links)
    assert placed[["x", "y"]].min().min() >= 0
    pd.testing.assert_frame_equal(placed, networks.positions(nodes, links))  # the same picture every time
    folded, _ = networks.nodes_and_links(networks.by_subdistrict(rows))
    assert sorted(folded["label"]) == [
        "800101",
        "800102",
        "800103",
        "เครือข่าย ก",
        "เครือข่าย ข",
    ]  # a circle of one place is not drawn
    assert networks.positions(nodes.iloc[:0], links.iloc[:0]).empty


def test_bodies_count_their_members_by_kind(rows):
    table = networks.bodies(rows).set_index("body")
    assert table.loc["เครือข่าย ก", ["members", "villages", "groups", "subdistricts", "coordinators"]].tolist() == [
        2,
        2,
        0,
        2,
        0,
    ]
    assert table.loc["เครือข่าย ข", "coordinators"] == 1
    assert table.loc["วง", "people"] == 2  # two people without a shown name are two


def test_the_place_that_bridges(rows):
    table = networks.bridges(rows)
    assert table[["subdistrict_code", "bodies", "parts"]].to_numpy().tolist() == [["800102", 2, 2]]
    assert networks.bridges(rows.iloc[:2]).empty
    round_about = pd.concat([rows, rows.iloc[[3]].assign(body="เครือข่าย ก", body_kind="network")])
    table = networks.bridges(round_about).set_index("subdistrict_code")
    assert table["parts"].to_dict() == {"800102": 1, "800103": 1}  # now others hold it too


def test_a_village_in_no_network(rows):
    villages = pd.DataFrame({"village_code": ["80010101", "80010102", "80010301"]})
    assert networks.unlinked(villages, rows)["village_code"].tolist() == ["80010102"]
    assert len(networks.unlinked(villages, rows[rows["body_kind"].ne("network")])) == 3


def test_neither_is_said_only_where_all_have_reported(rows):
    more = rows.iloc[[4]].assign(subdistrict_code="800102")
    told = pd.Series({"800101": 0.5, "800102": 0.5, "800103": 1.0})
    table = networks.movements(AREAS, pd.concat([rows, more]), told).set_index("subdistrict_code")
    assert table["movements"].tolist() == ["both", "plan_only", "neither", "not_known"]
    assert table["is_sure"].tolist() == [True, False, True, False]


def test_what_ended_or_has_not_begun_holds_no_more():
    frame = pd.DataFrame(
        {"starts_on": ["2006-01-01", None, "2008-01-01", None], "ends_on": [None, "2007-01-01", None, "2007-06-01"]}
    )
    frame = frame.apply(pd.to_datetime)
    assert registers.in_force(frame, pd.Timestamp(2007, 6, 1)).index.tolist() == [0, 3]


CARE = pd.DataFrame(
    [
        ("place", "subdistrict", "800101", "8001", None, None),
        ("group", "subdistrict", "800102", "8001", "กลุ่ม ก", None),
        ("place", "district", None, "8002", None, None),
        ("function", "province", None, None, None, "health"),
    ],
    columns=["looked_after", "area_level", "subdistrict_code", "district_code", "group_name", "theme_code"],
).assign(province_code="80")


def test_nobody_is_said_only_where_all_have_reported():
    told = pd.Series({"800101": 1.0, "800103": 1.0})
    table = looking_after.by_place(AREAS, CARE, told)
    assert table["status"].tolist() == ["place", "part", "nobody", "above"]
    assert looking_after.by_place(AREAS, CARE, told * 0)["status"].tolist() == ["place", "part", "not_known", "above"]
    assert table["entries"].tolist() == [1, 1, 0, 0]


def test_groups_and_functions_that_nobody_looks_after():
    groups = pd.DataFrame(
        {"organisation_name": ["กลุ่ม ก", "กลุ่ม ก", "กลุ่ม ข"], "subdistrict_code": ["800102", "800103", None]}
    )
    assert looking_after.groups_without(groups, CARE).index.tolist() == [0, 1]
    assert looking_after.groups_without(groups, CARE)["subdistrict_code"].iloc[0] == "800103"
    assert looking_after.functions_without(["health", "ecology"], CARE) == ["ecology"]


def test_targets_beside_what_plans_ask():
    targets = pd.DataFrame(
        {
            "subdistrict_code": ["800101", "800101", "800102", "800101"], "theme_code": ["health", "ecology", "health", "health"],
            "agency_code": ["nhso", "cdd", "nhso", "codi"], "quantity": pd.array([2, 5, 1, 3], dtype="Int64"),
            "done": pd.array([2, None, 0, 1], dtype="Int64"),
        }
    )  # fmt: skip
    plans = pd.DataFrame(
        {"subdistrict_code": ["800101", "800101", "800102"], "priority_theme": ["health,hardship", "health", None]}
    )
    table = looking_after.targets_beside_plans(targets, plans).set_index(["subdistrict_code", "theme_code"])
    assert table["match"].to_dict() == {
        ("800101", "health"): "meets", ("800101", "ecology"): "not_asked", ("800102", "health"): "no_plan", ("800101", "hardship"): "no_target",
    }  # fmt: skip
    assert table.loc[("800101", "health"), ["agencies", "targets", "finished", "askers"]].tolist() == [
        "codi,nhso",
        2,
        1.0,
        2,
    ]
    assert pd.isna(table.loc[("800101", "ecology"), "finished"])  # nothing said of what is done is not "none"


def test_networks_over_a_place_and_who_looks_after_it(rows):
    groups = pd.DataFrame(
        [("เครือข่าย ก", "network", "800101"), ("เครือข่ายอำเภอ", "network", "8001"), ("กลุ่มออม", "group", "800101")],
        columns=["organisation_name", "organisation_kind", "area_code"],
    )
    over = networks.covering(rows, groups, "800101").set_index("body")["members"]
    assert over.fillna(0).to_dict() == {"ขบวนสวัสดิการ": 1, "ขบวนแผน": 1, "เครือข่าย ก": 1, "เครือข่ายอำเภอ": 0}
    assert networks.covering(rows, groups, "800201").empty
    columns = ["carer", "looked_after", "area_level", "subdistrict_code", "district_code", "province_code"]
    cared = pd.DataFrame(
        [("จังหวัด", "function", "province", None, None, "80"), ("อำเภอ", "place", "district", None, "8001", "80"),
         ("ข้างเคียง", "place", "subdistrict", "800102", "8001", "80"), ("กลุ่ม", "group", "subdistrict", "800101", "8001", "80"),
         ("ตำบล", "place", "subdistrict", "800101", "8001", "80")],
        columns=columns,
    )  # fmt: skip
    assert looking_after.of_place(cared, "800101")["carer"].tolist() == ["ตำบล", "กลุ่ม", "อำเภอ", "จังหวัด"]
    assert looking_after.of_place(cared, "800201")["carer"].tolist() == ["จังหวัด"]


@pytest.mark.parametrize("edges", [0, 1, 1_000])
def test_the_table_of_bodies_says_what_the_picture_draws(edges):
    """Every body of the picture is a row, and its lines there are its members and what it is itself in."""
    chance = np.random.default_rng(edges)
    kinds = chance.choice(["village", "group", "person", "network"], edges)
    numbers = chance.integers(0, 40, edges)
    names = [
        f"เครือข่าย {number}" if kind == "network" else f"{kind} {number}"
        for kind, number in zip(kinds, numbers, strict=True)
    ]
    memberships = pd.DataFrame(
        {
            "member": names, "member_kind": kinds, "body": [f"เครือข่าย {number}" for number in chance.integers(30, 60, edges)],
            "body_kind": chance.choice(["network", "circle"], edges), "village_code": None, "area_code": "800106", "relation": "member",
            "subdistrict_code": "800106",
        }
    ).astype({"village_code": object})  # fmt: skip
    memberships = memberships[memberships["member"].ne(memberships["body"])]
    nodes, links = networks.nodes_and_links(memberships)
    pairs = {frozenset(pair) for pair in zip(links["member_key"], links["body_key"], strict=True)}
    table = networks.bodies(memberships).set_index("body_key")
    drawn = nodes.loc[table.index]
    assert set(table.index) == set(links["body_key"])
    twice = len(links) - len(pairs)  # two that are in each other are one line
    assert (table["members"] + table["above"]).sum() - 2 * twice == drawn["links"].sum()
    assert table["members"].sum() == len(links)
    assert len(networks.positions(nodes, links)) == len(nodes)
    assert networks.bridges(memberships).empty  # all in one place
