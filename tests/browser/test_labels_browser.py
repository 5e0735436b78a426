"""Names on the map never cover each other; what has no room waits until one comes nearer."""

from __future__ import annotations

import pytest

from tests.support import served

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
