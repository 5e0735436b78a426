"""A clerk adds an agency, merges two spellings and parts them, adds a function, moves a due date: in the browser, without a file."""

from __future__ import annotations

import time
from datetime import date, timedelta

from playwright.sync_api import expect

from tests.support import served

MINUTE = 60.0


def add(seen: served.Visit, head: str, name: str, english: str, *, again: bool = False) -> float:
    """Fill the form of a new entry; returns the seconds it took."""
    seen.settled()  # a page that is drawn anew takes the words of a field with it
    begin = time.monotonic()
    button = seen.page.get_by_role("button", name="Add", exact=True)
    if not button.is_visible():
        seen.unfold(head)
    for field, text in (("Thai name", name), ("English name", english)):
        box = seen.page.get_by_role("textbox", name=field).first
        box.fill(text)
        box.press("Tab")
    button.click()
    if again:  # it was told that a name is much alike
        seen.says("very similar name")
        button.click()
    expect(seen.page.get_by_text(f"“{name}” added")).to_be_visible()
    return time.monotonic() - begin


def test_words_are_added_merged_and_taken_apart_within_a_minute_each(at_written):
    seen = at_written("words?lang=en")
    seen.titled("in use")
    assert add(seen, "New agency", "มูลนิธิปากน้ำนคร", "Pak Nam Nakhon Foundation") < MINUTE
    assert add(seen, "New agency", "มูลนิธิ ปากนํ้านครฯ", "Pak Nam", again=True) < MINUTE
    begin = time.monotonic()
    pair = seen.page.locator("p", has_text="ปากน้ำนคร ·").or_(seen.page.locator("p", has_text="· มูลนิธิปากน้ำนคร"))
    expect(pair.first).to_be_visible()
    seen.settled()
    seen.page.get_by_role("button", name="They are one").first.click()
    expect(seen.page.get_by_text("now reads as")).to_be_visible()
    assert time.monotonic() - begin < MINUTE
    seen.settled()
    seen.unfold("Merge two names")
    seen.page.get_by_role("button", name="Undo").first.click()
    expect(seen.page.get_by_text("stands for itself again")).to_be_visible()
    seen.follow("words?lang=en&words=theme")
    assert add(seen, "New function", "จัดการน้ำชุมชน", "Community water") < MINUTE
    seen.follow("matrix?lang=en")  # it is a function of the board at once
    seen.says("Community water")
    seen.follow("sharing?lang=en")
    seen.settled()
    begin = time.monotonic()
    seen.page.get_by_role("tab", name="Who owes a report").click()
    box = seen.page.get_by_role("textbox", name="Why, and who confirmed it")
    box.fill("they asked for a month")
    box.press("Tab")
    seen.page.get_by_role("button", name="Move the due date").click()
    which = seen.page.get_by_role("combobox", name="Which report")
    day = date.today() + timedelta(days=30)  # filled in
    moved = seen.page.get_by_role("option", name=f"{day.day} {day:%b %Y}")
    seen.choose(which, moved.first)
    assert time.monotonic() - begin < MINUTE
    assert seen.foreign == []
