"""True rows of the other registers: plans, welfare funds, contributions, groups, needs, strength, roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from loaders.demo import world
from loaders.demo.items import ONE_TO_ONE
from loaders.demo.support import support

PRIORITIES = ("sufficiency", "community", "ecology", "hardship", "basic_services", "health", "welfare_fund")
USUAL = (0.26, 0.14, 0.12, 0.14, 0.18, 0.08, 0.08)
LEFT_OUT_WISHES = (0.12, 0.06, 0.30, 0.28, 0.18, 0.04, 0.02)
COHORTS = {1: 2004, 2: 2005, 3: 2006}  # cohort -> year of the plan
FUND_YEARS = (2006, 2007)
COMMUNITY_SATANG = 5_000_000  # 50,000 baht, the proposed contribution of a community
NEEDS = {"hardship_households": 0.075, "elderly_alone": 0.045, "disabled_people": 0.05, "indebted_households": 0.42}
NEEDS_MISSING = (
    "800102", "800415", "800705", "801104", "801105", "801205", "801303", "801605",
    "801704", "801803", "801906", "802301",
)  # fmt: skip
STRENGTH_MISSING = 18
GROUPS = (
    ("กลุ่มออมทรัพย์เพื่อการผลิต", "group", "livelihood_credit", 220), ("กลุ่มสัจจะวันละบาท", "group", "welfare_fund", 300),
    ("กลุ่มแม่บ้านเกษตรกร", "group", "sufficiency", 45), ("กลุ่มอนุรักษ์ป่าชุมชน", "group", "ecology", 60),
    ("ชมรมผู้สูงอายุ", "organisation", "hardship", 180), ("ชมรม อสม.", "organisation", "health", 90),
    ("สภาองค์กรชุมชน", "organisation", "community", 35), ("ศูนย์เรียนรู้ชุมชน", "organisation", "learning", 40),
)  # fmt: skip
NETWORKS = (  # name, theme, area (empty: no single area, remains not placed), members
    ("เครือข่ายยมนา", "livelihood_credit", "", 420), ("เครือข่ายสวัสดิการชุมชนจังหวัด", "welfare_fund", "", 11_500),
    ("เครือข่ายแผนแม่บทชุมชน 4 ภาค (ส่วนภาคใต้)", "community", "", 260), ("เครือข่ายลุ่มน้ำปากพนัง", "ecology", "", 640),
    ("เครือข่ายสวนสมรมเขาหลวง", "sufficiency", "", 310), ("เครือข่ายสื่อพื้นบ้านเมืองคอน", "learning", "", 75),
    ("เครือข่ายผู้สูงอายุฝั่งอ่าวไทย", "hardship", "", 980), ("เครือข่ายประมงพื้นบ้านอำเภอท่าศาลา", "ecology", "8008", 350),
    ("เครือข่ายคนเลี้ยงผึ้งอำเภอลานสกา", "sufficiency", "8003", 85),
    ("เครือข่ายออมทรัพย์อำเภอชะอวด", "livelihood_credit", "8007", 1_450),
    ("เครือข่ายป่าต้นน้ำนบพิตำ", "ecology", "8021", 210), ("เครือข่ายสุขภาพอำเภอสิชล", "health", "8014", 260),
    ("เครือข่ายแพรกเมือง หัวไทร", "community", "801601", 120), ("เครือข่ายไม้เรียง", "learning", "800405", 540),
)  # fmt: skip
ROLES = (  # role, label, probability that it is filled
    ("sponsor", "คุณเอื้อ", 0.75), ("facilitator", "คุณอำนวย", 0.85),
    ("coordinator", "คุณประสาน", 0.55), ("leader", "ผู้นำชุมชน", 0.9),
)  # fmt: skip


def registers() -> dict[str, pd.DataFrame]:
    """True rows of every register but support, by layout code; ``area_code`` is the true place ("" = not placed)."""
    return {layout: _frame(layout).copy() for layout in BUILDERS}


@cache
def _frame(layout: str) -> pd.DataFrame:
    return as_frame(layout, BUILDERS[layout]())


def as_frame(layout: str, rows: list[dict]) -> pd.DataFrame:
    """Rows of one layout with the common columns: ``layout``, ``sheet``, ``instead``, ``is_meant_for_quarantine``."""
    frame = pd.DataFrame(rows)
    frame["layout"] = layout
    if "sheet" not in frame:
        frame["sheet"] = ""
    if "instead" not in frame:
        frame["instead"] = None
    frame["instead"] = [row if isinstance(row, dict) else {} for row in frame["instead"]]
    frame["is_meant_for_quarantine"] = frame["instead"].map(bool)
    return frame


def _village_plans() -> list[dict]:
    rng, places = world.random(40), world.places()
    rows = []
    for village in world.villages()["village_code"]:
        place = places.loc[village[:6]]
        cohort = 1 + int(rng.choice(3, p=_cohort_odds(place["strength"])))
        exists = bool(rng.random() < 0.97 - 0.25 * (place["strength"] < 0.25))
        wishes = _wishes(rng, place["is_left_out"], 1 + int(rng.integers(0, 3)))
        year = COHORTS[cohort] if exists else None
        rows.append({"area_code": village, "cohort": cohort, "plan_year": year, "plan_exists": exists,
                     "priority_theme": wishes})  # fmt: skip
    return rows


def _cohort_odds(strength: float) -> tuple[float, float, float]:
    """Strong communities planned first."""
    first = 0.15 + 0.35 * strength
    return first, 0.35, 0.65 - first


def _wishes(rng: np.random.Generator, is_left_out: bool, number: int) -> str:
    chosen = rng.choice(PRIORITIES, number, replace=False, p=LEFT_OUT_WISHES if is_left_out else USUAL)
    return ",".join(sorted(chosen, key=PRIORITIES.index))


def _subdistrict_plans() -> list[dict]:
    """All 170 subdistricts; the booklet is held for 24 of them, mostly pilots."""
    rng, places = world.random(41), world.places()
    pilots = rng.choice(places.index[places["is_pilot"]], world.BOOKLETS - 5, replace=False)
    others = rng.choice(places.index[~places["is_pilot"] & ~places["is_town"]], 5, replace=False)
    held = {*pilots, *others}
    rows = []
    for code, place in places.iterrows():
        exists = code in held or bool(not place["is_town"] and rng.random() < 0.3 + 0.5 * place["strength"])
        rows.append({"area_code": code, "plan_exists": exists, "booklet_held": code in held,
                     "plan_year": int(rng.integers(2004, 2007)) if exists else None,
                     "priority_theme": _wishes(rng, place["is_left_out"], 2)})  # fmt: skip
    return rows


def _welfare_funds() -> list[dict]:
    """55 pilots, two years; some grow, some shrink, some help nobody in hardship: cases for matching funds rules."""
    rng, rows = world.random(42), []
    for code, place in world.places().query("is_pilot").iterrows():
        founded = date(2003, 1, 1) + timedelta(days=int(rng.integers(0, 1_000)))
        members = round(float(place["population_2007"]) * (0.03 + 0.12 * place["strength"]) * rng.uniform(0.8, 1.2))
        hardship = 0 if rng.random() < 0.15 else max(5, round(members * rng.uniform(0.02, 0.07)))
        for year, growth in zip(FUND_YEARS, (1.0, rng.uniform(0.93, 1.35)), strict=True):
            number = round(members * growth)
            rows.append({"area_code": code, "fund_name": f"กองทุนสวัสดิการชุมชนตำบล{place['name_th']}",
                         "founded_on": founded, "fiscal_year": year, "members": number,
                         "savings_satang": number * int(rng.integers(240, 420)) * 100,
                         "hardship_members": hardship, "sheet": f"สิ้นปี {year + 543}"})  # fmt: skip
    return rows


def _contributions() -> list[dict]:
    """What the four sources promised and paid; the promises equal those of the support rows."""
    rng, rows = world.random(43), []
    matching = support()
    matching = matching[matching["cofinancing"] == ONE_TO_ONE]
    promises = [(row.area_code, row.agency, row.amount_satang) for row in matching.itertuples()]
    promises += [(code, "community", COMMUNITY_SATANG) for code in world.places().query("is_pilot").index]
    for code, source, promised in sorted(promises):
        agency_share = float(rng.choice([0, 0.5, 1.0], p=[0.3, 0.2, 0.5]))
        share = {"community": rng.uniform(0.6, 1.1), "codi": 1.0}.get(source, agency_share)
        received = int(promised * share) // 100_00 * 100_00
        received_on = date(2006, 11, 1) + timedelta(days=int(rng.integers(0, 110)))
        rows.append({"area_code": code, "source": source, "fiscal_year": 2007, "promised_satang": int(promised),
                     "received_satang": received, "received_on": received_on if received else None})  # fmt: skip
    stray = {"source": "", "promised_satang": 2_000_000, "received_satang": 0, "received_on": None}
    return [*rows, rows[-1] | stray | {"instead": {"source": "ผู้มีจิตศรัทธา (ไม่ระบุชื่อ)"}}]


def _organisations() -> list[dict]:
    rng, rows = world.random(44), []
    for code, place in world.places().iterrows():
        number = int(rng.binomial(len(GROUPS), 0.1 + 0.3 * place["strength"]))
        villages = [int(village[6:]) for village in world.villages_by_subdistrict().get(code, [])]
        for index in sorted(rng.choice(len(GROUPS), number, replace=False)):
            name, kind, theme, members = GROUPS[index]
            chosen = sorted(rng.choice(villages, min(3, len(villages)), replace=False).tolist()) if villages else []
            rows.append({"area_code": code, "organisation_name": f"{name}ตำบล{place['name_th']}",
                         "organisation_kind": kind, "theme": theme,
                         "members": max(8, round(members * rng.uniform(0.4, 1.5))),
                         "village_list": ", ".join(f"ม.{moo}" for moo in chosen) or None})  # fmt: skip
    rows += [{"area_code": area, "organisation_name": name, "organisation_kind": "network", "theme": theme,
              "members": members, "village_list": None} for name, theme, area, members in NETWORKS]  # fmt: skip
    return rows


def _needs() -> list[dict]:
    """Counts per subdistrict: twelve did not report, a few cells are empty, one row has the code of a namesake."""
    rng, rows = world.random(45), []
    for code, place in world.places().iterrows():
        if code in NEEDS_MISSING:
            continue
        weight = (1.5 - place["strength"]) * (1.3 if place["is_left_out"] else 1.0)
        row = {"area_code": code, "fiscal_year": 2007}
        for indicator, rate in NEEDS.items():
            unknown = rng.random() < 0.03
            count = max(round(float(place["households_2007"]) * rate * weight * rng.uniform(0.75, 1.25)), 0)
            row[f"value:{indicator}"] = None if unknown else count
        rows.append(row)
    rows[next(i for i, row in enumerate(rows) if row["area_code"] == "801217")]["instead"] = {"place_code": "800901"}
    return rows


def _strength() -> list[dict]:
    rng, places = world.random(46), world.places()
    missing = set(rng.choice(places.index, STRENGTH_MISSING, replace=False))
    rows = []
    for code, place in places[~places.index.isin(missing)].iterrows():
        level = place["strength"]
        saving = np.clip(4 + 38 * level + rng.normal(0, 4), 0, 60)
        meetings = np.clip(2 + 18 * level + rng.normal(0, 2), 0, 24)
        leaders = np.clip(3 + 30 * level + rng.normal(0, 4), 0, 50)
        done = np.clip(10 + 70 * level + rng.normal(0, 9), 0, 100)
        rows.append({"area_code": code, "fiscal_year": 2007, "value:savings_members_percent": round(float(saving), 1),
                     "value:meetings_per_year": round(meetings), "value:trained_leaders": round(leaders),
                     "value:plan_activities_done_percent": round(float(done), 1)})  # fmt: skip
    return rows


def _roles() -> list[dict]:
    """Invented labels instead of people; a role without a name is vacant."""
    rng, rows = world.random(47), []
    places = world.places()
    for code, place in places[places["is_pilot"] | places["is_swamped"]].iterrows():
        for role, label, odds in ROLES:
            filled = rng.random() < odds * (0.5 + place["strength"] / 2)
            person = f"{label} ตำบล{place['name_th']} (สมมติ)" if filled else None
            home = world.local_government(code) if role == "sponsor" else f"เครือข่ายตำบล{place['name_th']}"
            rows.append({"area_code": code, "role": role, "person": person, "organisation_name": home})
    rng = world.random(51)  # its own stream keeps the other rows unchanged
    for code, place in places[places["is_pilot"]].iterrows():
        person = f"คุณกิจ ตำบล{place['name_th']} (สมมติ)" if rng.random() < 0.7 else None
        home = f"กลุ่มออมทรัพย์ตำบล{place['name_th']}"
        rows.append({"area_code": code, "role": "practitioner", "person": person, "organisation_name": home})
    return rows


BUILDERS: dict[str, Callable[[], list[dict]]] = {
    "demo_codi_welfare_funds": _welfare_funds,
    "demo_codi_contributions": _contributions,
    "demo_cdd_village_plans": _village_plans,
    "demo_cdd_subdistrict_plans": _subdistrict_plans,
    "demo_cdd_organisations": _organisations,
    "demo_needs": _needs,
    "demo_strength": _strength,
    "demo_role_holders": _roles,
}
