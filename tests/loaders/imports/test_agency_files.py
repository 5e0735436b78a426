"""Golden accounts of real files nobody here wrote: what is loaded, what waits, what is left out and why, or why it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from loaders.imports.ingest import Ingested, NothingForTheBoard, understand
from loaders.places.matcher import Places
from loaders.problems import Refused
from tests.conftest import SHARED

FILES = SHARED / "agency_files"
# file -> rows in, loaded, quarantined, excluded by reason, satang in, control totals met of all
ACCOUNTS = {
    "02a": (3897, 84, 5, {"no_place_named": 1741, "outside_province": 2067}, 17819785011306, (0, 0)),
    "02e": (3481, 46, 35, {"no_place_named": 1895, "outside_province": 1505}, 19197506280000, (0, 0)),
    "02f": (239, 237, 2, {}, 667248700000, (0, 0)),
    "03": (142, 1, 0, {"outside_province": 140, "no_value": 1}, 0, (0, 0)),
    "05": (17114, 2, 0, {"columns_not_understood": 982, "place_list_only": 15978, "outside_province": 152}, 0, (2, 2)),
    "06": (23414, 24, 0, {"place_list_only": 22409, "outside_province": 981}, 0, (0, 0)),
    "08": (6967, 165, 0, {"outside_province": 6802}, 0, (0, 0)),
    "12b": (286, 1, 0, {"no_place_named": 163, "outside_province": 122}, 0, (0, 0)),
    "15": (187, 187, 0, {}, 0, (0, 0)),  # 25 codes are of municipalities: figures of theirs, of no subdistrict
    "14": (7776, 184, 0, {"outside_province": 7592}, 0, (0, 0)),
}
REFUSALS = {
    "01_": "place_list_only",
    "01b": "place_list_only",
    "04": "all_outside_province",
    "11a": "all_outside_country",
    "11d": "all_outside_country",
    "11f": "all_outside_country",
    "12_": "file_kind_unsupported",
    "13": "place_list_only",
}


def file(start: str) -> Path:
    return next(path for path in sorted(FILES.iterdir()) if path.name.startswith(start))


@pytest.fixture(scope="module")
def understood(places: Places) -> Callable[[str], Ingested]:
    """What was understood of the file that begins so; each is read once, whatever number of tests look at it."""
    return cache(lambda start: understand(file(start), places=places))


def test_every_file_has_an_answer() -> None:
    starts = [*ACCOUNTS, *REFUSALS]
    unanswered = [path.name for path in FILES.iterdir() if not any(path.name.startswith(start) for start in starts)]
    assert unanswered == []
    assert len(starts) == len(list(FILES.iterdir()))


@pytest.mark.parametrize("start", ACCOUNTS)
def test_accounts(start: str, understood) -> None:
    found = understood(start)
    rows, loaded, quarantined, excluded, satang, checks = ACCOUNTS[start]
    summary = found.summary("x")
    assert (summary["rows_in"], summary["loaded"], summary["quarantined"]) == (rows, loaded, quarantined)
    assert summary["excluded_by_reason"] == excluded
    assert rows == loaded + quarantined + sum(excluded.values())
    assert found.satang() == satang == sum(found.satang(one) for one in ("loaded", "quarantined", "excluded"))
    totals = summary["control_totals"]
    assert (sum(one["met"] for one in totals), len(totals)) == checks
    assert summary["to_confirm"] == []


@pytest.mark.parametrize("start", REFUSALS)
def test_refusals(start: str, places: Places) -> None:
    with pytest.raises(Refused) as stop:
        understand(file(start), places=places)
    assert stop.value.problem.code == REFUSALS[start]


def values(found: Ingested, column: str) -> dict[str, float]:
    result = next(one for one in found.understood if column in one.read.values)
    rows = result.rows("loaded")
    return dict(zip(result.matched.loc[rows, "area_code"], result.read.values.loc[rows, column], strict=True))


def test_figures_of_the_province_are_the_registers_own(understood) -> None:
    assert values(understood("05"), "value:population@2019") == {"80": 1561927}
    assert values(understood("03"), "value:constituencies@2019") == {"80": 8}
    districts = values(understood("06"), "value:subdistricts@2020")
    assert (len(districts), sum(districts.values())) == (23, 170)


def test_scrambled_and_clean_copies_of_the_budget_agree(understood) -> None:
    pairs = []
    for start in ("02a", "02e"):
        result = understood(start).sheets[0]
        rows = result.rows("loaded")
        codes = result.matched.loc[rows, "area_code"].str[:6]  # the clean copy also names villages
        pairs.append(Counter(zip(result.satang[rows], codes, strict=True)))
    clean, scrambled = pairs
    assert scrambled.total() == 46
    assert scrambled - clean == Counter()


def test_a_directory_is_loaded_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRADAN_PROVINCE", "12")
    found = understand(file("04"), places=Places.national(home="12"))
    result = found.understood[0]
    assert {one.layout.code for one in found.understood} == {"office_directory"}
    assert found.count() == 357 == sum(found.count(one) for one in ("loaded", "quarantined", "excluded"))
    assert found.count("excluded") == 0
    assert set(result.matched.loc[result.rows("loaded"), "province_code"].dropna()) <= {"12"}
    assert all(name for name in result.read.values.loc[result.rows("loaded"), "organisation_name"])


def test_a_donor_point_of_a_province_is_not_put_into_a_subdistrict(understood) -> None:
    result = understood("12b").understood[0]
    row = result.rows("loaded")[0]
    assert (
        result.matched.at[row, "area_code"],
        result.matched.at[row, "area_level"],
        result.matched.at[row, "match_evidence"],
    ) == ("80", "province", "point")


def test_a_refused_file_still_shows_its_columns(places: Places) -> None:
    with pytest.raises(NothingForTheBoard) as stop:
        understand(file("13"), places=places)
    sheet = stop.value.ingested.sheets[0].sheet
    assert list(sheet.frame.columns)[:4] == ["name", "district", "province", "geocode"]
    assert len(sheet.frame) == 8027
