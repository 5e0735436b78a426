"""Rudder: time of one move of a million baht, and of the proven best re-allocation. One JSON line."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd

from geo.money.rudder import Board, Move, Wish, apply, best, steerable, total
from loaders import reference

RECORDS, CHANGES, MILLION = 5_000, 20, 100_000_000


def _board() -> tuple[Board, pd.Series]:
    areas, rng = reference.subdistricts(), np.random.default_rng(2550)
    codes, themes = areas["subdistrict_code"].to_numpy(), ["care", "water", "health", "learning", "road"]
    support = pd.DataFrame({
        "support_id": range(RECORDS), "stream_code": rng.choice([f"stream_{number}" for number in range(12)], RECORDS), "agency_code": rng.choice(list("abcdef"), RECORDS),
        "theme_code": rng.choice(themes, RECORDS), "subdistrict_code": rng.choice(codes, RECORDS), "amount_satang": rng.integers(10**6, 10**8, RECORDS),
        "committed_satang": pd.NA, "paid_satang": rng.integers(0, 10**8, RECORDS), "ends_on": "2007-09-30", "fiscal_year": 2007, "cofinancing": pd.NA,
    }).astype(dict.fromkeys(("amount_satang", "committed_satang", "paid_satang"), "Int64"))  # fmt: skip
    free = {f"stream_{number}": number % 3 == 0 for number in range(12)}
    asked = [
        (what, code, theme, int(rng.integers(1, 4)), bool(rng.random() < 0.5))
        for what in ("gap", "demand")
        for code in codes
        for theme in themes
    ]
    wishes = pd.DataFrame(asked, columns=["what", "subdistrict_code", "theme_code", "count", "is_met"])
    matching = pd.DataFrame(
        [(code, "care", "z", MILLION) for code in codes],
        columns=["subdistrict_code", "theme_code", "payer", "open_satang"],
    )
    people = areas.set_index("subdistrict_code")["population_2007"].astype("int64")
    records = steerable(support, free, pd.Timestamp(2007, 2, 23).date())
    return Board(records, people, wishes, matching, {}), areas.set_index("subdistrict_code")["district_code"]


def main() -> dict[str, object]:
    """Moves are timed on a prepared board, as on the page."""
    board, districts = _board()
    pools = board.pools.sort_values(ascending=False)
    seconds, moves = [], []
    for number in range(CHANGES):
        moves.append(Move(str(pools.index[number % len(pools)]), str(districts.index[number]), "care", MILLION))
        begin = time.perf_counter()
        outcome = apply(board, moves)
        seconds.append(time.perf_counter() - begin)
        assert total(board, outcome, moves) == int(board.records["amount_satang"].sum())
    optimum = best(
        board,
        Wish(package_satang=30_000_000, per_head_satang=2_000, per_district=1, most_satang=5_000_000_000),
        districts,
    )
    line: dict[str, object] = {
        "bench": "rudder",
        "change_ms_median": round(float(np.median(seconds)) * 1000, 1),
        "change_ms_worst": round(max(seconds) * 1000, 1),
        "best_status": optimum.status,
        "best_seconds": round(optimum.seconds, 2),
        "best_openings": optimum.openings,
        "ok": max(seconds) <= 0.3 and optimum.status == "optimal" and optimum.seconds <= 10,
    }
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
