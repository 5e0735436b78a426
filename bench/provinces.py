"""Facts and schematic map of each of the 77 provinces: what is known, likeness to the true map, CPU seconds.

Also CPU seconds of the tile grid of the province with most subdistricts, as if none had been solved ahead.
Prints a table to stderr (``--write`` updates ``data/reference/provinces.csv``) and one JSON line with the medians.
Exits with a message when the national boundary file (``shared/data``) is missing.
"""

from __future__ import annotations

import json
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.schematic.power_diagram import touching_pairs
from geo.schematic.schematic import schematic
from geo.schematic.tile_grid import tile_grid
from loaders.areas import facts
from loaders.settings import DATA, ROOT

NATIONAL = ROOT.parent / "shared" / "data" / "boundaries" / "tha_adm3_rtsd.gpkg"
TABLE = DATA / "reference" / "provinces.csv"
PLANE = "EPSG:32647"


def main() -> None:
    """Measure every province and print the figures."""
    if not NATIONAL.exists():
        sys.exit(f"{NATIONAL} is not there: nothing to compare with")
    true = gpd.read_file(NATIONAL, columns=["ADM3_PCODE"]).to_crs(PLANE)
    true["subdistrict_code"] = true["ADM3_PCODE"].str[2:8]
    true = true.dissolve("subdistrict_code")
    rows = [measure(province, true) for province in sorted({code[:2] for code in true.index} | {"38"})]
    table = pd.DataFrame(rows)
    table.to_csv(sys.stderr, index=False)
    if "--write" in sys.argv:
        table.drop(columns="seconds").to_csv(TABLE, index=False, lineterminator="\n")
    largest = facts.subdistricts(table.loc[table["subdistricts"].idxmax(), "province_code"])
    begin = time.process_time()
    tile_grid(largest)
    tiles_seconds = time.process_time() - begin
    print(json.dumps({
        "bench": "provinces", "provinces": len(table), "subdistricts": int(table["subdistricts"].sum()),
        "iou_median": float(table["iou"].median()), "iou_least": float(table["iou"].min()),
        "neighbours_median": float(table["neighbours_kept"].median()),
        "seconds_median": round(float(table["seconds"].median()), 2), "seconds_most": round(float(table["seconds"].max()), 2),
        "tiles_of_most": len(largest), "tiles_seconds": round(tiles_seconds, 2),
    }))  # fmt: skip


def measure(province: str, true: gpd.GeoDataFrame) -> dict:
    """Figures of a province: counts of facts, mean intersection over union, share of true neighbours that touch."""
    places, pairs = facts.subdistricts(province), facts.adjacency(province)
    begin = time.process_time()
    drawn = schematic(places)
    seconds = time.process_time() - begin
    drawn = drawn.assign(subdistrict_code=places["subdistrict_code"].to_numpy()).set_index("subdistrict_code")
    both = drawn.index.intersection(true.index)
    ours, theirs = drawn.to_crs(PLANE).loc[both].geometry.to_numpy(), true.loc[both].geometry.to_numpy()
    common = shapely.area(shapely.intersection(shapely.make_valid(ours), shapely.make_valid(theirs)))
    iou = common / (shapely.area(ours) + shapely.area(theirs) - common)
    touching = {frozenset(pair) for pair in drawn.index.to_numpy()[touching_pairs(drawn.geometry.to_numpy())]}
    true_neighbours = [frozenset(pair) for pair in pairs[["subdistrict_code_a", "subdistrict_code_b"]].to_numpy()]
    kept = np.mean([pair in touching for pair in true_neighbours]) if true_neighbours else np.nan
    return {
        "province_code": province, "subdistricts": len(places), "without_point": int(places["lat"].isna().sum()),
        "without_population": int(places["population_2021"].isna().sum()), "villages": len(facts.villages(province)),
        "local_governments": facts.local_governments(province)["entity_code"].nunique(),
        "iou": round(float(iou.mean()), 3), "neighbours_kept": round(float(kept), 3), "seconds": round(seconds, 2),
    }  # fmt: skip


if __name__ == "__main__":
    main()
