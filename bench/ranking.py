"""Ranking: seconds for 1,000 draws x 170 places x 12 criteria, and published indices recomputed. One JSON line."""

from __future__ import annotations

import json
import os
import statistics
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from geo.ranking.ranking import leave_one_out, rank
from geo.ranking.spec import read_spec

ROOT = Path(__file__).resolve().parent.parent
CHECKS = Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared")) / "data" / "index_checks"
PILLARS = ["Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"]
VARIANTS = {"normalisations": ["z", "minmax", "rank"], "aggregations": ["arithmetic", "geometric", "mazziotta_pareto"]}
RUNS = 3


def _crowd(units: int, criteria: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(2550)
    common = rng.normal(size=units)
    columns = {
        f"c{number}": np.where(rng.random(units) < 0.03, np.nan, common + rng.normal(size=units))
        for number in range(criteria)
    }
    return pd.DataFrame({"subdistrict_code": [f"{number:06d}" for number in range(units)], **columns})


def _seconds(units: int, classes: str, runs: int = RUNS) -> float:
    stated = {
        "criterion": [{"code": f"c{number}"} for number in range(12)],
        "classes": {"method": classes},
        "uncertainty": {"draws": 1000, **VARIANTS},
    }
    spec, data = read_spec(stated), _crowd(units)
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        rank(spec, data)
        times.append(time.perf_counter() - begin)
    return round(statistics.median(times), 3)


def _spec(name: str):
    return read_spec(tomllib.loads((ROOT / "data" / "rules" / name).read_text(encoding="utf-8")))


def _calibration() -> dict[str, float]:
    """Share of the classes with stability of at least 0.9 that are right once the missing data are known.

    A quarter of the cells is erased at random, or a third of the criteria in half of the places; the ranking of the
    complete table gives the true class. Only places with erased data count.
    """
    croatia = pd.read_csv(CHECKS / "crodi2017_inputs_published_recomputed.csv", dtype={"mb": str})
    stated = tomllib.loads((ROOT / "data" / "rules" / "index_crodi2017.toml").read_text(encoding="utf-8"))
    crowd = {"unit": "subdistrict_code", "criterion": [{"code": f"c{number}"} for number in range(12)]}
    crowd["uncertainty"] = {"draws": 1000, **VARIANTS}
    held: dict[str, list[float]] = {}
    for name, document, data in (("croatia", stated, croatia), ("crowd", crowd, _crowd(170).fillna(0.0))):
        spec = read_spec({**document, "missing": {"known_share": 0.3}})
        whole, rng = rank(spec, data, draws=0).units["class"], np.random.default_rng(17)
        for kind in ("cells", "criteria"):
            for _ in range(RUNS):
                poor = data.astype(dict.fromkeys(spec.codes, float))
                gone = rng.random((len(data), len(spec.codes))) < 0.25
                if kind == "criteria":
                    gone = (rng.random(len(data)) < 0.5)[:, None] & (rng.random(len(spec.codes)) < 0.34)
                poor[spec.codes] = poor[spec.codes].mask(gone)
                units = rank(spec, poor, draws=500).units
                firm = (units["stability"] >= 0.9) & pd.Series(gone.any(axis=1))
                kept = units["class"].eq(whole)[firm].astype(float)
                held.setdefault(f"{name}_{kind}", []).extend(kept)
    return {name: round(float(np.mean(kept)), 4) for name, kept in held.items()} | {
        f"{name}_called": len(kept) for name, kept in held.items()
    }


def main() -> dict[str, object]:
    """Median seconds and the largest differences from the published figures."""
    croatia = pd.read_csv(CHECKS / "crodi2017_inputs_published_recomputed.csv", dtype={"mb": str})
    asem = pd.read_csv(CHECKS / "asem_raw.csv")
    expected = pd.read_csv(CHECKS / "asem_expected_recomputed.csv").set_index("uCode").loc[asem["uCode"]]
    asem_ranking = rank(_spec("index_asem.toml"), asem, draws=0)
    chain = asem_ranking.groups.assign(Index=asem_ranking.units["score"].to_numpy())[expected.columns.drop("Rank")]
    croatian = rank(_spec("index_crodi2017.toml"), croatia)
    shifts = leave_one_out(_spec("index_asem.toml"), asem, PILLARS).set_index("code")["mean_rank_shift"]
    line: dict[str, object] = {
        "bench": "ranking",
        "seconds_1000x170x12_thirds": _seconds(170, "thirds"),
        "seconds_1000x170x12_natural": _seconds(170, "natural"),
        "seconds_1000x7436x12_thirds": _seconds(7436, "thirds", runs=1),
        "croatia_largest_difference": float(np.abs(croatian.units["score"] - croatia["di"]).max()),
        "croatia_units": len(croatia),
        "croatia_share_held": round(float((croatian.units["stability"] >= 0.9).mean()), 4),
        "asem_largest_difference": float((chain - expected.drop(columns="Rank")).abs().to_numpy().max()),
        "asem_ranks_right": bool((asem_ranking.units["rank"].to_numpy() == expected["Rank"].to_numpy()).all()),
        "calibration": _calibration(),
        "asem_mean_rank_shifts": {code: round(float(value), 6) for code, value in shifts.items()},
    }
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
