"""Collects the invented support rows: draws random values and prevents unplanned duplications."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np

from loaders.demo import world
from loaders.demo.items import BAAC, CARE, CODI, DLA, HEALTH, ITEMS, NHSO, SML, TRF, YOO, Item

BASES = {DLA: "dla", NHSO: "nhso", CODI: "codi", HEALTH: "thaihealth", BAAC: "baac", CARE: "psdhs",
         YOO: "province_office", SML: "province_office", TRF: "trf"}  # fmt: skip
LEVELS = {2: "province", 4: "district", 6: "subdistrict", 8: "village"}


class Ledger:
    """Support rows; an unplanned row that would repeat another funder's work is rejected."""

    def __init__(self) -> None:
        self.rows: list[dict] = []
        self._taken: dict[tuple, list[tuple]] = defaultdict(list)
        self._random = {layout: world.random(10 + number) for number, layout in enumerate(BASES)}

    def add(self, key: str, area: str, *, year: int = 2007, planted: bool = False, **overrides: object) -> bool:
        """Add one row of ``ITEMS[key]`` for an area (2, 4, 6 or 8 digits), unless it is an unplanned duplication.

        ``overrides`` replace its values. Returns whether the row was added.
        """
        item = ITEMS[key]
        rng = self._random[item.layout]
        starts_on, ends_on = _period(rng, year, steady=planted)
        row: dict[str, Any] = {
            "item": key, "layout": item.layout, "base": BASES[item.layout], "sheet": "",
            "agency": item.agency, "stream": item.stream, "theme": item.theme,
            "target_group": item.target_group, "activity_code": item.activity_code, "activity": item.activity,
            "implementer": None, "reference": None, "area_code": area,
            "area_level": LEVELS[len(area)], "starts_on": starts_on, "ends_on": ends_on, "fiscal_year": year,
            "amount_satang": 100 * _baht(rng, item), "paid_satang": None, "people_reached": _people(rng, item),
            "status": None, "cofinancing": item.cofinancing, "instead": {},
        } | overrides  # fmt: skip
        if not planted and self._repeats(row):
            return False
        place = (row["area_code"][:6], row["theme"], row["target_group"], row["activity_code"])
        self._taken[place].append((row["agency"], row["starts_on"], row["ends_on"], row["cofinancing"]))
        self.rows.append(row)
        return True

    def _repeats(self, row: dict) -> bool:
        others = self._taken[(row["area_code"][:6], row["theme"], row["target_group"], row["activity_code"])]
        return any(
            agency != row["agency"]
            and starts_on <= row["ends_on"]
            and row["starts_on"] <= ends_on
            and (scheme is None or scheme != row["cofinancing"])
            for agency, starts_on, ends_on, scheme in others
        )


def _period(rng: np.random.Generator, year: int, *, steady: bool) -> tuple[date, date]:
    """Start in October-February, end in May-September of a fiscal year; periods of ``steady`` rows always overlap."""
    starts_on = date(year - 1, 10, 1) + timedelta(days=int(rng.integers(0, 60 if steady else 150)))
    ends_on = date(year, 9, 30) - timedelta(days=int(rng.integers(0, 60 if steady else 150)))
    return starts_on, ends_on


def _baht(rng: np.random.Generator, item: Item) -> int:
    return item.low + item.step * int(rng.integers(0, (item.high - item.low) // item.step + 1))


def _people(rng: np.random.Generator, item: Item) -> int | None:
    return int(rng.integers(max(item.people // 3, 1), item.people + 1)) if item.people else None
