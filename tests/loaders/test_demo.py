"""The demo province: same bytes every time, the figures of the source, and true rows that survive the loaders."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from loaders import codes, reference
from loaders.demo import demo_truth, world, write_demo
from loaders.demo.files import DEMO, PAPERS, headings_of, layout_of
from loaders.demo.items import ITEMS
from loaders.imports.ingest import Ingested, understand
from loaders.layouts import layout as layouts
from loaders.layouts.layout import MONEY
from loaders.places.matcher import Places
from loaders.sheets.read import read_sheets

WRONG_TOTAL = ("งบ 2549", 10_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in write_demo(tmp_path_factory.mktemp("demo"))}


@pytest.fixture(scope="module")
def truth() -> dict[str, pd.DataFrame]:
    return demo_truth()


@pytest.fixture(scope="module")
def understood(files: dict[str, Path]) -> dict[str, Ingested]:
    places = Places.national(home="80")
    return {name: understand(path, places=places, trusted=True) for name, path in files.items()}


def placed(truth: dict[str, pd.DataFrame], paper_file: str) -> pd.DataFrame:
    return next(
        frame[frame["file"] == paper_file]
        for frame in truth.values()
        if "file" in frame and (frame["file"] == paper_file).any()
    )


def satang_of(frame: pd.DataFrame, register: str) -> pd.Series:
    column = next((f"{name}_satang" for name in MONEY.get(register, ()) if f"{name}_satang" in frame), None)
    return frame[column].fillna(0).astype(int) if column else pd.Series(0, index=frame.index)


def test_same_bytes_on_every_run(files: dict[str, Path], tmp_path: Path) -> None:
    again = write_demo(tmp_path / "made")
    assert [path.name for path in again] == list(files)
    assert [path.name for path in again if path.read_bytes() != files[path.name].read_bytes()] == []


def test_figures_of_the_source(truth: dict[str, pd.DataFrame]) -> None:
    plans = truth["plan"]
    of_villages = plans[plans["area_code"].str.len() == 8]
    assert len(of_villages) == of_villages["area_code"].nunique() == 1551
    assert not set(of_villages["area_code"]) & {"80081308", "80190606"}
    assert set(of_villages["cohort"]) == {1, 2, 3}
    assert plans["booklet_held"].eq(True).sum() == 24
    assert truth["welfare_fund"]["area_code"].nunique() == 55
    matched = truth["support"].query("agency == 'codi' and activity_code == 'fund_matching'")
    assert set(matched["area_code"]) == set(truth["welfare_fund"]["area_code"])
    assert set(matched["amount_satang"]) == {28_000_00}


def test_agencies_streams_and_themes_of_the_source(truth: dict[str, pd.DataFrame]) -> None:
    support = truth["support"]
    assert 1_500 <= len(support) <= 2_500
    named = {"trf", "thaihealth", "baac", "msdhs", "sosos", "nhso", "lao", "codi", "psdhs", "province_office"}
    assert set(support["agency"]) == named
    assert set(support["fiscal_year"]) == {2006, 2007, 2008}
    five = {"sufficiency", "community", "ecology", "hardship", "basic_services"}
    assert set(support.query("stream == 'yoo_dee_mee_suk'")["theme"].dropna()) == five
    assert support["theme"].isna().any()
    assert set(support["area_level"]) == {"village", "subdistrict", "district", "province"}


def test_every_code_is_a_shipped_one(truth: dict[str, pd.DataFrame]) -> None:
    support = truth["support"]
    agencies = {entry["code"] for entry in codes.agencies()}
    themes = {entry["code"] for entry in codes.themes()}
    assert set(support["stream"]) <= {entry["code"] for entry in codes.streams()}
    assert set(support["theme"].dropna()) <= themes
    assert {entry["owner"] for entry in codes.streams()} <= agencies
    assert {theme for entry in codes.agencies() for theme in entry.get("functions", ())} <= themes
    assert {layout.base for layout in layouts.shipped() if layout.is_demo} <= agencies


def test_no_word_means_two_agencies() -> None:
    meaning: dict[str, set[str]] = {}
    for entry in codes.agencies():
        for name in (entry["name_th"], entry.get("short_th"), *entry.get("aliases", ())):
            meaning.setdefault(codes.squeeze(name or entry["name_th"]), set()).add(entry["code"])
    assert {word: found for word, found in meaning.items() if len(found) > 1} == {}


def test_health_fund_is_37_50_per_head_of_2007(truth: dict[str, pd.DataFrame]) -> None:
    people = reference.subdistricts().set_index("subdistrict_code")["population_2007"]
    funds = truth["support"].query("stream == 'nhso_local_health_fund' and not is_meant_for_quarantine")
    assert (funds["amount_satang"] == funds["area_code"].map(people) * 3_750).all()


def test_left_out_and_not_reported_are_different(truth: dict[str, pd.DataFrame]) -> None:
    support = truth["support"].query("fiscal_year == 2007")
    near = support[support["area_code"].str.len() >= 6]
    reached = set(near["area_code"].str[:6])
    assert not reached & set(world.LEFT_OUT)
    assert set(world.places().index) - reached == set(world.LEFT_OUT)
    bases = set(support["base"])
    silent = {base: set(world.places()["district_code"]) - set(world.reported_districts(base)) for base in bases}
    assert {"8012", "8016"}.isdisjoint(
        set().union(*silent.values())
    )  # the coast: everybody has reported, and there is none
    assert {"8005", "8021"} <= set().union(*silent.values())  # the hills: somebody has not reported
    for base, districts in silent.items():
        assert not set(support[support["base"] == base]["area_code"].str[:4]) & districts


def test_suspected_duplications_are_the_planted_ones_and_no_others(truth: dict[str, pd.DataFrame]) -> None:
    support = (
        truth["support"].query("not is_meant_for_quarantine").dropna(subset=["theme", "target_group"]).reset_index()
    )
    support["place"] = support["area_code"].str[:6]
    pairs = support.merge(support, on=["place", "theme", "target_group", "activity_code"], suffixes=("", "_b"))
    pairs = pairs[(pairs["index"] < pairs["index_b"]) & (pairs["agency"] != pairs["agency_b"])]
    pairs = pairs[(pairs["starts_on"] <= pairs["ends_on_b"]) & (pairs["starts_on_b"] <= pairs["ends_on"])]
    declared = pairs["cofinancing"].notna() & (pairs["cofinancing"] == pairs["cofinancing_b"])
    found = {(row.place, frozenset((row.item, row.item_b))) for row in pairs[~declared].itertuples()}
    planted = {
        (row.subdistrict_code, frozenset((row.first_item, row.second_item)))
        for row in truth["planted_duplications"].itertuples()
    }
    assert found == planted
    assert len(planted) == 23
    schemes = set(pairs[declared]["cofinancing"])
    assert schemes == {"matching_fund_1_1_1", "nhso_local_share"}


def test_both_namesakes_are_there(truth: dict[str, pd.DataFrame]) -> None:
    assert set(world.NAMESAKES) <= set(truth["support"]["area_code"])
    assert world.places().loc[list(world.NAMESAKES), "name_th"].nunique() == 1


def test_strong_current_meets_weak_communities() -> None:
    places = world.places()
    assert (places[places["is_swamped"]]["strength"] < places["strength"].quantile(0.25)).all()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.layout)
def test_headings_of_the_layout_stand_in_the_file(paper, files: dict[str, Path]) -> None:
    layout = layout_of(paper)
    for sheet in read_sheets(files[paper.file], in_child=False):
        assert layout.headings <= {codes.squeeze(heading) for heading in sheet.frame.columns}
    assert {heading for names in layout.columns.values() for heading in names} <= set(headings_of(paper))


def test_every_demo_layout_has_its_file() -> None:
    assert {paper.layout for paper in PAPERS} == {layout.code for layout in layouts.shipped() if layout.is_demo}


@pytest.mark.parametrize(
    "paper", [paper for paper in PAPERS if paper.file.endswith("xlsx")], ids=lambda paper: paper.layout
)
def test_workbooks_say_that_they_are_invented(paper, files: dict[str, Path]) -> None:
    import openpyxl

    for sheet in openpyxl.load_workbook(files[paper.file], read_only=True):
        titles = [row[0] for row in sheet.iter_rows(max_row=len(paper.titles), values_only=True)]
        assert DEMO in titles


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.layout)
def test_what_the_loaders_read_is_the_truth(
    paper, truth: dict[str, pd.DataFrame], understood: dict[str, Ingested]
) -> None:
    """Same places and same satang, row by row; what is meant for quarantine lies there, and nothing else."""
    expected, register = placed(truth, paper.file), layout_of(paper).register
    clean = expected[~expected["is_meant_for_quarantine"]]
    wanted = Counter(zip(clean["area_code"], satang_of(clean, register), strict=True))
    found: Counter = Counter()
    for result in understood[paper.file].sheets:
        rows = result.rows("loaded")
        matched = result.matched.loc[rows]
        areas = (
            matched["village_code"]
            .fillna("")
            .where(matched["village_code"].fillna("") != "", matched["area_code"].fillna(""))
        )
        found.update(zip(areas, result.satang[rows].astype(int), strict=True))
    assert found == wanted
    assert understood[paper.file].count("quarantined") == expected["is_meant_for_quarantine"].sum()
    assert understood[paper.file].count() == len(expected)


def test_codes_and_dates_survive_too(truth: dict[str, pd.DataFrame], understood: dict[str, Ingested]) -> None:
    columns = [
        "agency",
        "stream",
        "theme",
        "target_group",
        "activity_code",
        "cofinancing",
        "fiscal_year",
        "starts_on",
        "ends_on",
    ]
    clean = truth["support"].query("not is_meant_for_quarantine")
    found = pd.concat(
        result.read.values.loc[result.rows("loaded")].reindex(columns=columns)
        for ingested in understood.values()
        for result in ingested.sheets
        if result.layout.register == "support"
    )
    for column in columns:
        assert Counter(found[column].dropna()) == Counter(clean[column].dropna()), column


def test_control_totals_are_met_but_for_the_one_that_is_wrong(understood: dict[str, Ingested]) -> None:
    totals = [
        total for ingested in understood.values() for result in ingested.sheets for total in result.control_totals
    ]
    unmet = [(total["sheet"], total["found_baht"] - total["stated_baht"]) for total in totals if not total["met"]]
    assert len(totals) > 60
    assert unmet == [WRONG_TOTAL]


def test_review_desk_has_money_and_several_reasons(
    truth: dict[str, pd.DataFrame], understood: dict[str, Ingested]
) -> None:
    strays = truth["support"].query("is_meant_for_quarantine")
    assert 8 <= len(strays) <= 15
    assert sum(ingested.satang("quarantined") for ingested in understood.values()) > 0
    reasons = {
        code
        for ingested in understood.values()
        for result in ingested.sheets
        for code in result.reason[result.rows("quarantined")]
    }
    assert len(reasons) >= 4


def test_needs_are_counts_and_some_are_not_known(truth: dict[str, pd.DataFrame]) -> None:
    needs = truth["indicator"].query("layout == 'demo_needs'")
    assert 150 <= len(needs) < 170
    values = needs[[column for column in needs if column.startswith("value:") and needs[column].notna().any()]]
    assert values.isna().any().all()
    assert (values.min() >= 0).all()


def test_items_are_all_used(truth: dict[str, pd.DataFrame]) -> None:
    assert set(truth["support"]["item"]) == set(ITEMS)
