"""What a person sees, in a real browser with every other host blocked."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Frame, expect

from loaders.words import catalogue
from pages.shell.navigation import VIEWS
from tests.browser import assistive
from tests.browser.mission import statements
from tests.conftest import ROOT
from tests.support import seeds, served

MAPS = ("overview", "coverage", "gaps", "overlaps", "subdistrict", "ranking", "strengthening", "welfare", "selection")
RANKED = MAPS[5:]
SWEPT = ("sources", *MAPS)
# Pages that the sweep looks at for people with aids alone; the wall has no title of ours (test_meeting_browser).
ASIDE = tuple(view for view in [*VIEWS, "nation"] if view not in (*MAPS, "sources", "meeting"))
TROUBLE = ("Traceback", "Error", "หน้านี้แสดงไม่ได้", "cannot be shown", "KeyError")


@pytest.fixture(scope="module")
def schematic(tmp_path_factory):
    """A board with a few rows of every register: all that its small maps need, and that is soon computed ahead."""
    store = seeds.copied("filled", tmp_path_factory.mktemp("filled") / seeds.NAME)
    settings = {"KRADAN_NO_SHARED": "1", "KRADAN_BOUNDARIES_DIR": "/nonexistent", "KRADAN_AHEAD": "1"}
    with served.board(store, **settings) as address:
        yield address


def test_getting_ready_declares_no_component():
    """A component declared outside a session is never served: its frame would stay blank for everybody."""
    code = "import sys, pages.shell.precompute; sys.exit('streamlit_folium' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False, timeout=120).returncode == 0
    )


def test_a_page_that_was_left_has_nothing_of_the_visit_before(chromium, demo):
    """Tests share pages: what one of them stored, watched or asked for is not there for the next."""
    stored = "() => [localStorage.length, sessionStorage.length, document.cookie.includes('a=b'), innerWidth, matchMedia('print').matches]"
    first = served.visit(chromium, f"{demo}/_stcore/health", 900, 700)
    first.page.evaluate("() => { localStorage.a = sessionStorage.a = 'b'; document.cookie = 'a=b'; }")
    first.page.emulate_media(media="print")
    first.page.route("**/*", lambda route: route.abort())
    assert first.page.evaluate(stored) == [1, 1, True, 900, True]
    served.leave(first)
    second = served.visit(chromium, f"{demo}/_stcore/health", 800, 600)
    assert second.page == first.page
    assert second.page.evaluate(stored) == [0, 0, False, 800, False]
    second.page.evaluate("() => { setTimeout(() => { throw new Error('late'); }); }")
    assert second.until(lambda: second.errors, bool) == ["late"] and first.errors == []
    second.errors.clear()


# Columns of a phone stand under each other: what is left beside another is a strip that nobody can read.
BESIDE = """[...document.querySelectorAll('[data-testid="stMain"] [data-testid="stColumn"]')]
    .filter(column => column.offsetWidth && column.offsetWidth < .8 * column.parentElement.offsetWidth)
    .map(column => column.innerText.slice(0, 60))"""


def moved(seen: served.Visit) -> None:
    """Drag the map a little."""
    picture, mouse = seen.page.locator('iframe[src*="st_folium"]').first.bounding_box(), seen.page.mouse
    mouse.move(picture["x"] + 300, picture["y"] + 200)
    mouse.down()
    mouse.move(picture["x"] + 340, picture["y"] + 230, steps=5)
    mouse.up()


@pytest.mark.parametrize(
    ("state", "languages", "width"),
    [("demo", ("th",), 1600), ("demo", ("en",), 390), ("empty", ("th", "en"), 1600)],
    ids=["demo-th", "demo-en-phone", "empty-th-en"],
)
def test_every_view_stands(chromium, request, state, languages, width):
    """Painted, without an error, fit for a phone; drawn once by the server, and not again for a map that is moved.

    On an empty board, whose views say much the same, every other one is seen in English, the overview in both languages.
    """
    is_demo, sent = state == "demo", []
    views = [(view, languages[number % len(languages)]) for number, view in enumerate(SWEPT)]
    views += [("overview", language) for language in languages if ("overview", language) not in views]
    seen = served.visit(chromium, "about:blank", width, 900)
    seen.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    seen.page.goto(f"{request.getfixturevalue(state)}/sources?lang={languages[0]}&subdistrict=800303")
    for view, language in views:
        mark = {"th": "ข้อมูลสาธิต", "en": "Demonstration data"}[language]
        if view != "sources":
            sent.clear()
            seen.follow(f"{view}?lang={language}&subdistrict=800303")
        assert seen.title()
        if view in MAPS and not (state == "empty" and view == "gaps"):
            assert seen.painted() == 170, view
        if is_demo:
            seen.says(mark)
        seen.settled()
        if (is_demo, width) == (True, 1600) and view in MAPS and view not in RANKED:
            # streamlit-folium tells a view of the map a quarter of a second after it stands
            seen.page.wait_for_timeout(500)
            moved(seen)
            seen.page.wait_for_timeout(600)
        assert len(sent) == 1, view
        text = seen.text()
        assert [trouble for trouble in TROUBLE if trouble in text] == [], view
        assert (mark in text) == is_demo, view
        if width == 390:
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, view
            assert seen.page.evaluate(BESIDE) == [], view
        if view == "overview":
            overview_says_what_is_known(seen, is_demo=is_demo, language=language)
        elif not is_demo and view in RANKED and view != "welfare":
            # the calculator counts heads and villages, which are known without any file
            assert seen.until(lambda: set(seen.classes()), lambda classes: classes == {"u"}) == {"u"}, view
            seen.titled(re.compile(r"\b0 (จาก|of) 170"))
        if is_demo:
            open_to_everybody(seen, view, language)
        if (state, language) == ("demo", "th"):
            says_its_statements(seen, view, request.getfixturevalue("figures"))
    with_figures = {link.partition("?")[0] for link in statements.links()} if languages == ("th",) else set()
    for view in ASIDE if is_demo else ():
        if view in with_figures:  # test_statements_browser looks at it
            continue
        seen.follow(f"{view}?lang={languages[0]}")
        open_to_everybody(seen, view, languages[0])
    if is_demo:
        a_planted_fault_is_found(seen)
    assert seen.foreign == seen.errors == []


def says_its_statements(seen: served.Visit, view: str, figures: dict[int, float]) -> None:
    """Of the statements of the meeting those that stand on a view as it opens."""
    for one in statements.statements():
        if one["link"] == view:
            seen.says(statements.sentence(one, figures[one["number"]]))


def maps_are_named(said: dict) -> bool:
    """Frames of maps have words of ours as their name, which come a moment after the frame."""
    return all(name and "streamlit" not in name for name in said["maps"])


def open_to_everybody(seen: served.Visit, view: str, language: str) -> None:
    """No grave finding of axe-core; buttons with names of their own in the page's language; a finger meets every target."""
    is_phone = seen.page.viewport_size["width"] < 640
    said = seen.until(
        lambda: assistive.read(seen.page),
        lambda read: maps_are_named(read) and not read["twice"] and not read["english"],
    )
    assert (said["lang"], said["twice"], said["icons"], said["english"]) == (language, [], [], []), view
    assert said["small"] == [] or not is_phone, view
    assert maps_are_named(said), view
    assert said["lists"] or not said["maps"], view
    assert assistive.grave(seen.page) == [], view


