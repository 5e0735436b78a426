"""Every page stands for another province than the own one: with data and without, in Thai and in English, with a map or none."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from loaders import reference
from loaders.store.privacy import PUBLIC
from loaders.store.shared import nation as shared_nation
from loaders.words import catalogue
from pages.nation import data
from pages.queries.query import Query
from pages.session import cache
from pages.session.scope import Scope
from tests.conftest import ROOT
from tests.support import nation_files, served

VIEWS = [
    ("nation", {}), ("nation", {"measure": "amount_baht", "map": "grid"}), ("overview", {}), ("overview", {"question": "nobody"}),
    ("coverage", {"measure": "village_share"}), ("coverage", {"mode": "small", "measure": "per_head_baht"}), ("coverage", {"mode": "twin"}),
    ("gaps", {}), ("gaps", {"mode": "clusters"}), ("overlaps", {}), ("subdistrict", {"subdistrict": "840401"}), ("matrix", {}),
    ("matrix", {"cells": "baht", "district": "8404"}), ("currents", {}), ("agency", {"agency": "codi"}), ("ranking", {}), ("welfare", {}),
    ("selection", {}), ("strengthening", {}), ("sources", {}), ("areas", {}), ("review", {}), ("sharing", {}), ("meeting", {}), ("meeting", {"desk": "1"}),
]  # fmt: skip


@pytest.fixture(scope="module", params=["data", "empty"])
def surat(request, tmp_path_factory):
    """A store with files of Surat Thani through the command line, or with nothing."""
    path = tmp_path_factory.mktemp(request.param) / "kradan.sqlite"
    served.make_store(path, demo=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRADAN_PROVINCE", "84")
        if request.param == "data":
            done = served.run_import(path, nation_files.csv_of(path.parent, nation_files.SURAT, "surat.csv"))
            assert (done.returncode, '"loaded": 4' in done.stdout) == (0, True)
        patch.delenv("KRADAN_PROVINCE")
        patch.setenv("KRADAN_STORE", str(path))
        patch.delenv("DATABASE_URL", raising=False)
        cache.clear()
        yield request.param
    cache.clear()


def run(view: str, **choices: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for key, value in choices.items():
        page.query_params[key] = value
    page._page_hash = calc_hash(view)
    return page.run()


def bodies(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def test_every_page_stands(surat):
    for number, (view, choices) in enumerate(VIEWS):
        language = ("th", "en")[(number + (surat == "empty")) % 2]
        page = run(view, lang=language, province="84", **choices)
        assert not page.exception, (surat, view)
        assert [error.value for error in page.error] == [], (surat, view)
        if (view, choices) != ("meeting", {}):
            words = catalogue(language)["board_of"].format(province={"th": "สุราษฎร์ธานี", "en": "Surat Thani"}[language])
            assert words in bodies(page), (surat, view)
            assert "kradan-title" in bodies(page), (surat, view)


def test_people_of_another_province_are_those_of_its_register(surat):
    page = bodies(run("overview", lang="en", province="84"))
    figure = catalogue("en")["figure_population"].partition("{")[0]
    known = reference.subdistricts("84")
    people = [int(known[name].sum()) for name in known if name.startswith("population_")]
    assert any(f"<b>{count:,}</b><span>{figure}" in page for count in people)
    assert (">2 subdistricts have support" in page) == (surat == "data")
    asked = catalogue("en")["finding_nobody_asked"].rpartition(" · ")[2]
    # Who owes the own province a report owes another one none, until a board works for that one (the import did).
    assert ("8 of 8 bases have not reported" if surat == "data" else asked) in page


def test_a_province_that_does_not_exist_is_the_own_one(surat):
    assert "Nakhon Si Thammarat" in bodies(run("overview", lang="en", province="99"))


def test_without_any_boundary_file_the_page_says_what_to_put_where(surat, tmp_path, monkeypatch):
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    for view in ("nation", "sources", "meeting"):
        page = run(view, lang="en", province="84")
        assert not page.exception, view
        texts = [bodies(page), *(one.value for one in (*page.markdown, *page.info, *page.warning, *page.error))]
        assert view == "meeting" or str(tmp_path) in " ".join(texts), view
    own_lists = [one.key for one in run("overview", lang="en").selectbox]
    assert own_lists
    assert not any(str(key).endswith("province") for key in own_lists)  # nothing to choose: nothing in the way


def test_the_capital_has_districts_and_subdistricts_of_its_own_words(surat):
    page = bodies(run("coverage", lang="th", province="10"))
    assert "แขวง" in page
    assert "ตำบล" not in page
    assert "ตำบล" in bodies(run("coverage", lang="th", province="84"))


def test_provinces_that_share_are_listed_with_their_day_and_those_away_are_named(surat, monkeypatch):
    """The reading of a nation's store is held by ``tests/loaders/federation``; here what the page makes of it."""
    rows = [("90", "copy", 1, "real", "a", "2026-11-30T10:00:00", 3, 12_345_600, True, True),
            ("96", "live", None, None, None, None, None, None, False, False)]  # fmt: skip
    states = pd.DataFrame(rows, columns=list(shared_nation.STATE_COLUMNS)).astype(
        {"records": "Int64", "amount_satang": "Int64"}
    )
    own = {"base": "codi", "agency_code": "codi", "stream_code": None, "theme_code": None, "fiscal_year": 2007}
    sums = pd.DataFrame([own | {"province_code": "90", "records": 3, "amount_satang": 12_345_600}])
    sums = sums.astype(
        {"fiscal_year": "Int64", "records": "Int64", "amount_satang": "Int64", "province_code": "string"}
    )
    reported = pd.DataFrame(
        {"base": ["codi"] * 2, "area_code": ["91", "92"], "fiscal_year": pd.array([None] * 2, dtype="Int64")}
    )
    owed = reported.assign(register="support", functions=None, agencies=None, streams=None, is_asked=True)
    waits = reported[1:].assign(
        row_id=0, agency_code=None, stream_code=None, theme_code=None, starts_on=pd.NaT, ends_on=pd.NaT
    )
    for name, frame in (("reports", reported), ("dues", owed), ("waiting", waits)):
        monkeypatch.setattr(shared_nation, f"read_shared_{name}", lambda *_, given=frame, **__: given)
    monkeypatch.setattr(shared_nation, "read_states", lambda *_, **__: states)
    monkeypatch.setattr(shared_nation, "read_shared_sums", lambda *_, **__: sums)
    cache.clear()
    page = run("nation", lang="th", year="2550")
    cache.clear()
    texts = catalogue("th")
    assert texts["nation_not_answering"].format(provinces="นราธิวาส") in [one.value for one in page.warning]
    assert texts["nation_joined"].format(number=2) in [one.label for one in page.expander]
    assert "สงขลา" in bodies(page)
    assert "123,456" in bodies(page)
    told = data.province_table(Scope("v", "80", PUBLIC), Query(2007)).set_index("province_code")["status"]
    assert (told["91"], told["92"]) == ("none", "not_reported"), "where a row waits, nobody says none"
    cache.clear()
