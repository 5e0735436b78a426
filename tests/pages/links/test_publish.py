"""Public pages as a static folder: read back, figure by figure; nothing from elsewhere, nothing that runs, no contact."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date

import pytest
from lxml import html as markup
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from loaders import store
from loaders.decisions.meetings import canonical, digest
from loaders.store import tables, users
from loaders.store.privacy import PUBLIC
from pages.meeting.publish import __main__ as command
from pages.meeting.publish import make
from pages.meeting.publish.html import POLICY
from pages.queries import store as queries
from pages.session.formatter import Formatter
from tests.support import seeds
from tests.support.meeting_store import opened
from tests.support.stores import add_batch, support_rows

CANARY, SECRET, BAD = "081-234-5987", "งานลับของหน่วยงาน", "<script>alert(1)</script>"
CODE = "800106"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A small store with a contact and markup in its words and a private row, and what is published of it."""
    folder = tmp_path_factory.mktemp("publish")
    with opened(seeds.copied("empty", folder / "kradan.sqlite")):
        with store.writing(queries.engine()) as connection:
            for base, words, satang in (("codi", f"ปลูกผัก {BAD} โทร {CANARY}", 123_450), ("nhso", SECRET, 999)):
                batch = add_batch(connection, base=base, file_name=f"{base}.csv", file_sha256=base * 16)
                placed = {
                    "area_code": CODE,
                    "area_level": "subdistrict",
                    "subdistrict_code": CODE,
                    "district_code": "8001",
                    "province_code": "80",
                }
                row = (
                    support_rows(batch, 1)[0]
                    | placed
                    | {"agency_code": base, "activity": words, "fiscal_year": 2007, "amount_satang": satang}
                )
                connection.execute(insert(tables.support).values(**row))
                store.finish_batch(connection, batch)
            users.share(connection, "support", "nhso", "private", "tester")
        facts = make.facts_of("80")
        decided = {
            "id": 7,
            "who": f"พมจ. {CANARY}",
            "what": f"ลงพื้นที่ {BAD} โทร {CANARY}",
            "due_on": "2007-03-06",
            "area_code": CODE,
            "state": "done",
            "outcome": f"ไปแล้ว {BAD} {CANARY}",
            "measure": "สมาชิกกองทุน",
            "before_value": 10.0,
            "after_value": None,
        }
        chosen = make.Chosen((CODE, "801201"), ("coverage",), (decided,))
        yield facts, make.files(facts, chosen, date(2026, 11, 30)), folder


def test_no_contact_no_private_row_and_nothing_that_runs(published):
    _facts, made, _folder = published
    for name, content in made.items():
        if name.endswith((".html", ".json", ".csv", ".css")):
            text = content.decode()
            assert not any(word in text for word in (CANARY, "5987", SECRET, "nhso")), name
            assert "<script" not in text or name.endswith((".json", ".csv")), name
    assert "&lt;script&gt;" in made[f"subdistrict-{CODE}.html"].decode()


def test_a_decision_says_what_became_of_it_and_freezes_the_figures_of_its_place(published):
    facts, made, _folder = published
    page = made["decision-7.en.html"].decode()
    assert "สมาชิกกองทุน: 10 → not known" in page
    assert "Done" in page
    told = json.loads(made["decision-7.json"])["facts"]
    assert told["figures"] == facts["cards"][CODE]
    assert told["version"] == facts["version"]
    assert "<details open>" in page  # printed, too


def test_a_meeting_without_decisions_publishes_none(tmp_path):
    with opened(seeds.copied("empty", tmp_path / "kradan.sqlite")):
        decided = make.decided(queries.current_scope("80", PUBLIC), None)
    assert decided.empty and {*make.TOLD} <= {*decided.columns}


def test_every_page_stands_alone(published):
    """Links lead to files of the folder; no script, no style inside, no other host; Thai and English alike."""
    _facts, made, _folder = published
    pages = [name for name in made if name.endswith(".html")]
    assert len(pages) == 2 * 5  # two subdistricts, a finding, a decision, the index
    assert {name.replace(".en.html", ".html") for name in pages} == {name for name in pages if ".en." not in name}
    for name in pages:
        tree = markup.fromstring(made[name])
        assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [POLICY]
        assert not tree.xpath("//script | //iframe | //form | //style | //*[@style] | //@onload | //@onclick")
        for link in tree.xpath("//@href | //@src"):
            assert link in made and "//" not in link, (name, link)
        assert tree.get("lang") == ("en" if ".en." in name else "th")
    assert "//" not in re.sub(r"/\*.*?\*/", "", made["style.css"].decode())
    listed = markup.fromstring(made["index.html"]).xpath("//main//a/@href")
    assert set(listed) == {name for name in pages if ".en." not in name and not name.startswith("index")}


