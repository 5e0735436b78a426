"""The nation in a real browser: choose a province without shipped facts, follow a click, go back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support import nation_files, served


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    store = served.make_store(folder / "kradan.sqlite", demo=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRADAN_PROVINCE", "84")
        assert served.run_import(store, nation_files.csv_of(folder, nation_files.SURAT, "surat.csv")).returncode == 0
        patch.delenv("KRADAN_PROVINCE")
        with served.board(store) as address:
            yield address


@pytest.fixture(scope="module")
def standing(running_chromium, board):
    """One page for all: each test goes on in it by a link that says its choices."""
    seen = served.visit(running_chromium, f"{board}/nation?lang=en")
    yield seen
    assert seen.foreign == seen.errors == []


def map_frame(seen: served.Visit):
    return next(frame for frame in seen.page.frames if "st_folium" in frame.url)


def painted(seen: served.Visit, shapes: int) -> None:
    """Wait for a map of so many shapes; while the page changes, the map before it may still stand."""
    seen.page.wait_for_function(
        """shapes => [...document.querySelectorAll('iframe[src*="st_folium"]')].some(frame => {
            const body = frame.contentDocument && frame.contentDocument.body;
            return body && body.getAttribute('data-painted') === String(shapes);
        })""",
        arg=shapes,
        timeout=120_000,
    )


def click_code(seen: served.Visit, code: str) -> None:
    """Click into a shape of the map where its largest part has room."""
    point = map_frame(seen).evaluate(
        """code => {
            let place = null;
            window.map.eachLayer(layer => {
                const feature = layer.feature;
                if (!feature || !feature.geometry || feature.properties.c !== code || !layer.getLatLngs) return;
                const path = layer.getElement(), box = path.getBoundingClientRect();
                for (let i = 1; i < 40 && !place; i++) for (let j = 1; j < 40 && !place; j++) {
                    const x = box.left + box.width * i / 40, y = box.top + box.height * j / 40;
                    if (document.elementFromPoint(x, y) === path) place = [x, y];
                }
            });
            return place;
        }""",
        code,
    )
    assert point, code
    box = seen.page.locator('iframe[src*="st_folium"]').bounding_box()
    seen.page.mouse.click(box["x"] + point[0], box["y"] + point[1])


def test_from_the_nation_to_a_subdistrict_and_back(standing):
    seen = standing
    assert seen.painted() == 77
    assert "1 of 77" in seen.title()
    classes = seen.classes()
    assert len(classes) == 77 and classes.count("u") == 76
    click_code(seen, "84")
    seen.page.wait_for_url(re.compile(r"/overview\?.*province=84"), timeout=60_000)
    painted(seen, 131)
    seen.page.locator("h1.kradan-title", has_text="2 subdistricts have support").wait_for(timeout=60_000)
    assert len(seen.classes()) == 131
    seen.settled()
    click_code(seen, "840101")
    card = seen.page.locator(".st-key-card")
    expect(card).to_contain_text("Talat")
    card.locator('a[href*="subdistrict?"]:not([href*="#a4"])').first.click()
    seen.page.wait_for_url(re.compile(r"/subdistrict\?.*subdistrict=840101"), timeout=60_000)
    assert "province=84" in seen.page.url
    seen.page.locator("h1.kradan-title", has_text="Talat").wait_for(timeout=60_000)
    seen.settled()
    seen.page.get_by_role("link", name="All provinces").click()
    painted(seen, 77)
    assert "/nation" in seen.page.url
    seen.settled()
    click_code(seen, "80")
    painted(seen, 170)
    seen.settled()
    assert "province" not in seen.page.url


def test_every_province_is_a_link_to_its_board_and_says_why_it_has_no_figures(standing):
    seen = standing
    seen.follow("nation?lang=en")
    listed = seen.page.locator(".kradan-provinces tbody tr")
    expect(listed).to_have_count(77)
    expect(listed.first).to_contain_text("Surat Thani")
    expect(listed.nth(1)).to_have_text(re.compile("Not reported$"))
    listed.first.get_by_role("link").click()
    seen.page.wait_for_url(re.compile(r"/overview\?.*province=84"))
    assert "lang=en" in seen.page.url
    seen.titled("2 subdistricts have support")


def test_the_chooser_in_the_frame_changes_the_board_and_the_link_keeps_it(chromium, standing):
    seen = standing
    seen.follow("coverage?lang=en&province=80")
    painted(seen, 170)
    seen.settled()
    chooser = seen.page.locator(".kradan-where")
    expect(chooser.locator("summary")).to_have_text("Nakhon Si Thammarat")
    chooser.locator("summary").click()
    expect(chooser.get_by_role("link")).to_have_count(77)
    expect(chooser.locator("[aria-current]")).to_have_text("Nakhon Si Thammarat")
    seen.page.keyboard.press("Escape")
    expect(chooser.get_by_role("link")).to_have_count(0)
    chooser.locator("summary").click()
    chooser.get_by_role("link", name="Surat Thani", exact=True).click()
    painted(seen, 131)
    seen.settled()
    assert "province=84" in seen.page.url
    seen.page.locator("h1.kradan-title", has_text="2 subdistricts have support").wait_for(timeout=60_000)
    again = served.visit(chromium, seen.page.url)
    assert again.painted() == 131
    again.settled()
    assert (again.title(), again.classes()) == (seen.title(), seen.classes())
    assert again.foreign == again.errors == []


def test_on_a_phone_the_nations_choices_fold_away_as_those_of_a_province_do(standing):
    seen = standing
    seen.page.set_viewport_size({"width": 390, "height": 844})
    seen.follow("nation?lang=en&theme=health")
    painted(seen, 77)
    seen.settled()
    choices = seen.page.locator(".st-key-filters")
    expect(choices).to_be_hidden()
    expect(seen.page.locator("p.kradan-chosen")).to_contain_text("Health")
    assert seen.page.locator('iframe[src*="st_folium"]').bounding_box()["y"] < 560
    seen.page.locator("details.kradan-fold summary").click()
    expect(choices).to_be_visible()
