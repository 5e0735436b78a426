"""The wall in a real browser, other hosts blocked: legible, instant, answered by keys, also with the server gone."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest
from playwright.sync_api import expect

from tests.browser import assistive
from tests.browser.mission import statements
from tests.browser.mission.stored import Stored
from tests.support import served

MINIMUM = 1 / 50
TEN_MINUTES = 600
MEASURE = """() => {
  const high = innerHeight, wide = innerWidth, shown = [], cut = [], labels = [];
  for (const node of document.querySelectorAll("body *")) {
    if (!node.childNodes.length || ![...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (node.closest("script, style, .hidden, nav, #over[hidden], #toast[hidden]")) continue;
    const box = node.getBoundingClientRect();
    if (!box.width) continue;
    shown.push([parseFloat(getComputedStyle(node).fontSize) / high, node.textContent.slice(0, 30)]);
    if (box.left < -1 || box.top < -1 || box.right > wide + 1 || box.bottom > high + 1) cut.push(node.textContent.slice(0, 40));
    const held = node.closest(".figure, header h1, #ask");
    if (held && (held.scrollWidth > held.clientWidth + 1 || held.scrollHeight > held.clientHeight + 1)) cut.push("over " + held.id + held.className + ": " + node.textContent.slice(0, 40));
    const host = node.closest(".figure, #panel, header h1, #ask");
    if (host && !(node instanceof SVGElement) && (box.right > host.getBoundingClientRect().right + 1 || box.bottom > host.getBoundingClientRect().bottom + 1)) cut.push("in " + host.id + host.className + ": " + node.textContent.slice(0, 40));
  }
  for (const node of document.querySelectorAll("#map .label")) { const b = node.getBBox(); labels.push([b.x, b.y, b.x + b.width, b.y + b.height, node.textContent]); }
  const map = document.querySelector("#map").getBoundingClientRect();
  return { shown, cut, labels, map: [map.width, map.height] };
}"""


# For every place named on the map: its code, and how much of its border lies under names of the map.
HIDDEN = """() => {
  const boxes = [...document.querySelectorAll("#map .label")].map(n => n.getBoundingClientRect());
  return [...document.querySelectorAll("#map .label")].map(label => {
    const code = label.getAttribute("data-code"), path = document.querySelector(`path[data-code="${code}"]`), all = path.getTotalLength(), turn = path.getScreenCTM();
    let under = 0;
    for (let i = 0; i < 100; i++) {
      const p = path.getPointAtLength(all * i / 100).matrixTransform(turn);
      if (boxes.some(b => p.x > b.left && p.x < b.right && p.y > b.top && p.y < b.bottom)) under++;
    }
    return [code, under / 100];
  });
}"""


def wall(seen: served.Visit):
    seen.page.frame_locator('iframe[src*="kradan_meeting"]').locator("body[data-ready]").wait_for()
    return next(frame for frame in seen.page.frames if "kradan_meeting" in frame.url)


def overlapping(labels: list[list]) -> list[tuple[str, str]]:
    return [
        (one[4], other[4]) for number, one in enumerate(labels) for other in labels[number + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] + 3 < other[3] and other[1] + 3 < one[3]
    ]  # fmt: skip


@pytest.fixture(scope="module")
def _wall(running_chromium, demo):
    seen = served.visit(running_chromium, f"{demo}/meeting?lang=th")
    yield seen
    served.leave(seen)


@pytest.fixture
def standing(_wall):
    """The wall in Thai for tests that decide nothing: one page for all of them, each time at its first view."""
    page = _wall.page
    if "desk=1" in page.url:
        page.locator(".st-key-start-wall button").click()
        page.wait_for_url(re.compile("^(?!.*desk=1)"))
    frame = wall(_wall)
    page.keyboard.press("Home")
    frame.wait_for_selector('body[data-step="0"]')
    _wall.errors.clear()
    _wall.foreign.clear()
    yield _wall
    assert _wall.errors == _wall.foreign == []


@pytest.fixture
def flowing(standing):
    """The same, with maps that flow into each other, as everybody sees them who has not asked for stillness."""
    standing.page.emulate_media(reduced_motion="no-preference")
    yield standing
    standing.page.emulate_media(reduced_motion="reduce")


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_view_is_legible_from_the_last_row_and_its_names_hide_no_place(demo, demo_store, request, language):
    seen = (
        request.getfixturevalue("standing")
        if language == "th"
        else served.visit(request.getfixturevalue("chromium"), f"{demo}/meeting?lang={language}")
    )
    frame, begun = wall(seen), time.monotonic()
    if language == "th":
        says_what_is_stored(frame, demo_store)
    for width, height in ((1280, 720), (1920, 1080)):  # the last as other tests have it
        seen.page.set_viewport_size({"width": width, "height": height})
        frame.wait_for_function("size => innerWidth === size[0] && innerHeight === size[1]", arg=[width, height])
        for view, key in enumerate([*"1234567890", "End"]):
            seen.page.keyboard.press(key)
            frame.wait_for_selector(f'body[data-step="{view}"]')
            frame.evaluate("document.fonts.ready")
            is_legible(seen, frame, view)
            if width == 1920:
                names_hide_no_place(frame, view)
    assert time.monotonic() - begun < 2 * TEN_MINUTES  # both sizes
    spacing = (
        "parseFloat(getComputedStyle(document.body).lineHeight) / parseFloat(getComputedStyle(document.body).fontSize)"
    )
    assert frame.evaluate(spacing) >= 1.499
    assert assistive.grave(seen.page) == []
    assert seen.foreign == seen.errors == []


def says_what_is_stored(frame, store) -> None:
    """The first finding has the figure that SQL counts: the last of the 31 statements."""
    (one,) = (one for one in statements.statements() if one["link"] == "meeting")
    expect(frame.locator("header h1")).to_contain_text(statements.sentence(one, Stored(store).one(one["counted"])))


def is_legible(seen: served.Visit, frame, view: int) -> None:
    found = seen.until(lambda: frame.evaluate(MEASURE), lambda found: found["cut"] == [])
    assert min(found["shown"])[0] >= MINIMUM - 1e-6, (view, min(found["shown"]))
    assert found["cut"] == [], view
    assert 1 <= len(found["labels"]) <= 7
    assert overlapping(found["labels"]) == [], view
    wide, high = found["map"]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= wide and box[3] <= high for box in found["labels"]), view
    legend = frame.evaluate("""[...document.querySelectorAll('ul.legend .swatch')].map(n =>
        [n.className, n.getBoundingClientRect().bottom <= document.querySelector('#panel').getBoundingClientRect().bottom])""")
    assert 2 <= sum(kind == "swatch" for kind, _whole in legend) <= 6, "five steps of a scale, and none"
    assert len(legend) <= 9, "with two kinds of not known, and a stripe"
    assert all(whole for _kind, whole in legend), view


def names_hide_no_place(frame, view: int) -> None:
    hidden = frame.evaluate(HIDDEN)
    for code, share in hidden:
        assert share < 0.9, (view, code)
    whole = "[...document.querySelectorAll('.names .whole')]"
    assert frame.evaluate(f"{whole}.every(n => n.getClientRects().length === 1)"), "a name is never broken"
    assert frame.evaluate(f"{whole}.length") == len(hidden)


def test_all_ten_questions_take_two_keys_and_give_a_sentence_and_a_map(standing):
    seen = standing
    frame = wall(seen)
    titles = set()
    for number in range(10):
        seen.page.keyboard.press("q")
        seen.page.keyboard.press(str((number + 1) % 10))
        frame.wait_for_selector(f'body[data-step="q{number}"]')
        titles.add(frame.inner_text("#title"))
        assert len(set(frame.get_attribute("body", "data-classes"))) >= 2
        if number == 0:  # "this subdistrict": a name is asked for, and its card answers
            frame.wait_for_selector('#over[data-kind="find"]')
            seen.page.keyboard.type("ถ้ำพรรณรา")
            seen.page.keyboard.press("Enter")
            frame.wait_for_selector('#over[data-kind="card"]')
            seen.page.keyboard.press("Escape")
        assert seen.until(lambda: frame.evaluate(MEASURE)["cut"], lambda cut: cut == []) == []
    assert len(titles) == 10


def test_keys_lead_through_the_meeting_also_on_a_thai_keyboard(standing):
    seen = standing
    page, frame = seen.page, wall(seen)
    for key, step in (("PageDown", 1), ("ArrowRight", 2), ("PageUp", 1), ("End", 10), ("Home", 0), ("Digit5", 4)):
        page.keyboard.press(key)
        frame.wait_for_selector(f'body[data-step="{step}"]')
    frame.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'เ', code: 'KeyG', bubbles: true }))")
    frame.wait_for_selector('body[data-mode="grid"]')
    page.keyboard.press("m")
    frame.wait_for_selector('body[data-mode="main"]')
    page.keyboard.press("l")
    page.keyboard.press("3")
    expect(frame.locator("#layer")).to_be_visible()
    marks = (
        "document.querySelectorAll('#map .badge-disc, #map .mark-listed, #map .mark-none, #map .mark-unknown').length"
    )
    assert frame.evaluate(marks) == 170  # every place says what the register knows of it
    assert seen.until(lambda: frame.evaluate(MEASURE)["cut"], lambda cut: cut == []) == []
    page.keyboard.press("l")
    page.keyboard.press("1")
    expect(frame.locator("#layer")).to_be_hidden()
    page.keyboard.press("k")  # no telephone can open this board: the wall says how that is set, and shows no code
    expect(frame.locator("#over")).to_contain_text("KRADAN_ADDRESS=lan")
    expect(frame.locator("img.code")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("6")  # a view that names districts: the first of them is the one to enlarge
    frame.wait_for_selector('body[data-view="direction"]')
    asked = frame.get_attribute("#map .label", "data-code")
    assert asked is not None and asked != "8001"
    page.keyboard.press("z")
    frame.wait_for_selector(f'body[data-zoom="{asked}"]')
    page.keyboard.press("ArrowDown")
    frame.wait_for_selector(f'body[data-zoom="{int(asked) + 1}"]')
    page.keyboard.press("Escape")
    frame.wait_for_selector('body[data-zoom=""]')
    page.keyboard.press("/")
    page.keyboard.type("ปากแพรก")
    expect(frame.locator("#over li")).to_have_count(2)  # both, never one of them by itself
    page.keyboard.press("Enter")
    frame.wait_for_selector('#over[data-kind="card"]')
    expect(frame.locator("#over")).to_contain_text("ทุ่งสง")
    page.keyboard.press("c")
    page.keyboard.type("ถ้ำพรรณรา")
    page.keyboard.press("Enter")
    frame.wait_for_selector("#over .cards section:nth-child(2)")
    frame.wait_for_function(
        "document.querySelector('#over').scrollHeight <= document.querySelector('#over').clientHeight + 1"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(frame.locator("#over")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator(".st-key-start-wall button").wait_for()
    page.wait_for_url("**desk=1**")


def test_map_and_grid_flow_into_each_other_without_a_blank_frame(flowing):
    seen = flowing
    frame = wall(seen)
    frame.evaluate("""() => { window.seen = []; const look = () => {
      const d = document.querySelector('path.area').getAttribute('d'), empty = [...document.querySelectorAll('path.area')].filter(p => !p.getAttribute('d') || !p.getAttribute('fill')).length;
      window.seen.push([d, empty]); requestAnimationFrame(look); }; look(); }""")
    outlines = "new Set(window.seen.map(one => one[0])).size"
    for _ in range(20):  # a loaded machine draws few frames of one passage: passages go on until steps were seen
        for key, mode in (("g", "grid"), ("m", "main")):
            seen.page.keyboard.press(key)
            frame.wait_for_selector(f'body[data-mode="{mode}"]')
            seen.page.wait_for_timeout(1000)  # the passage itself
        if frame.evaluate(outlines) >= 5:
            break
    for key in "2345":
        seen.page.keyboard.press(key)
    frames = frame.evaluate("window.seen")
    assert len({d for d, _empty in frames}) >= 5, "the outline moves in steps"
    assert all(empty == 0 for _d, empty in frames)


OUTLINE = "document.querySelector('path.area').getAttribute('d')"


def test_a_key_during_the_flow_leaves_no_map_half_way(flowing):
    seen = flowing
    page, frame = seen.page, wall(seen)
    true_map = frame.evaluate(OUTLINE)
    page.keyboard.press("g")
    page.keyboard.press("z")
    frame.wait_for_function("document.querySelectorAll('path.outline')[0].style.opacity === '1'")
    tiles = frame.evaluate(OUTLINE)
    assert frame.get_attribute("body", "data-zoom")
    page.keyboard.press("m")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    frame.wait_for_function("document.querySelectorAll('path.outline')[0].style.opacity === '1'")
    assert frame.evaluate(OUTLINE) == true_map != tiles
    page.keyboard.press("z")
    frame.wait_for_timeout(800)
    page.keyboard.press("g")
    frame.wait_for_selector('body[data-mode="grid"]')
    assert frame.get_attribute("body", "data-zoom"), "the district stays in sight"


def test_full_screen_is_one_key_and_back(standing):
    seen = standing
    wall(seen)
    seen.page.keyboard.press("f")
    seen.page.wait_for_function("document.fullscreenElement === document.documentElement")
    seen.page.keyboard.press("ArrowRight")
    wall(seen).wait_for_selector('body[data-step="1"]')
    seen.page.keyboard.press("f")
    seen.page.wait_for_function("document.fullscreenElement === null")


def test_sources_behind_a_view_are_one_key_away(standing):
    seen = standing
    frame = wall(seen)
    seen.page.keyboard.press("s")
    frame.wait_for_selector('#over[data-kind="sources"]')
    assert "demo_07_baac.xlsx" in frame.inner_text("#over")
    assert frame.evaluate("[...document.querySelectorAll('#over td')].every(n => n.textContent.trim())")
    assert frame.evaluate("document.querySelector('main').inert")
    seen.page.keyboard.press("Escape")
    assert not frame.evaluate("document.querySelector('main').inert")


def test_a_day_is_written_as_people_write_it(standing):
    frame = wall(standing)
    written = {
        "31/12/2569": "2026-12-31", "๓๑/๑๒/๒๕๖๙": "2026-12-31", "1.3.69": "2026-03-01", "29/2/2567": "2024-02-29",
        "29/2/2568": None, "31/12/2026": "2026-12-31", "13/13/2569": None, "พรุ่งนี้": None, "5-5-9999": None,
    }  # fmt: skip
    module = 'import("../../app/static/wall/day.js")'
    read = f"days => {module}.then(({{ parseDay }}) => days.map(parseDay))"
    assert frame.evaluate(read, list(written)) == list(written.values())
    words = f"{module}.then(({{ dayInWords }}) => dayInWords('2026-12-31', 'th'))"
    assert frame.evaluate(words) == "31 ธ.ค. 2569"


def test_a_decision_is_in_the_store_and_the_wall_goes_on_without_the_server(chromium, written_demo):
    seen = served.visit(chromium, f"{written_demo}/meeting?lang=en")
    page, frame = seen.page, wall(seen)
    page.keyboard.press("d")
    page.keyboard.type("พมจ.")
    page.keyboard.press("Tab")
    page.keyboard.type("<b>ลงพื้นที่</b> ปากพนัง")
    page.keyboard.press("Tab")
    page.keyboard.type("31/2/2569")
    page.keyboard.press("Enter")
    frame.wait_for_function("document.querySelector('#over [role=alert]').textContent.length > 10")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("31/12/2569")
    frame.click("#over button[type=submit]")
    page.keyboard.press("End")
    frame.wait_for_function("document.querySelector('.decided').textContent.includes('<b>ลงพื้นที่</b>')")
    frame.wait_for_function("document.querySelector('.decided').textContent.includes('31 Dec 2026')")
    frame.wait_for_function("localStorage.getItem('kradan-decisions') === '[]'")
    page.keyboard.press("d")
    page.keyboard.type("พอช.")
    frame.locator("#over textarea").fill("ก" * 601)
    frame.click("#over button[type=submit]")
    frame.wait_for_function("document.querySelector('.decided em')?.textContent.includes('600')")
    page.keyboard.press("d")  # what was refused stays written, with the reason
    assert frame.locator("#over textarea").input_value() == "ก" * 601 and "600" in frame.inner_text(
        "#over [role=alert]"
    )
    frame.locator("#over textarea").fill("ก" * 600)
    frame.click("#over button[type=submit]")
    frame.wait_for_function("localStorage.getItem('kradan-decisions') === '[]'")
    seen.settled()
    server = served.process(written_demo)
    os.kill(server, signal.SIGSTOP)
    try:
        for key in "1234567":
            page.keyboard.press(key)
            frame.wait_for_selector(f'body[data-step="{int(key) - 1}"]')
        page.keyboard.press("q")
        page.keyboard.press("2")
        frame.wait_for_selector('body[data-step="q1"]')
    finally:
        os.kill(server, signal.SIGCONT)


def test_desk_freezes_and_makes_the_storyboard(chromium, written_demo):
    seen = served.visit(chromium, f"{written_demo}/meeting?desk=1")
    page = seen.page
    page.get_by_label("ชื่อการประชุม").fill("ประชุมทดสอบ")
    assert assistive.grave(page) == []
    page.locator(".st-key-freeze-now button").click()
    page.locator(".st-key-kept-1").wait_for()
    page.locator(".st-key-reopen-1 button").click()
    page.wait_for_url("**frozen=1**")
    seen.says("ไม่มีอะไรเปลี่ยน")
    page.goto(f"{written_demo}/meeting?frozen=1")
    expect(wall(seen).locator("#steps button")).to_have_count(11)


def test_the_wall_is_usable_on_a_phone(standing):
    seen, frame = standing, wall(standing)
    seen.page.set_viewport_size({"width": 390, "height": 844})
    frame.wait_for_function("innerWidth === 390")
    assert frame.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        frame.evaluate(
            "Math.max(...[...document.querySelectorAll('#map, #title, #panel *, footer *')].map(node => node.getBoundingClientRect().right))"
        )
        <= 390
    )
    frame.click('nav button[data-key="ArrowRight"]')
    frame.wait_for_selector('body[data-step="1"]')
    frame.click('nav button[data-key="KeyQ"]')
    frame.click("#over li:nth-child(3)")
    frame.wait_for_selector('body[data-step="q2"]')
    seen.page.set_viewport_size({"width": 1920, "height": 1080})