def test_figures_are_those_of_the_board_frozen_with_their_sources(published):
    facts, made, _folder = published
    frozen = json.loads(made[f"subdistrict-{CODE}.json"])
    assert digest(canonical(frozen["facts"])) == frozen["sha256"]
    assert frozen["facts"]["figures"] == facts["cards"][CODE] and facts["cards"][CODE]["satang"] == 123_450
    assert [source["file"] for source in frozen["facts"]["sources"] if source["base"] == "codi"] == ["codi.csv"]
    page = made[f"subdistrict-{CODE}.html"].decode()
    assert facts["version"] in page and "1,23" in page and "codi.csv" in page and "30 พ.ย. 2569" in page
    csv = made[f"subdistrict-{CODE}.csv"].decode("utf-8-sig").splitlines()
    assert csv[0].startswith("agency_code,activity") and "1234.50" in csv[1] and len(csv) == 2
    assert made["finding-coverage-th.png"][:4] == b"\x89PNG" and b".c0{" in made["finding-coverage.css"]
    nobody = made["subdistrict-801201.html"].decode()
    assert "ยังไม่" in nobody  # where nobody was asked "none" is not said
    sums = dict(reversed(line.split("  ")) for line in made["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in made.items() if name != "SHA256SUMS"}


def test_the_command_writes_a_folder_and_keeps_off_others(published, capsys):
    _facts, _made, folder = published
    target = folder / "public"
    assert command.main([str(target), "--subdistricts", CODE]) == 0
    assert {path.name for path in target.glob("*.html")} >= {"index.html", "index.en.html", f"subdistrict-{CODE}.html"}
    assert command.main([str(target), "--subdistricts", "801201"]) == 0
    assert not (target / f"subdistrict-{CODE}.html").exists()  # of the publication before
    other = folder / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x")
    assert command.main([str(other), "--subdistricts", CODE]) == 2 and [path.name for path in other.iterdir()] == [
        "mine.txt"
    ]
    assert command.main([str(target), "--subdistricts", f"{CODE}, {CODE}", "--findings", "coverage"]) == 0
    index = (target / "index.html").read_text(encoding="utf-8")
    assert index.count(f'href="subdistrict-{CODE}.html"') == 1 and 'href="finding-coverage.html"' in index
    before = {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}
    capsys.readouterr()
    for option, value, unknown in (
        ("--subdistricts", "999999", "999999"), ("--subdistricts", "coverage", "coverage"), ("--subdistricts", f"all,{CODE}", "all"),
        ("--findings", CODE, CODE), ("--findings", "coverage,changed,nothing", "changed, nothing"), ("--findings", "all", "all"),
        ("--decisions", CODE, CODE), ("--decisions", "coverage,7", "coverage, 7"), ("--province", "99", "99"), ("--province", "coverage", "coverage"),
    ):  # fmt: skip
        assert command.main([str(target), option, value]) == 2, (option, value)
        problem = json.loads(capsys.readouterr().err)
        assert (problem["code"], problem["column"], problem["value"]) == ("publish_unknown", option, unknown)
        assert option in problem["message"] and unknown in problem["message"]
    assert before == {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}


def test_the_panel_says_which_finding_the_public_has_not_and_offers_only_what_is_chosen(published):
    run = """
from pages.meeting.publish.panel import panel
from pages.queries import store as queries
from pages.session.text import read_in
read_in("th")
panel(queries.current_scope(), None)
"""
    page = AppTest.from_string(run, default_timeout=60)
    page.session_state["fold-publish"] = True
    assert not page.run().exception
    page.multiselect(key="publish-views").select("changed").select("coverage").run()
    page.button(key="publish-make").click().run()
    assert Formatter("th").say("meeting_view_changed") in page.warning[0].value and not page.get("download_button")
    page.multiselect(key="publish-views").unselect("changed").run()
    assert page.button(key="publish-make").click().run().get("download_button") and not page.warning
    assert not page.multiselect(key="publish-places").select(CODE).run().get("download_button")
