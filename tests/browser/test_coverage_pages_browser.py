"""Coverage, gaps and overlaps in a real browser: splits, twin maps, small maps, clusters, explaining a pair and undoing it."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from bench.support.client import Client
from tests.support import served


def standing(seen: served.Visit) -> served.Visit:
    for trouble in ("Traceback", "หน้านี้แสดงไม่ได้"):
        assert trouble not in seen.text()
    return seen


def pick(seen: served.Visit, label: str, option: str) -> None:
    field = seen.page.get_by_role("combobox", name=re.compile(label)).first
    seen.choose(field, seen.page.get_by_role("option").filter(has_text=option).first)
    seen.settled()


def painted(seen: served.Visit) -> list[str]:
    frames = seen.page.locator('iframe[src*="st_folium"]')
    found = []
    for number in range(frames.count()):
        body = frames.nth(number).content_frame.locator("body[data-painted='170']")
        body.wait_for()
        found.append(body.get_attribute("data-classes") or "")
    return found


FILTERED = ("coverage", "overview", "gaps", "overlaps", "matrix", "currents", "agency", "subdistrict")


def test_a_filter_draws_the_results_alone(demo):
    """No list of the row of filters is sent again: what is sent says the new finding, and the link follows."""

    async def visit(view: str) -> None:
        async with Client(demo, view, "lang=en") as session:
            await session.rerun()
            box = session.list_with("theme")
            session.lists = {}
            answer = await session.choose_in(box, 2)
            sent = {one["key"].rsplit("-", 1)[-1] for one in session.lists.values()}
            assert not sent & {"year", "theme", "agency", "stream", "district"}, view
            assert any("kradan-title" in text for text in answer.texts), view
            assert any("kradan-chosen" in text and box["options"][2] in text for text in answer.texts), view
            assert answer.has_map or view in ("matrix", "agency"), view
            assert "theme=" in session.state.query_string, view
            assert not answer.errors

    for view in FILTERED:
        # in a thread of its own: Playwright's loop runs in this one
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, asyncio.wait_for(visit(view), 60)).result()


def test_a_change_that_takes_long_is_seen_to_be_under_way(at):
    """A bar at the top says it once, not a fading of every element: what stands there stays readable."""
    seen = standing(at("coverage?lang=en"))
    bar = "(one => one.content !== 'none' && one.visibility === 'visible')(getComputedStyle(document.querySelector('[data-testid=stApp]'), '::after'))"
    assert seen.page.evaluate(bar) is False
    stale = "[...document.querySelectorAll('.stElementContainer')].map(one => getComputedStyle(one).transitionDuration)"
    assert set(seen.page.evaluate(stale)) == {"0s"}
    # the word for it that Streamlit sets while a script runs
    state = "document.querySelector('[data-testid=stApp]').setAttribute('data-test-script-state', '{}')"
    seen.page.evaluate(state.format("running"))
    assert seen.page.evaluate(bar) is False  # a quick change shows no bar
    seen.page.wait_for_function(bar)
    seen.page.evaluate(state.format("notRunning"))
    assert seen.page.evaluate(bar) is False


def test_a_year_moves_its_slider_and_the_slider_its_year(at):
    seen = standing(at("coverage?lang=en&year=2550"))
    slider = seen.page.get_by_role("slider")
    before = slider.get_attribute("aria-valuetext")
    seen.choose(seen.page.locator(".st-key-year").get_by_role("combobox"), seen.page.get_by_role("option").first)
    expect(slider).not_to_have_attribute("aria-valuetext", before or "")
    chosen = slider.get_attribute("aria-valuetext")
    seen.settled()
    slider.press("ArrowLeft")
    expect(slider).not_to_have_attribute("aria-valuetext", chosen or "")
    stepped = slider.get_attribute("aria-valuetext") or ""
    expect(seen.page.locator(".st-key-year input")).to_have_value(stepped)
    seen.says(stepped)
    seen.settled()
    slider.press("ArrowLeft")
    seen.page.wait_for_url("**year=2549**")


def test_a_split_is_marked_empties_the_strip_and_is_undone_by_the_same_choice(at):
    seen = standing(at("coverage?lang=th&measure=per_head_baht"))
    before, strip = painted(seen), seen.page.locator("p.kradan-strip")
    expect(strip).to_have_count(1)
    assert "โดยประมาณ" not in seen.title()
    pick(seen, "เงินที่ไม่ระบุตำบล", "ประชากร")
    seen.titled("157 จาก 170 ตำบล · อีก 13 ตำบลโดยประมาณ")
    expect(strip).to_have_count(0)
    seen.says("ตัวเลขรวมเงินที่ประมาณลงตำบล")
    seen.page.wait_for_url("**split=population**")
    assert seen.until(lambda: painted(seen), lambda now: now != before) != before
    pick(seen, "เงินที่ไม่ระบุตำบล", "ไม่กระจาย")
    expect(strip).to_have_count(1)
    assert seen.until(lambda: painted(seen), lambda now: now == before) == before


def test_twin_maps_share_their_classes_and_small_maps_show_every_function(at):
    seen = standing(at("coverage?lang=th&measure=per_head_baht&mode=twin&twin=year&other=2549"))
    assert len(set(seen.until(lambda: painted(seen), lambda maps: len(set(maps)) == 2))) == 2
    legends = [legend.locator("li span").all_inner_texts() for legend in seen.page.locator("ul.kradan-legend").all()]
    scales = [[words for words in legend if "บาทต่อคน" in words] for legend in legends]
    assert scales[0] == scales[1]
    assert len(scales[0]) >= 3
    small = standing(at("coverage?lang=th&mode=small&list=theme"))
    pictures = small.page.locator(".kradan-small img")
    expect(pictures).to_have_count(9)
    assert all(re.search(r"จาก 170 ตำบล", picture.get_attribute("alt")) for picture in pictures.all())
    small.page.wait_for_function(
        "[...document.querySelectorAll('.kradan-small img')].every(one => one.complete && one.naturalWidth > 0)"
    )
    expect(small.page.locator(".kradan-small + .kradan-credit")).to_have_text("OCHA COD-AB · RTSD · CC BY-IGO")


def test_nothing_found_says_which_filter_to_drop(at):
    seen = standing(at("coverage?lang=th&year=2551&agency=thaihealth"))
    alert = seen.page.locator('[data-testid="stAlert"]').first
    expect(alert).to_contain_text("ไม่พบรายการ")
    expect(alert).to_contain_text(re.compile(r"ถ้าไม่กรองหน่วยงาน จะพบ \d+ รายการ"))
    none = standing(at("coverage?lang=th&year=2551&agency=thaihealth&theme=sufficiency"))
    expect(none.page.locator('[data-testid="stAlert"]').first).to_contain_text(
        re.compile(r"เหลือเพียงปีงบประมาณ จะพบ \d+ รายการ")
    )


def test_gaps_tell_functions_plans_and_clusters_with_their_caution(at):
    seen = standing(at("gaps?lang=th&list=plans&bar=quarter&per=households"))
    expect(seen.page.locator("p.kradan-note").first).to_contain_text("หนึ่งในสี่ที่มากที่สุด")
    seen.says(re.compile(r"ยังไม่มีใครทำ \d+ · ได้บางส่วน \d+"))
    hint = standing(at("gaps?lang=th&mode=clusters&method=getis_ord"))
    expect(hint.page.locator('[data-testid="stAlert"]')).to_contain_text("ไม่ใช่ข้อสรุป")
    assert set(painted(hint)[0]) <= set("wosinu")


def test_a_pair_is_explained_with_reason_and_name_and_taken_back(at_written):
    seen = standing(at_written("overlaps?lang=th"))
    painted(seen)
    expect(seen.map.locator(".kradan-badge")).to_have_count(23)
    seen.titled("23 คู่")
    seen.unfold("ชี้แจงคู่ที่ไม่ใช่งานซ้ำ")
    expect(seen.page.locator(".kradan-both > div")).to_have_count(2)
    seen.page.get_by_role("button", name="บันทึกคำชี้แจง").click()
    seen.says("ยังไม่มีเหตุผล")
    seen.settled()  # the page goes on writing below the message; what is typed meanwhile may be lost
    seen.page.get_by_label("เหตุผล").fill("แบ่งหมู่บ้านกันทำแล้ว")
    seen.page.get_by_role("button", name="บันทึกคำชี้แจง").click()
    seen.says("ยังไม่มีชื่อ")
    seen.settled()
    expect(seen.page.get_by_label("เหตุผล")).to_have_value("แบ่งหมู่บ้านกันทำแล้ว")  # what was refused stays written
    seen.page.get_by_label("ผู้ชี้แจง").fill("สมชาย อบต.")
    seen.page.get_by_role("button", name="บันทึกคำชี้แจง").click()
    seen.page.get_by_text("บันทึกคำชี้แจงแล้ว").wait_for()
    seen.titled("22 คู่")
    expect(seen.page.get_by_label("เหตุผล")).to_have_value("")
    seen.follow("overlaps?lang=th&list=cleared")
    again = standing(seen)
    again.page.get_by_label("ผู้ชี้แจง").fill("สมหญิง")
    again.page.get_by_role("button", name="ยกเลิกคำชี้แจง").click()
    again.page.get_by_text("ยกเลิกคำชี้แจงแล้ว").wait_for()
    again.titled("23 คู่")


@pytest.mark.parametrize("picture", ["streams", "agencies"])
def test_pictures_of_overlap_are_drawn_and_told_in_a_table(at, picture):
    seen = standing(at(f"overlaps?lang=th&list={picture}"))
    seen.page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg').first.wait_for()
    seen.page.locator('[data-testid="stDataFrame"]').first.wait_for()
