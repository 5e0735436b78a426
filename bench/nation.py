"""Nation with 7,425 subdistricts: our nation page and the opened province beside the tutorial pattern. One JSON line.

One run, one browser. The tutorial pattern draws every subdistrict of the nation: once on shapes simplified as much as
ours (``tutorial``), once on those of the boundary file that both start from (``tutorial_file``). We draw the 77
provinces, and the subdistricts of the opened one (the largest, 289).
``python -m bench.nation [CHANGES [PAGES]]``, by default 9 changes each and all pages.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page

from bench.map_change import OPTIONS, WATCH, Side, change
from bench.support import stage
from tests.support import served

NATION_FILE = stage.SHARED / "boundaries" / "tha_adm3_rtsd.gpkg"
PROVINCE = "30"
YEARS = (2005, 2006, 2007)
SUPPORTS = 2_000
PATIENCE_MS = 300_000
WARM = 5
PAGES = ("nation", "province", "tutorial", "tutorial_file")
TUTORIALS = ("tutorial", "tutorial_file")
VIEW = "13.2,101.4,6"
# Run in child processes, so that neither their memory nor their caches stay in the bench.
POLYGONS = """
import json, sys
import shapely
from geo.nation import TOLERANCE_M
from geo.measure import WGS84, metric_crs
from geo.maps.simplify import feature
from loaders import codes
from loaders.boundaries import nation
from pathlib import Path
import random
simple = frame = nation.load(Path(sys.argv[1])).drop_duplicates("subdistrict_code")
if sys.argv[3] == "tutorial":
    metric = frame.to_crs(metric_crs(frame))
    simple = metric.set_geometry(shapely.coverage_simplify(metric.geometry.to_numpy(), TOLERANCE_M), crs=metric.crs).to_crs(WGS84)
names = nation.provinces()
rows = zip(simple["subdistrict_code"], simple.geometry)
features = [feature(shape, c=code, n=code, d=names[code[:2]][0]) for code, shape in rows if not shape.is_empty]
folder = Path(sys.argv[2])
(folder / "polygons.json").write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
dice = random.Random(80)
options = ["all", *(entry["code"] for entry in codes.themes())]
values = {option: {one["properties"]["c"]: dice.randint(0, 5) for one in features} for option in options}
(folder / "values.json").write_text(json.dumps(values), encoding="utf-8")
print(len(features))
"""
PREPARE = """
import sys
from pathlib import Path
from geo import nation as geo_nation
from loaders.boundaries import nation
shapes = geo_nation.province_shapes(nation.load(Path(sys.argv[1])))
print(len(geo_nation.to_geojson(shapes, nation.provinces())))
"""


def fill(path: Path) -> None:
    """Fill a store with invented data of every province: summaries, and records for the province that is opened."""
    import geothai
    from sqlalchemy import insert

    from loaders import codes, setup, store
    from loaders.store import tables

    dice = random.Random(80)
    engine = store.open_store(f"sqlite:///{path.as_posix()}", create=True)
    setup.ensure_code_lists(engine)
    agencies, themes = ([entry["code"] for entry in read_list()][:10] for read_list in (codes.agencies, codes.themes))
    places = [place for district in geothai.districts(PROVINCE) for place in geothai.subdistricts(district.code)]
    none = dict.fromkeys(("rows_quarantined", "rows_excluded", "satang_in", "satang_loaded", "satang_quarantined", "satang_excluded"), 0)  # fmt: skip
    with store.writing(engine) as connection:
        for number, province in enumerate(geothai.provinces(), start=1):
            batch = {
                "id": number, "base": agencies[number % len(agencies)], "file_name": f"bench-{province.code}.csv", "file_sha256": f"bench{number}",
                "layouts": "bench", "loaded_at": store.now(), "loaded_by": "bench", "is_demo": True, "is_active": True, "rows_in": 0,
                "rows_loaded": 0, "summary": json.dumps({"province": province.code}), **none,
            }  # fmt: skip
            connection.execute(insert(tables.import_batch).values(**batch))
            scope = [{"batch_id": number, "register": "support", "base": batch["base"], "area_code": province.code, "fiscal_year": year, "kind": "province"} for year in YEARS]  # fmt: skip
            store.insert_rows(connection, tables.batch_scope, scope)
            if province.code == PROVINCE:
                store.insert_rows(connection, tables.support, [_support(dice, number, row, places, agencies, themes) for row in range(SUPPORTS)])  # fmt: skip
                store.finish_batch(connection, number)
                continue
            sums = [
                {"batch_id": number, "province_code": province.code, "fiscal_year": year, "agency_code": agency, "stream_code": None,
                 "theme_code": theme, "records": dice.randint(1, 40), "amount_satang": dice.randint(1, 10**9)}
                for year in YEARS for agency in agencies for theme in themes if dice.random() < 0.4
            ]  # fmt: skip
            store.insert_rows(connection, tables.support_summary, sums)
    engine.dispose()


def _support(dice: random.Random, batch: int, row: int, places: list, agencies: list, themes: list) -> dict:
    place = dice.choice(places)
    return {
        "batch_id": batch, "sheet": "bench", "row": row + 1, "area_code": place.code, "area_level": "subdistrict",
        "subdistrict_code": place.code, "district_code": place.district_code, "province_code": PROVINCE, "match_evidence": "code",
        "agency_code": dice.choice(agencies), "theme_code": dice.choice(themes), "fiscal_year": dice.choice(YEARS),
        "amount_satang": dice.randint(1, 10**8),
    }  # fmt: skip


def child(code: str, *arguments: object) -> tuple[str, float]:
    """Run code in a child process; returns its output and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)], cwd=stage.ROOT, check=True, capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout.strip(), round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)


