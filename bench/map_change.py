"""Time from a filter change until the map is repainted: our coverage page and common alternatives. One JSON line.

One run, one browser, the same polygons and values: a text-only rerun (the floor), the tutorial pattern, pydeck, plotly
and our page. ``python -m bench.map_change [CHANGES [PEERS]]``, by default 15 changes each and all peers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Request

from bench.support import stage
from tests.support import served

WATCH = (Path(__file__).with_name("watch.js")).read_text(encoding="utf-8")
OPTIONS = 6
SHAPES = 170
PEERS = ("floor", "tutorial", "deck", "plotly_map")
# Values of the peers: what our page shows for each theme; run in a child process.
VALUES = """
import json, sys
from pages.queries import store as queries
from loaders import codes
from pages.queries.query import Query
from pages.queries import coverage
scope = queries.current_scope()
year = queries.usual_year(scope)
found = {}
for theme in [None, *(entry["code"] for entry in codes.themes())]:
    table = coverage.coverage(scope, Query(year, theme=theme))
    found[theme or "all"] = dict(zip(table["subdistrict_code"], (int(number) for number in table["agencies"].fillna(0))))
json.dump(found, open(sys.argv[1], "w"))
"""


@dataclass
class Side:
    """One of the compared pages; ``kind``: its entry in ``watch.js``."""

    name: str
    kind: str
    address: str
    label: str | None = None  # key of the combobox to change; None: the first one


@contextmanager
def sides(store: Path, folder: Path, names: tuple[str, ...] = PEERS) -> Iterator[list[Side]]:
    """Start our board and the peers, each on its own server."""
    with ExitStack() as stack:
        ours = stack.enter_context(served.board(store))
        address = f"{ours}/coverage"
        settings = {**os.environ, "KRADAN_STORE": str(store)}
        subprocess.run([sys.executable, "-c", VALUES, str(folder / "values.json")], cwd=stage.ROOT, env=settings, check=True, timeout=120,
                       stderr=subprocess.DEVNULL)  # fmt: skip
        measured = [Side("ours", "board", address, "theme")]
        for name in names:
            measured.append(Side(name, name, stack.enter_context(stage.peer(name, KRADAN_BENCH=str(folder)))))
        yield measured


def write_polygons(browser: stage.Chromium, address: str, folder: Path) -> None:
    """Write ``polygons.json``: the geometry that our page fetches, with the properties that peers need."""
    with stage.context(browser) as profile:
        page = profile.new_page()
        asked: list[Request] = []
        page.on(
            "request",
            lambda request: asked.append(request) if "/geo/" in request.url and "/board-" not in request.url else None,
        )
        page.goto(address)
        page.frame_locator('iframe[src*="st_folium"]').locator("body[data-painted]").wait_for(timeout=60_000)
        whole = json.loads(stage.get(asked[0].url))
        few = [
            feature | {"properties": {name: feature["properties"][name] for name in "cnd"}}
            for feature in whole["features"]
        ]
        (folder / "polygons.json").write_text(
            json.dumps({"type": whole["type"], "features": few}, ensure_ascii=False), encoding="utf-8"
        )


def opened(profile, side: Side, shapes: int = SHAPES) -> tuple[Page, float]:
    """Open a page; milliseconds until all shapes are painted."""
    page = profile.new_page()
    page.add_init_script(WATCH)
    start = time.perf_counter()
    page.goto(side.address, wait_until="commit")
    page.wait_for_function(
        f"window.kradanWatch && kradanWatch.state.{side.kind}().count >= {shapes}", timeout=60_000, polling=20
    )
    return page, (time.perf_counter() - start) * 1000


def change(page: Page, side: Side, index: int, shapes: int = SHAPES) -> dict | None:
    """Choose an option and wait until the map is repainted; None when it is not."""
    box = (
        page.locator(f".st-key-{side.label}").get_by_role("combobox")
        if side.label
        else page.get_by_role("combobox").first
    )
    box.click()
    page.locator('[role="option"]').nth(index).wait_for(timeout=10_000)
    return page.evaluate(f"kradanWatch.pick('{side.kind}', {shapes}, {index})")


def zoom_is_kept(page: Page, side: Side) -> bool | None:
    """Whether the zoom of a Leaflet map survives a filter change; None for other maps."""
    if side.kind not in ("board", "tutorial"):
        return None
    frame = next(frame for frame in page.frames if "st_folium" in frame.url)
    frame.evaluate("window.map.setZoom(11, {animate: false})")
    stage.settled(page)
    change(page, side, 2)
    stage.settled(page)
    frame = next(frame for frame in page.frames if "st_folium" in frame.url)
    return frame.evaluate("window.map.getZoom()") == 11


def click_to_details(page: Page, side: Side) -> float | None:
    """Milliseconds from a click on a shape until its details are shown (ours: the card of the subdistrict)."""
    if side.kind not in ("board", "tutorial"):
        return None
    milliseconds = page.evaluate(f"kradanWatch.details('{'.kradan-card h2' if side.kind == 'board' else 'h3'}')")
    return milliseconds and round(milliseconds, 1)


def offline(browser: stage.Chromium, side: Side) -> bool:
    """Whether the map is painted when all other hosts are unreachable."""
    with stage.context(stage.cut_off(browser)) as profile:
        page = profile.new_page()
        page.add_init_script(WATCH)
        page.goto(side.address, wait_until="commit")
        test = f"window.kradanWatch && kradanWatch.state.{side.kind}().count >= {SHAPES}"
        try:
            page.wait_for_function(test, timeout=8_000, polling=50)
        except Exception:  # noqa: BLE001 - a map that is never painted is a result
            return False
        return True


def weigh(browser: stage.Chromium, side: Side) -> dict:
    """Kilobytes of a first page, of a change to new values, and of a change to values seen before.

    In its own browser profile, because metering messages costs CPU and would disturb the timing. ``wire``: bytes on
    the loopback interface, both ways, compressed where the server compresses, with packet headers.
    """
    with stage.context(browser) as profile:
        page = profile.new_page()
        page.add_init_script(WATCH)
        meter, sent, wire = stage.Meter(page), [], []
        page.goto(side.address, wait_until="commit")
        page.wait_for_function(
            f"window.kradanWatch && kradanWatch.state.{side.kind}().count >= {SHAPES}", timeout=60_000
        )
        stage.settled(page)
        first_page = meter.total()
        for number in range(2 * OPTIONS):
            before, packed = meter.total(), stage.local_bytes()
            change(page, side, 1 + number % OPTIONS)
            stage.settled(page)
            sent.append(meter.total() - before)
            wire.append(stage.local_bytes() - packed)
        return {
            "first_page_kb": round(first_page / 1000, 1),
            "first_change_kb": round(stage.middle(sent[:OPTIONS]) / 1000, 1),
            "change_kb": round(stage.middle(sent[OPTIONS:]) / 1000, 1),
            "change_wire_kb": round(stage.middle(wire[OPTIONS:]) / 1000, 1),
        }


def measure(browser: stage.Chromium, side: Side, changes: int) -> dict:
    """All figures of one page."""
    with stage.context(browser) as profile:
        page, cold = opened(profile, side)
        stage.settled(page)
        page.close()
        page, _ = opened(profile, side)  # a browser caches compiled scripts from the second visit on
        stage.settled(page)
        page.close()
        stage.rested()
        warm = []
        for _ in range(3):
            page, seconds = opened(profile, side)
            warm.append(seconds)
            stage.settled(page)
            if len(warm) < 3:
                page.close()
        taken, blanks, first = [], [], []
        for number in range(OPTIONS + changes):
            result = change(page, side, 1 + number % OPTIONS)
            if result is None:
                return {"failed": "no repaint within 60 s"}
            stage.settled(page)
            if number < OPTIONS:  # first round: values that the server has not computed yet
                first.append(result["ms"])
                continue
            taken.append(result["ms"])
            blanks.append(result["blank"])
        sizes = weigh(browser, side)
        return {
            "first_change_ms": stage.middle(first),
            "change_ms": stage.middle(taken),
            "change_p95_ms": stage.ninety_fifth(taken),
            "blank_ms": stage.middle(blanks),
            "zoom_kept": zoom_is_kept(page, side),
            "details_ms": click_to_details(page, side),
            "cold_page_ms": round(cold, 1),
            "warm_page_ms": stage.middle(warm),
            "offline": offline(browser, side),
        } | sizes


def main(changes: int = 15, names: tuple[str, ...] = PEERS) -> dict:
    """Measure all sides, and print the figures and the ratio of our time to the floor."""
    with stage.demo_store() as store, tempfile.TemporaryDirectory() as name, stage.chromium() as browser:
        folder = Path(name)
        with sides(store, folder, names) as pages:
            with served.board(store) as other:  # another server, so that our first page stays cold
                write_polygons(browser, f"{other}/coverage", folder)
            table = {}
            for side in pages:
                table[side.name] = measure(browser, side, changes)
                print(side.name, json.dumps(table[side.name]), file=sys.stderr)
    ours, floor = table["ours"], table["floor"]
    line = {"bench": "map_change", "changes": changes, "pages": table}
    line["ours_by_floor"] = round(ours["change_ms"] / floor["change_ms"], 2)
    line["by_ours"] = {
        name: round(page["change_ms"] / ours["change_ms"], 1) for name, page in table.items() if "change_ms" in page
    }
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else PEERS)