def a_planted_fault_is_found(seen: served.Visit) -> None:
    """The instruments see what they are to see."""
    seen.page.evaluate(
        """() => document.querySelector(".stApp").insertAdjacentHTML("beforeend",
          '<p style="color:#ddd;background:#fff;position:fixed;top:90px;left:9px;z-index:2000000">faint</p><button style="position:fixed;top:9px;left:9px;min-height:9px;height:9px">Open</button><button>Open</button>')"""
    )
    said = assistive.read(seen.page)
    assert "Open" in said["twice"] and ("Open" in said["english"] or said["lang"] == "en") and said["small"]
    assert any(found.startswith("color-contrast") for found in assistive.grave(seen.page))


def overview_says_what_is_known(seen: served.Visit, *, is_demo: bool, language: str) -> None:
    """A class for every subdistrict; an empty board draws nobody as not reported, and never as none."""
    assert len(seen.classes()) == 170
    if is_demo:
        assert len(set(seen.classes())) >= 4
        return
    assert set(seen.classes()) == {"u"}
    figures = seen.page.locator(".kradan-figures b")
    unknown = catalogue(language)["not_known"]
    expect(figures.filter(has_text=unknown)).to_have_count(4)  # records, money, agencies, booklets
    expect(figures).to_have_count(5)  # people are known from the register


