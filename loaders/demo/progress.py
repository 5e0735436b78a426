"""True rows of the stages that communities reached year by year, and of the capital of places."""

from __future__ import annotations

from datetime import date

import pandas as pd

from loaders.demo import registers as others
from loaders.demo import world

STAGES = ("organic", "learning", "liveable", "self_reliant")
YEARS = (2006, 2007)
EVERY = 3  # every third village of a pilot is assessed, the others are unknown
CAPITAL = (  # what, kind, unit, smallest and largest number, baht of one (0: value not stated)
    ("ปราชญ์ชาวบ้าน", "people", "คน", 1, 9, 0),
    ("ป่าชุมชน", "nature", "ไร่", 20, 600, 0),
    ("วัดและมัสยิดที่เป็นศูนย์รวมใจ", "culture", "แห่ง", 1, 6, 0),
    ("ศาลาประชาคม", "built", "แห่ง", 1, 5, 250_000),
    ("ร้านค้าชุมชน", "money", "แห่ง", 1, 4, 80_000),
    ("วงแลกเปลี่ยนแรงงาน", "social", "วง", 1, 7, 0),
)


def registers() -> dict[str, pd.DataFrame]:
    """True rows by layout code, in the form of :func:`loaders.demo.registers.registers`."""
    return {"demo_stages": others.as_frame("demo_stages", _stages()), "demo_capital": others.as_frame("demo_capital", _capital())}  # fmt: skip


def _stages() -> list[dict]:
    """Villages of pilots move up the stages, a few fall back; the first stage not reached is assessed too."""
    rng, rows, places = world.random(52), [], world.places()
    for code in places.index[places["is_pilot"]]:
        for village in world.villages_by_subdistrict().get(code, [])[::EVERY]:
            level = int(rng.binomial(3, 0.15 + 0.5 * places.at[code, "strength"]))
            for year in YEARS:
                judged = STAGES[: min(level, 3) + 1]
                rows += [{"area_code": village, "stage": stage, "fiscal_year": year, "reached": "yes" if at < level else "no",
                          "said_by": "คณะทำงานขับเคลื่อนชุมชนอินทรีย์"} for at, stage in enumerate(judged)]  # fmt: skip
                level = max(0, min(4, level + int(rng.choice([-1, 0, 1], p=[0.08, 0.42, 0.5]))))
    return rows


def _capital() -> list[dict]:
    rng, rows = world.random(53), []
    for code, place in world.places().iterrows():
        for what, kind, unit, least, most, baht in CAPITAL:
            if place["is_town"] or rng.random() > 0.2 + 0.4 * place["strength"]:
                continue
            number = int(rng.integers(least, most + 1))
            rows.append({"area_code": code, "what": f"{what}ตำบล{place['name_th']}", "capital_kind": kind, "quantity": number, "unit": unit,
                         "worth_satang": number * baht * 100 if baht else None, "fiscal_year": date(2007, 1, 1).year})  # fmt: skip
    return rows
