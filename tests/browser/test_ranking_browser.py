"""Ranking, strengthening, matching funds and selection as a person sees them, every other host blocked."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import expect

from tests.support import served

VIEWS = ("ranking", "strengthening", "welfare", "selection")
TROUBLE = ("Traceback", "KeyError", "หน้านี้แสดงไม่ได้", "cannot be shown")


def test_every_view_stands_with_data_and_fits_a_phone(chromium, demo):
    seen = served.visit(chromium, f"{demo}/{VIEWS[0]}?lang=en", width=390, height=844)
    for view in VIEWS:
        if view != VIEWS[0]:
            seen.follow(f"{view}?lang=en")
        assert seen.title()
        assert seen.painted() == 170, view
        seen.settled()
        assert not [word for word in TROUBLE if word in seen.text()], view
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, view
    assert seen.foreign == []


def test_every_view_stands_on_an_empty_store(chromium, empty):
    seen = served.visit(chromium, f"{empty}/{VIEWS[0]}")
    for view in VIEWS:
        if view != VIEWS[0]:
            seen.follow(f"{view}?lang=th")
        assert seen.title()
        assert seen.painted() == 170, view
        seen.settled()
        assert not [word for word in TROUBLE if word in seen.text()], view
        if view != "welfare":  # the calculator counts heads and villages, which are known without any file
            assert seen.until(lambda: set(seen.classes()), lambda classes: classes == {"u"}) == {"u"}, view
            seen.titled("0 จาก 170")


def test_the_title_says_how_many_were_ranked_and_the_link_carries_the_weights(chromium, demo):
    seen = served.visit(chromium, f"{demo}/ranking")
    seen.painted()
    seen.titled("152 จาก 170")
    seen.settled()
    every_class = {"0", "1", "2", "u"}  # characters of the three classes in the order of the rules, and of no class
    plain = seen.until(seen.classes, lambda classes: every_class <= set(classes))
    assert every_class <= set(plain)
    moved = served.visit(chromium, f"{demo}/ranking?weights=groups:3,welfare_fund_members:0&norm=rank&cut=natural")
    moved.painted()
    moved.settled()
    assert moved.until(moved.classes, lambda classes: classes != plain) != plain
    assert parse_qs(urlparse(moved.page.url).query)["weights"] == ["groups:3,welfare_fund_members:0"]
    moved.says("ตามช่องว่างธรรมชาติ")


def test_an_override_needs_a_reason_stands_beside_the_computed_class_and_can_be_undone(chromium, written_demo):
    seen = served.visit(chromium, f"{written_demo}/ranking?subdistrict=800106&shown=agreed_class")
    seen.painted()
    seen.settled()
    page, before = seen.page, seen.classes()
    seen.unfold(re.compile("^ปรับชั้นโดยที่ประชุม"))
    page.get_by_role("button", name="บันทึกชั้นที่ตกลงกัน").click()
    seen.says("ยังไม่ได้ลงชื่อ")
    seen.settled()
    agreed = page.locator(".st-key-override-class-800106").get_by_role("combobox")
    seen.choose(agreed, page.get_by_role("option", name="A", exact=True))
    page.locator(".st-key-override-reason input").fill("ลงพื้นที่แล้วเห็นว่าเข้มแข็ง")
    page.locator(".st-key-override-who input").fill("วันดี")
    page.get_by_role("button", name="บันทึกชั้นที่ตกลงกัน").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("บันทึกชั้นที่ตกลงกันแล้ว")
    page.get_by_text("คำนวณได้ C · ตกลงกัน A").wait_for()

    def moved() -> int:
        return sum(one != other for one, other in zip(before, seen.classes(), strict=True))

    assert seen.until(moved, lambda number: number == 1) == 1
    seen.settled()
    page.get_by_role("button", name="ยกเลิกรายการนี้").click()
    page.get_by_text("คำนวณได้ C · ตกลงกัน C").wait_for()
    assert seen.until(moved, lambda number: number == 0) == 0


def test_the_meetings_example_is_one_click_away(chromium, demo):
    seen = served.visit(chromium, f"{demo}/welfare")
    seen.painted()
    seen.page.get_by_role("button", name="ตัวอย่างของที่ประชุม").click()
    for figure in ("28,000 บาท", "532,425.81 บาท", "29.28 ล้านบาท", "9.4 %", "62.4 %"):
        seen.says(figure)
    seen.page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == {"basis": ["mean"]})


def test_a_wish_that_cannot_be_met_is_said_with_its_cause(chromium, demo):
    seen = served.visit(chromium, f"{demo}/selection?pick=budget:1000000")
    seen.painted()
    seen.titled("ทำไม่ได้ตามเงื่อนไขทั้งหมด")
    seen.says("ไม่พอ ต้องใช้อย่างน้อย")


def test_one_team_is_sent_to_two_places_at_once(chromium, written_demo):
    seen = served.visit(chromium, f"{written_demo}/strengthening")
    seen.painted()
    page, before = seen.page, seen.classes()
    seen.unfold(re.compile("^ส่งทีม"))
    for _ in range(2):
        # the first one takes all of them
        seen.choose(page.locator(".st-key-team-places input"), page.get_by_role("option").nth(1))
        seen.settled()
    page.keyboard.press("Escape")
    page.locator(".st-key-team-name input").fill("ทีมลานสกา")
    page.locator(".st-key-team-task input").fill("เวทีทบทวนแผน")
    page.locator(".st-key-team-who input").fill("วันดี")
    page.get_by_role("button", name="บันทึกทีม").click()
    seen.titled("ยังไม่มีทีม 57")
    counted = seen.until(lambda: [seen.classes().count(key) for key in "nv"], lambda found: found == [57, 2])
    assert (before.count("n"), counted) == (59, [57, 2])