def test_without_boundaries_maps_and_small_maps_say_that_they_are_schematic(chromium, schematic):
    seen = served.visit(chromium, f"{schematic}/?lang=th")
    notes = {"th": "แผนที่โดยสังเขป ไม่ใช่แนวเขตจริง", "en": "Schematic map, not the true boundaries"}
    for language, note in notes.items():
        if language != "th":
            seen.follow(f"overview?lang={language}")
        assert seen.painted() == 170
        expect(seen.map.locator(".kradan-note")).to_have_text(note)
    for view in ("agency?lang=en", "coverage?lang=en&mode=small"):
        seen.follow(view)
        credit = seen.page.locator(".kradan-small + .kradan-credit")
        expect(credit).to_have_text("Schematic map, not the true boundaries · DOPA")
    assert (seen.foreign, seen.errors) == ([], [])


def test_a_map_fits_its_frame_keeps_its_zoom_and_opens_a_card(at):
    """It fits until a person moves it; a change of filter sends classes alone."""
    seen = at("coverage?lang=th", 390, 844)
    seen.painted()
    seen.settled()
    page, frame = seen.page, next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    small = frame.evaluate("window.map.getZoom()")
    page.set_viewport_size({"width": 1920, "height": 1080})
    frame.wait_for_function("small => window.map.getZoom() > small", arg=small)
    fitting = frame.evaluate("window.map.getZoom()")
    frame.evaluate("window.kept = 'the same map'; window.map.setZoom(12, { animate: false })")
    page.set_viewport_size({"width": 390, "height": 844})
    frame.wait_for_function("() => window.map.getSize().x < 390")
    assert frame.evaluate("window.map.getZoom()") == 12
    page.set_viewport_size({"width": 1920, "height": 1080})
    frame.wait_for_function("() => window.map.getSize().x > 390")
    before = frame.evaluate("document.body.getAttribute('data-classes')")
    field = page.get_by_role("combobox", name=re.compile("ภารกิจ")).first
    seen.choose(field, page.get_by_role("option").filter(has_text="สุขภาพ").first)
    frame.wait_for_function("before => document.body.getAttribute('data-classes') !== before", arg=before)
    seen.settled()
    assert frame.evaluate("[window.kept, window.map.getZoom()]") == ["the same map", 12]
    frame.evaluate("fitting => window.map.setZoom(fitting, { animate: false })", fitting)
    the_card_opens_beside_the_map(seen, frame)
    what_is_looked_for_is_found_and_a_class_is_seen_alone(seen, frame)


CENTRE = """code => { let point; window.map.eachLayer((layer) => { if (layer.feature?.properties?.c === code)
  point = window.map.latLngToContainerPoint(layer.getBounds().getCenter()); }); return { x: point.x, y: point.y }; }"""


def the_card_opens_beside_the_map(seen: served.Visit, frame: Frame) -> None:
    """A click draws the card and nothing else; Escape closes it; Back takes one step each."""
    page, card = seen.page, seen.page.locator(".kradan-card")
    painted = frame.locator("body").get_attribute("data-paint")
    frame.locator("#map_div").click(position=frame.evaluate(CENTRE, "800303"))
    expect(card).to_have_attribute("data-code", "800303")
    expect(card).to_be_focused()
    page.wait_for_url("**card=800303**")
    assert parse_qs(urlparse(page.url).query)["theme"] == ["health"], "the filters stay"
    assert frame.locator("body").get_attribute("data-paint") == painted, "the map is not drawn again"
    assert assistive.grave(page) == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.go_back()
    expect(card).to_have_count(1)
    page.go_back()
    expect(card).to_have_count(0)
    seen.settled()


