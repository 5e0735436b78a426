"""What a person sees, in a real browser with every other host blocked."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from loaders.reference import subdistricts
from tests.conftest import ROOT
from tests.support import served

MAPS = ("overview", "coverage", "gaps", "overlaps", "subdistrict")


@pytest.fixture(scope="module")
def schematic(demo_store):
    settings = {"KRADAN_NO_SHARED": "1", "KRADAN_BOUNDARIES_DIR": "/nonexistent", "KRADAN_AHEAD": "1"}
    with served.board(demo_store, **settings) as address:
        yield address


@pytest.mark.parametrize("view", MAPS)
def test_the_server_draws_a_view_once_and_not_again_for_a_map_that_moves(chromium, demo, view):
    page, sent = chromium.new_page(viewport={"width": 1600, "height": 900}), []
    page.set_default_timeout(served.PATIENCE)
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(f"{demo}/{view}?lang=en")
    seen = served.Visit(page)
    assert seen.painted() == 170
    seen.settled()
    page.wait_for_timeout(1000)  # streamlit-folium tells a view of the map a quarter of a second after it stands
    assert len(sent) == 1
    picture = page.locator('iframe[title*="st_folium"]').first.bounding_box()
    page.mouse.move(picture["x"] + 300, picture["y"] + 200)
    page.mouse.down()
    page.mouse.move(picture["x"] + 340, picture["y"] + 230, steps=5)
    page.mouse.up()
    page.wait_for_timeout(1000)
    assert len(sent) == 1
    page.close()


def test_getting_ready_declares_no_component():
    """A component declared outside a session is never served: its frame would stay blank for everybody."""
    code = "import sys, pages.shell.precompute; sys.exit('streamlit_folium' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False, timeout=120).returncode == 0
    )


@pytest.mark.parametrize("language", ["th", "en"])
def test_overview_paints_every_subdistrict_on_the_true_map(chromium, demo, language):
    seen = served.visit(chromium, f"{demo}/?lang={language}")
    assert seen.painted() == 170
    assert len(seen.classes()) == 170
    assert len(set(seen.classes())) >= 4
    seen.settled()
    assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.parametrize("language", ["th", "en"])
def test_overview_paints_every_subdistrict_on_the_schematic(chromium, schematic, language):
    seen = served.visit(chromium, f"{schematic}/?lang={language}")
    assert seen.painted() == 170
    note = {"th": "แผนที่โดยสังเขป ไม่ใช่แนวเขตจริง", "en": "Schematic map, not the true boundaries"}[language]
    expect(seen.map.locator(".kradan-note")).to_have_text(note)
    seen.settled()
    assert (seen.foreign, seen.errors) == ([], [])


def test_small_maps_say_that_they_are_schematic_and_whose_shapes_they_are(chromium, schematic, demo):
    whose = {
        schematic: "Schematic map, not the true boundaries · DOPA",
        demo: "OCHA COD-AB · RTSD · CC BY-IGO",
    }
    for address, words in whose.items():
        seen = served.visit(chromium, f"{address}/agency?lang=en")
        credit = seen.page.locator(".kradan-small + .kradan-credit")
        expect(credit).to_have_text(words)
        seen.settled()
        seen.follow("coverage?lang=en&mode=small")
        expect(credit).to_have_text(words)
        assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("state", ["demo", "empty"])
def test_every_view_stands(chromium, request, language, state):
    address = request.getfixturevalue(state)
    seen = served.visit(chromium, f"{address}/sources?lang={language}&subdistrict=800303")
    mark = {"th": "ข้อมูลสาธิต", "en": "Demonstration data"}[language]
    for view in ("sources", *MAPS):
        if view != "sources":
            seen.follow(f"{view}?lang={language}&subdistrict=800303")
        assert seen.title()
        if view in MAPS and not (state == "empty" and view == "gaps"):
            assert seen.painted() == 170, view
        if state == "demo":
            seen.says(mark)
        seen.settled()
        text = seen.text()
        for trouble in ("Traceback", "Error", "หน้านี้แสดงไม่ได้", "cannot be shown", "KeyError"):
            assert trouble not in text, view
        assert (mark in text) == (state == "demo"), view
    assert seen.foreign == []
    assert seen.errors == []


def test_an_empty_board_draws_nobody_as_not_reported_and_never_as_none(chromium, empty):
    seen = served.visit(chromium, f"{empty}/?lang=en")
    assert seen.painted() == 170
    assert set(seen.classes()) == {"u"}
    figures = seen.page.locator(".kradan-figures b")
    expect(figures.filter(has_text="not known")).to_have_count(4)  # records, money, agencies, booklets
    expect(figures).to_have_count(5)  # people are known from the register


def test_filters_are_in_the_link_and_the_link_gives_the_same_view_on_a_cold_server(chromium, demo, demo_store):
    seen = served.visit(chromium, f"{demo}/coverage")
    seen.painted()
    page = seen.page
    page.get_by_text("บาทต่อคน", exact=True).first.click()
    wanted = {"measure": ["per_head_baht"]}
    page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == wanted)
    for name, code, label, option in (
        ("agency", "codi", "หน่วยงาน", "สถาบันพัฒนาองค์กรชุมชน"),
        ("district", "8003", "อำเภอ", "ลานสกา"),
        ("year", "2549", "ปีงบประมาณ", "ปีงบประมาณ 2549"),
    ):
        seen.settled()
        field = page.get_by_role("combobox", name=re.compile(label)).first
        seen.choose(field, page.get_by_role("option").filter(has_text=option).first)
        wanted[name] = [code]
        page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == wanted)
    seen.settled()
    with served.board(demo_store) as cold:
        again = served.visit(chromium, page.url.replace(demo, cold))
        assert again.painted() == 170
        again.settled()
        pair = again.until(
            lambda: [(one.title(), one.classes()) for one in (seen, again)], lambda pair: pair[0] == pair[1]
        )
        assert pair[0] == pair[1]


def test_a_click_on_the_map_opens_the_subdistrict_page_and_keeps_the_filters(chromium, demo):
    seen = served.visit(chromium, f"{demo}/coverage?theme=health")
    assert seen.painted() == 170
    seen.settled()
    box = seen.page.locator('iframe[title*="st_folium"]').bounding_box()
    seen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
    seen.page.wait_for_url("**/subdistrict?**")
    query = parse_qs(urlparse(seen.page.url).query)
    assert query["theme"] == ["health"]
    code = query["subdistrict"][0]
    names = subdistricts().set_index("subdistrict_code")["name_th"]
    seen.titled(names[code])


def test_a_change_keeps_the_map_and_its_zoom_and_sends_little(chromium, demo):
    seen = served.visit(chromium, f"{demo}/coverage")
    seen.painted()
    seen.settled()
    frame = next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    frame.evaluate("window.map.setZoom(11); window.kept = 'the same map'")
    frame.wait_for_function("window.map.getZoom() === 11")
    before = frame.evaluate("document.body.getAttribute('data-classes')")
    field = seen.page.get_by_role("combobox", name=re.compile("ภารกิจ")).first
    seen.choose(field, seen.page.get_by_role("option").filter(has_text="สุขภาพ").first)
    frame.wait_for_function("before => document.body.getAttribute('data-classes') !== before", arg=before)
    seen.settled()
    assert frame.evaluate("window.kept") == "the same map"
    assert frame.evaluate("window.map.getZoom()") == 11


def test_the_map_fits_its_frame_until_a_person_moves_it(chromium, demo):
    seen = served.visit(chromium, f"{demo}/coverage", width=390, height=844)
    seen.painted()
    seen.settled()
    frame = next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    small = frame.evaluate("window.map.getZoom()")
    seen.page.set_viewport_size({"width": 1920, "height": 1080})
    frame.wait_for_function("small => window.map.getZoom() > small", arg=small)
    frame.evaluate("window.map.setZoom(12, { animate: false })")
    seen.page.set_viewport_size({"width": 390, "height": 844})
    frame.wait_for_function("() => window.map.getSize().x < 390")
    assert frame.evaluate("window.map.getZoom()") == 12


def test_key_g_switches_to_the_tile_grid(chromium, demo):
    seen = served.visit(chromium, f"{demo}/")
    seen.painted()
    frame = next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    frame.locator("#map_div").click(position={"x": 20, "y": 300})
    seen.page.keyboard.press("g")
    expect(frame.locator(".kradan-note")).to_be_visible()
    expect(frame.locator(".kradan-note")).to_contain_text("ตารางเท่ากัน")


def test_tiles_that_are_still_being_laid_out_are_waited_for(chromium, demo):
    seen = served.visit(chromium, f"{demo}/")
    seen.painted()
    asked = []

    def not_yet(route):
        asked.append(route.request.url)
        route.fulfill(status=404) if len(asked) < 3 else route.fallback()

    seen.page.route("**/geo/grid-*.json", not_yet)
    frame = next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    frame.locator("#map_div").click(position={"x": 20, "y": 300})
    seen.page.keyboard.press("g")
    expect(frame.locator(".kradan-note")).to_contain_text("กำลังจัด")
    expect(frame.locator(".kradan-note")).to_contain_text("ตารางเท่ากัน: ")
    assert len(asked) == 3 and seen.painted() == 170


def test_a_missing_store_is_a_calm_message(chromium, tmp_path):
    with served.board(tmp_path / "none.sqlite") as address:
        seen = served.visit(chromium, address)
        expect(seen.page.locator('[data-testid="stAlert"]').first).to_contain_text("ยังไม่มีคลังข้อมูล")
        assert "Traceback" not in seen.text()


def test_it_fits_a_phone(chromium, demo):
    seen = served.visit(chromium, f"{demo}/", width=390, height=844)
    assert seen.painted() == 170
    seen.settled()
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_markup_in_data_stays_text(chromium, tmp_path):
    store = served.make_store(tmp_path / "kradan.sqlite", demo=False)
    hostile = '<img src=x onerror="window.top.hacked=1"><script>window.top.hacked=1</script>'
    file = tmp_path / "hostile.csv"
    file.write_text(
        f'หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"{hostile}",ท่าดี,ลานสกา,นครศรีธรรมราช,"{hostile}",1000,2550\n',
        encoding="utf-8",
    )
    served.run_import(store, file)
    with served.board(store) as address:
        seen = served.visit(chromium, address)
        seen.title()
        seen.settled()
        for link in ("", "coverage?lang=th", "overlaps?lang=th", "subdistrict?subdistrict=800303", "sources?lang=th"):
            if link:
                seen.follow(link)
            assert seen.page.evaluate("window.top.hacked") is None


# Pairs of names whose letters would overlap, and how many names are shown: [[name, name], ...], shown, all.
READ = """() => {
  const all = [...document.querySelectorAll(".kradan-label")];
  const shown = all.filter((one) => getComputedStyle(one).visibility === "visible");
  const boxes = shown.map((one) => { const b = one.getBoundingClientRect(), rest = b.height * 0.15;
    return { name: one.textContent, left: b.left, right: b.right, top: b.top + rest, bottom: b.bottom - rest }; });
  const pairs = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) pairs.push([a.name, b.name]);
  }));
  return { pairs, shown: shown.length, all: all.length };
}"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
@pytest.mark.parametrize("query", ["lang=en", "map=grid", "province=30"])
def test_names_do_not_cover_each_other(chromium, demo, width, height, query):
    seen = served.visit(chromium, f"{demo}/coverage?{query}", width, height)
    seen.painted()
    seen.settled()
    frame = seen.map.locator("body")
    found = seen.until(lambda: frame.evaluate(READ), lambda read: read["all"] and not read["pairs"])
    assert found["pairs"] == []
    assert found["shown"] >= found["all"] * 0.8


def test_a_name_without_room_comes_when_one_zooms_in(chromium, demo):
    seen = served.visit(chromium, f"{demo}/coverage?province=30", 390, 844)
    seen.painted()
    seen.settled()
    frame = seen.map.locator("body")
    first = seen.until(lambda: frame.evaluate(READ), lambda read: read["all"] and not read["pairs"])
    for _ in range(2):
        frame.locator(".leaflet-control-zoom-in").click()
        seen.page.wait_for_timeout(600)
    nearer = seen.until(lambda: frame.evaluate(READ), lambda read: read["shown"] > first["shown"])
    assert nearer["shown"] > first["shown"]
    assert nearer["pairs"] == []