@contextmanager
def sides(store: Path, folder: Path, shapes: dict[str, int], shown: int) -> Iterator[list[tuple[Side, int]]]:
    """Start the servers; yields the pages with the number of shapes each has to paint."""
    with ExitStack() as stack:
        ours = stack.enter_context(served.board(store, KRADAN_BOUNDARIES=str(NATION_FILE)))
        measured = [
            (Side("nation", "board", f"{ours}/nation", "theme"), 77),
            (Side("province", "board", f"{ours}/coverage?province={PROVINCE}", "theme"), shown),
        ]
        for name, count in shapes.items():
            peer = stage.peer("tutorial", KRADAN_BENCH=str(folder / name), KRADAN_BENCH_VIEW=VIEW)
            measured.append((Side(name, "tutorial", stack.enter_context(peer)), count))
        yield measured


def opened(profile, side: Side, shapes: int) -> tuple[Page, stage.Meter, float]:
    """Open a page; returns it, its meter, and milliseconds until all shapes are painted."""
    page = profile.new_page()
    page.add_init_script(WATCH)
    meter = stage.Meter(page)
    start = time.perf_counter()
    page.goto(side.address, wait_until="commit", timeout=PATIENCE_MS)
    test = f"window.kradanWatch && kradanWatch.state.{side.kind}().count >= {shapes}"
    page.wait_for_function(test, timeout=PATIENCE_MS, polling=20)
    return page, meter, (time.perf_counter() - start) * 1000


def settled(page: Page) -> None:
    """Wait until the script run of the page has ended, up to :data:`PATIENCE_MS`."""
    page.wait_for_timeout(150)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(150)


def measure(browser: stage.Chromium, side: Side, shapes: int, changes: int) -> dict:
    """All figures of one page."""
    with stage.context(browser) as profile:
        page, meter, cold = opened(profile, side, shapes)
        settled(page)
        weight = meter.total()
        page.close()
        page, _, _ = opened(profile, side, shapes)  # a browser caches compiled scripts from the second visit on
        settled(page)
        stage.rested()
        figures = {"shapes": shapes, "cold_page_ms": round(cold, 1), "first_page_kb": round(weight / 1000, 1)}
        warm = []
        for _ in range(WARM):
            page.close()
            page, meter, taken = opened(profile, side, shapes)
            warm.append(taken)
            settled(page)
        figures |= {"warm_page_ms": stage.middle(warm), "warm_page_kb": round(meter.total() / 1000, 1)}
        times, blanks, sent = [], [], []
        for number in range(OPTIONS + changes):
            before = meter.total()
            result = change(page, side, 1 + number % OPTIONS, shapes)
            if result is None:
                return figures | {"change_ms": None, "failed": "no repaint within 60 s"}
            settled(page)
            if number >= OPTIONS:  # the first round is left out: its values are not computed yet
                times.append(result["ms"])
                blanks.append(result["blank"])
                sent.append(meter.total() - before)
        return figures | {
            "change_ms": stage.middle(times),
            "change_p95_ms": stage.ninety_fifth(times),
            "change_kb": round(stage.middle(sent) / 1000, 1),
            "blank_ms": stage.middle(blanks),
        }


def main(changes: int = 9, names: tuple[str, ...] = PAGES) -> dict:
    """Print the figures, and our times as shares of the tutorial's (the limit for the warm page is 0.125)."""
    with tempfile.TemporaryDirectory() as name, stage.chromium() as browser:
        folder = Path(name)
        os.environ.pop("DATABASE_URL", None)
        fill(folder / "kradan.sqlite")
        shapes_of = {}
        for tutorial in [peer for peer in TUTORIALS if peer in names]:
            (folder / tutorial).mkdir()
            shapes_of[tutorial] = int(child(POLYGONS, NATION_FILE, folder / tutorial, tutorial)[0])
        shown = int(child(SHOWN, NATION_FILE)[0])
        _bytes, prepare_cpu = child(PREPARE, NATION_FILE)
        with sides(folder / "kradan.sqlite", folder, shapes_of, shown) as pages:
            table = {}
            for side, shapes in pages:
                if side.name not in names:
                    continue
                table[side.name] = measure(browser, side, shapes, changes)
                print(side.name, json.dumps(table[side.name]), file=sys.stderr)
    line = {"bench": "nation", "changes": changes, "prepare_once_cpu_s": prepare_cpu, "pages": table}
    for tutorial in shapes_of:
        for what in ("cold_page_ms", "warm_page_ms", "change_ms"):
            ours = {name: table[name].get(what) for name in ("nation", "province") if name in table}
            line[f"{what.removesuffix('_ms')}_by_{tutorial}"] = {
                name: round(value / table[tutorial][what], 3) if value and table[tutorial].get(what) else None
                for name, value in ours.items()
            }
    line["bar"] = 0.125
    print(json.dumps(line))
    return line


# Number of subdistricts of the province in the boundary file, which is the number of shapes to wait for.
SHOWN = f"""
import sys
from loaders.boundaries import find as boundaries
print(len(boundaries.load(sys.argv[1], {PROVINCE!r}).frame))
"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9, tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else PAGES)