def what_is_looked_for_is_found_and_a_class_is_seen_alone(seen: served.Visit, frame: Frame) -> None:
    """Villages and groups come from the server; a class of the legend stays bright alone, in the link too; on paper a picture."""
    page, field = seen.page, frame.get_by_role("combobox")
    field.fill("ทาสาลา")
    expect(frame.locator(".kradan-find li").filter(has_text="หมู่ที่")).not_to_have_count(0)
    far = frame.evaluate("window.map.getZoom()")
    field.press("Enter")
    frame.wait_for_function("far => window.map.getZoom() > far", arg=far)
    entry = page.locator(".kradan-legend button").first
    entry.focus()
    page.keyboard.press("Enter")
    expect(entry).to_have_attribute("aria-pressed", "true")
    letter = entry.get_attribute("data-class") or ""
    assert f"only={letter}" in page.url
    bright = len(re.findall(letter, seen.classes()))
    expect(frame.locator('.leaflet-areas-pane path[fill-opacity="1"]')).to_have_count(bright)
    with page.expect_download() as saved:
        frame.get_by_role("button", name="PNG").click()
    assert saved.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("svg.kradan-printed path").count() >= 170
    assert entry.locator("span").inner_text() in (page.locator("svg.kradan-printed").text_content() or "")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("svg.kradan-printed")).to_have_count(0)


def test_key_g_switches_to_the_tile_grid_which_is_waited_for_while_it_is_laid_out(chromium, demo):
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


def test_a_finger_on_the_map_of_a_phone_moves_the_page(chromium, demo):
    """One finger scrolls on over the map, which says that two move it."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{demo}/coverage?lang=en")
    seen = served.Visit(page)
    assert seen.painted() == 170
    seen.settled()
    box, lies = page.locator('iframe[src*="st_folium"]').bounding_box(), "pane => pane.style.transform"
    before, touch = seen.map.locator(".leaflet-map-pane").evaluate(lies), context.new_cdp_session(page)
    for step in range(11):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 200 - 20 * step}
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        page.wait_for_timeout(30)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(seen.map.locator(".kradan-note")).to_have_text("Use two fingers to move the map")
    assert page.evaluate("document.querySelector('.stMain').scrollTop") > 100
    assert seen.map.locator(".leaflet-map-pane").evaluate(lies) == before


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


def names_read(seen: served.Visit, shown: int = -1) -> dict:
    """Names of the map, once none covers another and more than ``shown`` are there."""
    frame = seen.map.locator("body")
    return seen.until(
        lambda: frame.evaluate(READ), lambda read: read["shown"] > shown and read["all"] and not read["pairs"]
    )


@pytest.mark.parametrize("query", ["lang=en", "map=grid", "province=30"])
def test_names_do_not_cover_each_other(at, query):
    """Neither on a phone nor on a large screen; one without room comes when one zooms in."""
    seen = at(f"coverage?{query}")
    for width, height in ((1920, 1080), (390, 844)):
        seen.page.set_viewport_size({"width": width, "height": height})
        seen.painted()
        seen.map.locator("body").evaluate("() => new Promise((go) => setTimeout(go, 500))")  # names are laid out anew
        found = names_read(seen)
        assert found["pairs"] == []
        assert found["shown"] >= found["all"] * 0.8
        if (query, width) == ("province=30", 390):
            for _ in range(2):
                seen.map.locator(".leaflet-control-zoom-in").click()
                seen.page.wait_for_timeout(600)
            nearer = names_read(seen, found["shown"])
            assert nearer["shown"] > found["shown"]
            assert nearer["pairs"] == []
