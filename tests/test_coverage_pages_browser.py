"""Coverage, gaps and overlaps in a real browser: splits, twin maps, small maps, clusters, explaining a pair and undoing it."""

from __future__ import annotations

import re

import pytest

from tests import served

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def chromium():
    with served.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    store = served.make_store(tmp_path_factory.mktemp("pages") / "kradan.sqlite", demo=True)
    with served.board(store) as address:
        yield address


def opened(chromium, address: str) -> served.Visit:
    seen = served.visit(chromium, address)
    seen.title()
    seen.settled()
    assert seen.foreign == []
    for trouble in ("Traceback", "หน้านี้แสดงไม่ได้"):
        assert trouble not in seen.text()
    return seen


def pick(seen: served.Visit, label: str, option: str) -> None:
    seen.page.get_by_role("combobox", name=re.compile(label)).first.click()
    seen.page.get_by_role("option").filter(has_text=option).first.click()
    seen.settled()


def painted(seen: served.Visit) -> list[str]:
    frames = seen.page.locator('iframe[title*="st_folium"]')
    found = []
    for number in range(frames.count()):
        body = frames.nth(number).content_frame.locator("body[data-painted='170']")
        body.wait_for(timeout=45_000)
        found.append(body.get_attribute("data-classes") or "")
    return found


def test_a_split_is_marked_empties_the_strip_and_is_undone_by_the_same_choice(chromium, board):
    seen = opened(chromium, f"{board}/coverage?measure=per_head_baht")
    before, strip = painted(seen), seen.page.locator("p.kradan-strip")
    assert strip.count() == 1
    assert "โดยประมาณ" not in seen.title()
    pick(seen, "เงินที่ไม่ระบุตำบล", "ประชากร")
    assert strip.count() == 0
    assert re.search(r"157 จาก 170 ตำบล · อีก 13 ตำบลโดยประมาณ", seen.title())
    assert "ตัวเลขรวมเงินที่ประมาณลงตำบล" in seen.text()
    assert "split=population" in seen.page.url
    assert painted(seen) != before
    pick(seen, "เงินที่ไม่ระบุตำบล", "ไม่กระจาย")
    assert strip.count() == 1
    assert painted(seen) == before


def test_twin_maps_share_their_classes_and_small_maps_show_every_function(chromium, board):
    seen = opened(chromium, f"{board}/coverage?measure=per_head_baht&mode=twin&twin=year&other=2549")
    assert len(set(painted(seen))) == 2
    legends = [legend.locator("li span").all_inner_texts() for legend in seen.page.locator("ul.kradan-legend").all()]
    scales = [[words for words in legend if "บาทต่อคน" in words] for legend in legends]
    assert scales[0] == scales[1]
    assert len(scales[0]) >= 3
    small = opened(chromium, f"{board}/coverage?mode=small&list=theme")
    pictures = small.page.locator(".kradan-small img")
    assert pictures.count() == 9
    assert all(re.search(r"จาก 170 ตำบล", picture.get_attribute("alt")) for picture in pictures.all())
    assert small.page.evaluate(
        "[...document.querySelectorAll('.kradan-small img')].every(one => one.complete && one.naturalWidth > 0)"
    )


def test_the_slider_steps_the_year_of_the_filter(chromium, board):
    seen = opened(chromium, f"{board}/coverage")
    thumb = seen.page.get_by_role("slider")
    thumb.focus()
    thumb.press("ArrowLeft")
    seen.settled()
    assert "year=2549" in seen.page.url


def test_nothing_found_says_which_filter_to_drop(chromium, board):
    seen = opened(chromium, f"{board}/coverage?year=2551&agency=thaihealth")
    text = seen.page.locator('[data-testid="stAlert"]').first.inner_text()
    assert "ไม่พบรายการ" in text
    assert re.search(r"ถ้าไม่กรองหน่วยงาน จะพบ \d+ รายการ", text)
    none = opened(chromium, f"{board}/coverage?year=2551&agency=thaihealth&theme=sufficiency")
    assert re.search(
        r"เหลือเพียงปีงบประมาณ จะพบ \d+ รายการ", none.page.locator('[data-testid="stAlert"]').first.inner_text()
    )


def test_gaps_tell_functions_plans_and_clusters_with_their_caution(chromium, board):
    seen = opened(chromium, f"{board}/gaps?list=plans&bar=quarter&per=households")
    assert "หนึ่งในสี่ที่มากที่สุด" in seen.page.locator("p.kradan-note").first.inner_text()
    assert re.search(r"ยังไม่มีใครทำ \d+ · ได้บางส่วน \d+", seen.text())
    hint = opened(chromium, f"{board}/gaps?mode=clusters&method=getis_ord")
    assert "ไม่ใช่ข้อสรุป" in hint.page.locator('[data-testid="stAlert"]').inner_text()
    assert set(painted(hint)[0]) <= set("wosinu")


def test_a_pair_is_explained_with_reason_and_name_and_taken_back(chromium, board):
    seen = opened(chromium, f"{board}/overlaps")
    painted(seen)
    badges = seen.map.locator(".kradan-badge")
    assert (badges.count(), "23 คู่" in seen.title()) == (23, True)
    seen.page.get_by_text("ชี้แจงคู่ที่ไม่ใช่งานซ้ำ").click()
    assert seen.page.locator(".kradan-both > div").count() == 2
    seen.page.get_by_role("button", name="บันทึกคำชี้แจง").click()
    seen.settled()
    assert "ยังไม่มีเหตุผล" in seen.text()
    seen.page.get_by_label("เหตุผล").fill("แบ่งหมู่บ้านกันทำแล้ว")
    seen.page.get_by_label("ผู้ชี้แจง").fill("สมชาย อบต.")
    seen.page.get_by_role("button", name="บันทึกคำชี้แจง").click()
    seen.page.get_by_text("บันทึกคำชี้แจงแล้ว").wait_for(timeout=45_000)
    seen.settled()
    assert "22 คู่" in seen.title()
    again = opened(chromium, f"{board}/overlaps?list=cleared")
    again.page.get_by_label("ผู้ชี้แจง").fill("สมหญิง")
    again.page.get_by_role("button", name="ยกเลิกคำชี้แจง").click()
    again.page.get_by_text("ยกเลิกคำชี้แจงแล้ว").wait_for(timeout=45_000)
    again.settled()
    assert "23 คู่" in again.title()


@pytest.mark.parametrize("picture", ["streams", "agencies"])
def test_pictures_of_overlap_are_drawn_and_told_in_a_table(chromium, board, picture):
    seen = opened(chromium, f"{board}/overlaps?list={picture}")
    seen.page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg').first.wait_for(
        timeout=45_000
    )
    seen.page.locator('[data-testid="stDataFrame"]').first.wait_for(timeout=45_000)
