"""Pilot selection: proven optimum for the province and for a nation of 7,436 subdistricts. One JSON line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from geo.selection.selection import Choice, Wish, select
from loaders import reference

NATION, DISTRICTS = 7436, 928


def _province() -> pd.DataFrame:
    areas = reference.subdistricts()
    rng = np.random.default_rng(2550)
    heads = areas["population_2007"].astype("int64")
    return areas[["subdistrict_code", "district_code"]].assign(
        worth=rng.random(len(areas)), cost_satang=200_000_00 + 37_50 * heads
    )


def _nation() -> pd.DataFrame:
    rng = np.random.default_rng(2550)
    heads = rng.integers(1500, 20000, NATION)
    return pd.DataFrame({
        "subdistrict_code": [f"{number:06d}" for number in range(NATION)],
        "district_code": [f"{number % DISTRICTS:04d}" for number in range(NATION)],
        "worth": rng.random(NATION),
        "cost_satang": 200_000_00 + 37_50 * heads,
    })  # fmt: skip


def _figures(choice: Choice, wish: Wish) -> dict[str, object]:
    summary = choice.summary.set_index("way")
    return {
        "status": choice.status,
        "seconds": round(choice.seconds, 2),
        "worth": round(float(summary.loc["optimum", "worth"]), 4),
        "worth_simple": round(float(summary.loc["simple", "worth"]), 4),
        "places_simple": int(summary.loc["simple", "places"]),
        "left_of_budget_satang": int(wish.budget_satang or 0) - int(summary.loc["optimum", "cost_satang"]),
        "keeps_wishes": bool(summary.loc["optimum", "keeps_wishes"]),
    }


def main() -> dict[str, object]:
    """Print the figures; seconds include the check in whole satang, for the province also the price of constraints."""
    pilots = Wish(55, budget_satang=2_500_000_000, per_district=1, forced_in=("800101",), forced_out=("800106",))
    province = select(_province(), pilots)
    apart = select(_province(), Wish(30, per_district=1, neighbours="apart"), reference.adjacency(), prices=False)
    country = {}
    for choose, each in ((2000, 470_000_00), (2400, 375_000_00)):
        wish = Wish(choose, budget_satang=choose * each, per_district=1, seconds=60)
        country[str(choose)] = _figures(select(_nation(), wish, prices=False), wish)
    line: dict[str, object] = {
        "bench": "selection",
        "province_55_of_170": {
            **_figures(province, pilots),
            "prices": dict(province.prices[["constraint", "price"]].round(4).itertuples(index=False)),
        },
        "province_30_apart": {"status": apart.status, "seconds": round(apart.seconds, 2)},
        "nation_of_7436": country,
    }
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
