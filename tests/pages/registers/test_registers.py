"""The register room: its counts are the store's, its lists are found by words and kinds, and nobody's name leaves it unasked."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import pandas as pd
import pytest
from sqlalchemy import func, select

from geo.frames import each_row
from geo.ranking.spec import SpecError
from geo.registers import REGISTERS, in_force
from loaders import store
from loaders.decisions import scenarios
from loaders.store import tables
from loaders.store.privacy import PUBLIC
from pages.queries import found
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.registers import by_hand, classes, sheet
from pages.registers import lists as register_lists
from tests.pages.registers.test_area_pages import opened, said
from tests.support import meeting_store, seeds


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with meeting_store.opened(seeds.copied("demo", tmp_path_factory.mktemp("registers") / seeds.NAME), kept="demo"):
        engine = store.open_store()
        yield engine
        engine.dispose()


def lists(page) -> list:
    return [table.value for table in page.dataframe]


def test_counts_are_those_of_the_store(demo):
    scope = queries.current_scope()
    with store.reading(demo) as connection:
        stored = {
            name: connection.execute(
                select(func.count()).select_from(tables.REGISTERS[name].join(tables.import_batch)).where(tables.import_batch.c.is_active)
            ).scalar_one()
            for name in ("role_holder", "organisation", "plan")
        }  # fmt: skip
    found = {name: len(register_queries.entries(scope, name)) for name in REGISTERS}
    assert (found["people"], found["groups"], found["plans"]) == tuple(stored.values())
    with store.reading(demo) as connection:
        kept = (
            select(tables.entry.c.register, func.count())
            .join(tables.import_batch)
            .where(tables.import_batch.c.is_active)
        )
        for name, number in connection.execute(kept.group_by(tables.entry.c.register)):
            assert len(register_queries.entries(scope, name)) == number, name
        figures = (
            select(func.count())
            .select_from(tables.indicator_value.join(tables.import_batch))
            .where(tables.import_batch.c.is_active)
        )
        facts = queries.register(scope, "indicator")
        assert (
            len(register_queries.entries(scope, "indicators")) == len(facts) == connection.execute(figures).scalar_one()
        )
    assert found["communities"] == len(queries.places(scope, None).villages)
    funds = queries.register(scope, "welfare_fund")
    assert found["funds"] == len(funds.drop_duplicates(["subdistrict_code", "fund_name"]))
    assert all(register_queries.entries(scope, name)["entry"].is_unique for name in REGISTERS)


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("ทาสาลา", ("district", "8008")),
        ("ต.ท่าดี", ("subdistrict", "800303")),
        ("tha dee", ("subdistrict", "800303")),
        ("บ้านท่าไร่", ("village", "800106")),
        ("หัวไทน", ("district", "8016")),  # a wrong letter at the end
    ],
)
def test_the_box_on_the_map_finds_what_is_nearly_written_so(demo, written, first):
    hit = found.found(queries.current_scope(), written)[0]
    assert (hit.kind, hit.code) == first


def test_the_box_on_the_map_finds_groups_and_nobodys_name(demo):
    scope = queries.current_scope()
    groups = register_queries.entries(scope, "groups").dropna(subset=["subdistrict_code"])
    name = str(groups["organisation_name"].iloc[0])
    hits = found.found(scope, name)
    assert ("group", name) in {(hit.kind, hit.names[0]) for hit in hits}
    people = register_queries.entries(scope, "people")["person"].dropna()
    assert not [name for name in people if any(name in hit.names for hit in found.named(scope))]
    assert [found.found(scope, nothing) for nothing in ("", "ต.", "x")] == [[], [], []]


@pytest.mark.parametrize("asked", [{"lang": "th"}, {"lang": "en", "register": "people", "kind": "facilitator"}])
def test_a_vacancy_is_said_and_a_name_is_not(demo, asked):
    (listed,) = lists(opened("registers", **asked))
    shown = " ".join(listed.astype(str).to_numpy().ravel())
    assert {"th": "ว่าง", "en": "Vacant"}[asked["lang"]].casefold() in shown.casefold()
    with store.reading(demo) as connection:
        holder = tables.REGISTERS["role_holder"]
        names = connection.execute(select(holder.c.person, holder.c.phone)).all()
    private = {str(value) for row in names for value in row if value}
    assert private
    assert not [value for value in private if value in shown]


def test_a_village_is_found_and_opened(demo):
    villages = queries.places(queries.current_scope(), None).villages
    village = SimpleNamespace(**villages.iloc[700])
    page = opened("registers", register="communities", find=village.name_th, entry=village.village_code)
    assert any(village.name_th in table.astype(str).to_numpy() for table in lists(page))
    assert f"<b>{village.name_th}</b>" in said(page)


def test_networks_without_a_place_are_counted(demo):
    groups = register_queries.entries(queries.current_scope(), "groups")
    networks = groups[groups["organisation_kind"].eq("network")]
    (listed,) = lists(opened("registers", register="groups", kind="network"))
    assert len(listed) == len(networks)
    assert networks["subdistrict_code"].isna().any()


def test_vacant_roles_of_a_district_and_places_without_a_kind(demo):
    scope = queries.current_scope()
    people, groups = (register_queries.entries(scope, name) for name in ("people", "groups"))
    district = people["district_code"].mode().iloc[0]
    vacant = people[people["district_code"].eq(district) & people["is_vacant"]]
    (listed,) = lists(opened("registers", district=district, open="open"))
    assert 0 < len(listed) == len(vacant)
    has_group = groups.loc[groups["organisation_kind"].eq("group"), "subdistrict_code"].dropna().nunique()
    page = opened("registers", register="groups", kind="group", lang="en")
    assert f"{170 - has_group} of 170 subdistricts have no such entry in the register" in [
        panel.label for panel in page.expander
    ]


def test_every_register_is_searched_by_the_name_of_a_place(demo):
    plans = register_queries.entries(queries.current_scope(), "plans")
    code = plans["subdistrict_code"].mode().iloc[0]
    name = queries.areas(queries.current_scope(), None).set_index("subdistrict_code").at[code, "name_th"]
    (listed,) = lists(opened("registers", register="plans", find=name, district=code[:4]))
    assert 0 < plans["subdistrict_code"].eq(code).sum() <= len(listed) < len(plans)


def test_an_entry_is_added_and_corrected_on_the_page(demo):
    groups = register_queries.entries(queries.current_scope(), "groups")
    code = groups["subdistrict_code"].dropna().iloc[0]
    page = opened("registers", register="groups", lang="en", district=code[:4])
    page.session_state["fold-by-hand-organisation"] = True
    page.run()
    page.selectbox(key="add-organisation-area").set_value(code)
    page.text_input(key="add-organisation-organisation_name").set_value("กลุ่มที่เพิ่มด้วยมือ")
    page.text_input(key="add-organisation-members").set_value("๓๕")
    page.text_input(key="add-organisation-who").set_value("เลขานุการ")
    send = next(one for one in page.button if one.label == "Add an entry")
    send.click().run()
    assert any(
        "Say in a few words why" in warning.value for warning in page.warning
    )  # nothing is written without a reason
    page.text_input(key="add-organisation-reason").set_value("แจ้งในที่ประชุม")
    next(one for one in page.button if one.label == "Add an entry").click().run()
    assert not page.exception
    added = register_queries.entries(queries.current_scope(), "groups").iloc[-1]
    assert (added["organisation_name"], added["members"], added["subdistrict_code"]) == ("กลุ่มที่เพิ่มด้วยมือ", 35, code)
    assert added["is_demo"]  # beside invented data it is invented too
    page = opened("registers", register="groups", lang="en", entry=added["entry"])
    page.session_state["fold-by-hand-organisation"] = True
    page.run()
    key = f"correct-organisation-{added['entry']}"
    page.text_input(key=f"{key}-members").set_value("36")
    page.text_input(key=f"{key}-reason").set_value("นับใหม่")
    page.text_input(key=f"{key}-who").set_value("เลขานุการ")
    next(one for one in page.button if one.label == "Save the correction").click().run()
    assert not page.exception
    assert register_queries.entries(queries.current_scope(), "groups").iloc[-1]["members"] == 36


def test_the_network_says_in_lists_what_its_title_counts(demo):
    scope = queries.current_scope()
    without = register_queries.unlinked(scope)
    page = opened("registers", register="membership", shown="movements", lang="en")
    assert f"{len(without):,} in none" in said(page)
    assert f"{len(without):,} villages named in no network" in [panel.label for panel in page.expander]
    page.session_state["fold-network-unlinked"] = True
    page.run()
    assert len(without) in [len(table) for table in lists(page)]
    table = register_queries.movements(scope)["movements"].value_counts()
    assert table.sum() == 170
    assert f"both {table['both']}" in said(page)
    people = register_queries.memberships(scope).query("member_kind == 'person'")
    assert len(people)
    assert people["member"].isna().all()  # nobody signed in


def test_nobody_looks_after_is_a_list_and_a_layer(demo):
    table = register_queries.looked_after(queries.current_scope())
    page = opened("registers", register="looking_after", lang="en")
    nobody = int(table["status"].eq("nobody").sum())
    assert f"Nobody looks after {nobody} of 170 subdistricts" in said(page)
    page = opened("registers", register="target", lang="en")
    beside = register_queries.targets_beside_plans(queries.current_scope())
    assert len(lists(page)[-1]) == len(beside)
    assert set(beside["match"]) >= {"meets", "not_asked", "no_target"}


def test_groups_and_subdistricts_are_classed_by_what_is_chosen(demo):
    page = opened("registers", register="groups", lang="en")
    page.session_state["fold-classes-groups"] = True
    page.run()
    assert not page.exception
    table = next(frame for frame in lists(page) if "Holds in" in frame)
    assert set(table["Class"].dropna()) == {"A", "B", "C"}
    assert table["Class"].isna().any()  # what is not known has no class
    page.multiselect(key="classes-criteria-groups").set_value(["members"]).run()
    table = next(frame for frame in lists(page) if "Holds in" in frame)
    assert table["Class"].notna().all()
    chosen = (("register:groups", 1.0, 1), ("indicator:trained_leaders", 1.0, 1))
    ranking = register_queries.classes(queries.current_scope(), "subdistricts", chosen, 0.6)
    assert len(ranking.units) == 170
    assert ranking.units["class"].isna().sum() == 18  # where one of two figures is not known


def test_a_register_lies_over_the_map_of_coverage_when_asked_for(demo):
    page = opened("coverage", lang="en", over="people")
    assert not page.exception
    people = register_queries.entries(queries.current_scope(), "people")
    vacant = people[people["is_vacant"].fillna(False).astype(bool)]
    places, unplaced = vacant["subdistrict_code"].nunique(), int(vacant["subdistrict_code"].isna().sum())
    note = f"Numbers in the discs: Vacant roles of the subdistrict ({places} subdistricts). Without a disc: none "
    said = [caption.value for caption in page.caption if caption.value.startswith(note)]
    assert len(said) == 1 and (f"{unplaced} entr" in said[0]) == bool(unplaced)
    off = opened("coverage", lang="en").caption  # off by default
    assert not [caption for caption in off if caption.value.startswith("Numbers in the discs")]


@pytest.mark.parametrize(
    ("name", "column", "value", "written"),
    [
        ("capital", "worth", 200_050, "2,000.50"), ("stage", "reached", "no", "ยังไม่ถึง"), ("plan", "plan_exists", False, "ไม่มี"), ("stage", "fiscal_year", 2007, "2550"),
        ("stage", "stage", "organic", "ชุมชนอินทรีย์"), ("organisation", "organisation_kind", "network", "เครือข่าย"), ("capital", "worth", None, ""),
    ],
)  # fmt: skip
def test_a_form_shows_what_stands_as_a_person_would_write_it(name, column, value, written):
    assert by_hand._written(name, column, value) == written


def test_what_one_entry_names_is_linked_from_the_other_side(demo):
    """A village and its groups, a group and its memberships, a fund and its movement: each is on the sheet of the other."""
    scope = queries.current_scope()
    entries = {
        name: register_queries.entries(scope, name)
        for name in ("communities", "groups", "funds", "membership", "looking_after")
    }
    seen = set()
    for name, column in (
        ("groups", "village_codes"),
        ("membership", "village_code"),
        ("looking_after", "group_name"),
        ("funds", "fund_name"),
    ):
        for row in each_row(entries[name].dropna(subset=[column]).head(4)):
            for other, rows in sheet.related(scope, REGISTERS[name], row).items():
                for there in each_row(rows.head(2)):
                    back = sheet.related(scope, REGISTERS[other], there)
                    assert row.entry in set(back[name]["entry"]), (name, row.entry, other, there.entry)
                    seen.add((name, other))
    assert seen >= {
        ("groups", "communities"),
        ("membership", "communities"),
        ("looking_after", "groups"),
        ("funds", "membership"),
    }


def test_what_ended_is_listed_and_not_counted(demo):
    entries = register_queries.entries(queries.current_scope(), "membership")
    held = in_force(entries, pd.Timestamp.today().normalize())
    page = opened("registers", register="membership", lang="en")
    listed = lists(page)[0]
    assert len(listed) == len(entries) > len(held)
    assert listed["Status"].eq("Ended").sum() == len(entries) - len(held)
    assert f"{len(held):,} entries" in said(page)


@pytest.mark.parametrize(("room", "shown"), [("funds", "members_growth"), ("communities", "planned_share"), ("indicators", "value"), ("stage", None), ("capital", None)])  # fmt: skip
def test_progress_over_years_stands_in_the_rooms(demo, room, shown):
    page = opened("registers", register=room, lang="th", **({"shown": shown} if shown else {}))
    tables = [frame for frame in lists(page) if {"รุ่น", "หมู่บ้าน", "ปีที่ประเมิน", "ปี", "คนตามบทบาท"} & set(frame.columns)]
    if room == "communities":
        (cohorts,) = [frame for frame in tables if "ปีแรก" in frame]
        assert cohorts["หมู่บ้าน"].sum() == 1553
        assert cohorts["หมู่บ้าน"].iloc[:3].sum() == 1551
    elif room == "stage":
        stored = register_queries.entries(queries.current_scope(), "stage")
        (years,) = [frame for frame in tables if "ประเมินแล้ว" in frame]
        assert years["ประเมินแล้ว"].sum() == len(stored)
    elif room == "capital":
        assert len(tables[-1]) == 170


def test_who_carries_out_and_who_looks_after_stand_on_the_sheet_of_a_place(demo):
    scope = queries.current_scope()
    support = queries.support(scope)
    here = support[
        support["implementer"].notna() & support["fiscal_year"].eq(2007) & support["subdistrict_code"].notna()
    ]
    joined = set(register_queries.memberships(scope)["subdistrict_code"].dropna())
    code = next(code for code in here["subdistrict_code"] if code in joined)
    page = opened("subdistrict", subdistrict=code, lang="th")
    shown = set().union(*(set(frame.get("ผู้ดำเนินการ", ())) for frame in lists(page)))
    assert set(here.loc[here["subdistrict_code"].eq(code), "implementer"]) <= shown
    told = said(page)
    bodies = register_queries.networks_over(scope, code)["body"]
    assert len(bodies) and all(body in told for body in bodies)


def agree(name: str, entry: str, to: str) -> None:
    scope = queries.current_scope()
    key = register_queries.unit_keys(scope, name)[entry]
    with queries.writing() as connection:
        scenarios.agree(
            connection, None, to, "ลงพื้นที่แล้วเห็นว่าเข้มแข็ง", "วันดี", queries.basis(scope), index_code=name, unit_key=key, computed_class="C",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["groups", "communities", "funds"])
def test_a_class_that_people_agreed_on_stands_beside_the_computed_one_in_every_kind(demo, name):
    entries = register_queries.entries(queries.current_scope(), name)
    entry = str(entries.dropna(subset=["subdistrict_code"])["entry"].iloc[3])
    agree(name, entry, "A")
    agree(name, entry, "B")  # the later one counts, the earlier is kept
    scope = queries.current_scope()
    ((heading, words),) = sheet.agreed_lines(scope, REGISTERS[name], entry)
    assert words.startswith("B (") and "C" in words and "วันดี" in words and "ลงพื้นที่" in words and heading
    standing = register_queries.agreed_of_entries(scope, name)
    assert list(standing["class"].unique()) == ["B"] and entry in set(standing["entry"])
    every = register_queries.agreed_classes(scope, name, removed=True)
    assert list(every["class"]) == ["A", "B"] and every["removed_at"].notna().tolist() == [True, False]
    layer = classes.marked(scope, REGISTERS[name], register_lists.layer(scope, REGISTERS[name], entries))
    assert layer.marks is not None and int(layer.marks.sum()) >= 1
    with queries.writing() as connection:
        scenarios.remove(connection, "override", int(standing["id"].iloc[0]), "สมชาย")
    assert register_queries.agreed_of_entries(scope, name).empty


def test_the_panel_of_classes_agrees_shows_and_takes_back(demo):
    scope = queries.current_scope()
    page = opened("registers", lang="en", register="groups")
    page.session_state["fold-classes-groups"] = True
    page.run()
    entry = page.selectbox(key="agree-of-groups").value
    computed = (
        register_queries.classes(scope, "groups", proposed_criteria(page), 0.6)
        .units.set_index("entry")
        .at[entry, "class"]
    )
    to = "C" if str(computed) == "A" else "A"
    page.selectbox(key=f"agree-groups-class-{entry}").set_value(to)
    page.text_input(key="agree-groups-reason").set_value("no")
    page.text_input(key="agree-groups-who").set_value("วันดี")
    save = next(button for button in page.button if button.label == "Save the agreed class")
    save.click().run()
    assert page.warning and register_queries.agreed_classes(scope, "groups", removed=True).query("reason == 'no'").empty
    page.text_input(key="agree-groups-reason").set_value("เห็นกับตา ทำงานจริง")
    next(button for button in page.button if button.label == "Save the agreed class").click().run()
    assert not page.exception
    table = next(frame for frame in lists(page) if "Agreed because" in frame)
    row = table[table["Agreed because"].str.contains("เห็นกับตา")].iloc[0]
    assert row["Class"] == to and row["Computed class"] != to and "วันดี" in row["Agreed because"]
    standing = register_queries.agreed_of_entries(scope, "groups")
    with queries.writing() as connection:
        for key in standing["id"].unique():
            scenarios.remove(connection, "override", int(key), "สมชาย")


def proposed_criteria(page) -> tuple:
    stated = {one["code"]: one for one in classes.proposed()["groups"]}
    picked = page.multiselect(key="classes-criteria-groups").value
    less = page.multiselect(key="classes-less-groups").value
    return tuple((code, float(stated.get(code, {}).get("weight", 1.0)), -1 if code in less else 1) for code in picked)


def test_an_agreed_class_is_found_again_by_name_and_place_and_told_when_lost(demo):
    scope = queries.current_scope()
    keys = register_queries.unit_keys(scope, "groups")
    assert keys.notna().all() and len(set(keys)) > 300
    assert not any(
        str(name)[:6] in key
        for name, key in zip(register_queries.entries(scope, "groups")["organisation_name"], keys, strict=True)
    )
    with queries.writing() as connection:
        scenarios.agree(
            connection, "800106", "A", "กลุ่มที่ไม่มีแล้ว", "วันดี", queries.basis(scope), index_code="groups", unit_key="0" * 32
        )
    lost = register_queries.agreed_of_entries(scope, "groups")
    with queries.writing() as connection:
        scenarios.remove(connection, "override", int(lost["id"].iloc[0]), "สมชาย")
    assert lost["entry"].isna().tolist() == [True] and lost["subdistrict_code"].tolist() == ["800106"]
    with queries.reading(PUBLIC) as connection:
        seen = scenarios.read(connection, "override", "80", viewer=PUBLIC, removed=True)
    assert set(seen["reason"]) == {"–"} == set(seen["decided_by"])


def test_classes_that_cannot_be_computed_say_why(monkeypatch):
    def refuse(*_: object) -> None:
        raise SpecError("rank_spec_unreadable", "known_share", "a number")

    said: list[str] = []
    drawn = SimpleNamespace(
        caption=str, warning=said.append, segmented_control=lambda *_, **choices: choices["default"]
    )
    monkeypatch.setattr(classes, "st", drawn)
    monkeypatch.setattr(classes.panels, "unfolded", lambda *_: nullcontext())
    monkeypatch.setattr(classes, "_criteria", lambda *_: (("members", 1.0, 1),))
    monkeypatch.setattr(classes.register_queries, "classes", refuse)
    classes.panel(None, SimpleNamespace(name=classes.ROOMS[0]), None, pd.DataFrame({"entry": ["1"]}))  # ty: ignore
    assert len(said) == 1 and "known_share" in said[0] and "rank_spec" not in said[0]
