"""The true support rows behind the demo files: who gives what to whom, with planted patterns."""

from __future__ import annotations

from functools import cache

import pandas as pd

from loaders.demo import world
from loaders.demo.items import (  # fmt: skip
    BAAC,
    CODI,
    DLA,
    DUPLICATIONS,
    HEALTH,
    ITEMS,
    NHSO,
    SML_SIZES,
    VILLAGE_PROJECTS,
    YOO,
)
from loaders.demo.ledger import BASES, Ledger

PER_HEAD_SATANG = 3_750


@cache
def _rows() -> tuple[dict, ...]:
    ledger = Ledger()
    layered = (_duplications, _matching, _health_funds)  # first, because these places are occupied deliberately
    for fill in (*layered, _local, _codi, _thaihealth, _baac, _care, _yoo, _ceo, _sml, _trf, _strays):
        fill(ledger)
    return tuple(ledger.rows)


def support() -> pd.DataFrame:
    """All support rows; ``instead`` has what a messy row writes in place of the truth (empty: a clean row)."""
    frame = pd.DataFrame([dict(row) for row in _rows()])
    for column in ("fiscal_year", "amount_satang", "paid_satang", "people_reached"):
        frame[column] = frame[column].astype("Int64")
    frame["is_meant_for_quarantine"] = frame["instead"].map(bool)
    return frame


def planted() -> pd.DataFrame:
    """Subdistricts with a planted duplication, and the two items."""
    rows = [(code, first, second) for first, second, codes in _duplication_places() for code in codes]
    return pd.DataFrame(rows, columns=["subdistrict_code", "first_item", "second_item"])


def _duplication_places() -> list[tuple[str, str, list[str]]]:
    rng, places = world.random(1), []
    free = world.active().query("not is_town")
    for first, second, number in DUPLICATIONS:
        reported = [world.reported_districts(BASES[ITEMS[key].layout]) for key in (first, second)]
        candidates = free[free["district_code"].isin(set(reported[0]) & set(reported[1]))].index
        codes = sorted(rng.choice(candidates, number, replace=False).tolist())
        free = free.drop(codes)
        places.append((first, second, codes))
    return places


def _duplications(ledger: Ledger) -> None:
    for first, second, codes in _duplication_places():
        for code in codes:
            ledger.add(first, code, planted=True, **_extras(first, code))
            ledger.add(second, code, planted=True, **_extras(second, code))


def _extras(key: str, code: str) -> dict:
    """The implementer that an agency's sheet names for its row."""
    layout = ITEMS[key].layout
    if layout in (DLA, YOO):
        return {"implementer": world.local_government(code)}
    return {"implementer": f"เครือข่ายคนคอน ชุดที่ {int(code[-3:]) % 7 + 1}"} if layout == HEALTH else {}


def _matching(ledger: Ledger) -> None:
    """Intended layering on the 55 pilots: CODI, local government and ministry, each where it has reported."""
    for key in ("match_codi", "match_local", "match_msdhs"):
        reported = world.reported_districts(BASES[ITEMS[key].layout])
        pilots = world.places().query("is_pilot")
        for code in pilots.index[pilots["district_code"].isin(reported)]:
            ledger.add(key, code, **_extras(key, code))


def _health_funds(ledger: Ledger) -> None:
    """62 funds in 2007 and 36 more in 2008, 37.50 baht per head; the local share of 2007 is in DLA's file."""
    places = world.active()
    chosen = world.random(2).choice(places.index, 98, replace=False).tolist()
    reported = set(world.reported_districts("dla"))
    for code in sorted(chosen):
        people, satang = _fund_size(code)
        for year in (2007, 2008) if code in chosen[:62] else (2008,):
            status = "completed" if year == 2007 else "planned"
            ledger.add("health_fund", code, year=year, amount_satang=satang, people_reached=people, status=status,
                       activity=f"กองทุนหลักประกันสุขภาพ {world.local_government(code)}")  # fmt: skip
        if code in chosen[:62] and code[:4] in reported:
            share = satang // 1_000 * (100 if people < 5_000 else 200 if people < 10_000 else 500)
            ledger.add("share_local", code, amount_satang=share, **_extras("share_local", code))


def _fund_size(code: str) -> tuple[int, int]:
    people = int(world.places().at[code, "population_2007"])
    return people, people * PER_HEAD_SATANG


def _scatter(
    ledger: Ledger, what: int, keys: tuple[str, ...], base: str, mean: float, lean: float, year: int = 2007
) -> None:
    """Give every reported subdistrict a few items; ``lean`` > 0 favours strong communities, < 0 weak ones."""
    rng = world.random(what)
    for code, place in world.active(base).iterrows():
        number = int(rng.poisson(max(mean * (1 + lean * (place["strength"] - 0.5)), 0.05)))
        for key in rng.permutation(keys)[:number]:
            ledger.add(str(key), str(code), year=year, **_extras(str(key), str(code)))


def _local(ledger: Ledger) -> None:
    keys = ("road", "allowance", "allowance_disabled", "child_centre", "exercise_local", "forum_local", "waste")
    _scatter(ledger, 20, keys, "dla", 1.9, 0.3)
    _scatter(ledger, 21, keys[:4], "dla", 0.7, 0.3, year=2006)
    for row in ledger.rows:
        if row["layout"] == DLA:
            row["sheet"] = "งบ 2550" if row["fiscal_year"] == 2007 else "งบ 2549"
            row["paid_satang"] = row["amount_satang"] * (5 if row["fiscal_year"] == 2006 else 2) // 5


def _codi(ledger: Ledger) -> None:
    _scatter(ledger, 22, ("plan_process", "forum_codi", "housing"), "codi", 0.45, 1.4)
    _scatter(ledger, 23, ("plan_process",), "codi", 0.15, 1.0, year=2006)
    for number, row in enumerate(row for row in ledger.rows if row["layout"] == CODI):
        row["sheet"] = "สมทบสวัสดิการ" if row["item"] == "match_codi" else "ขบวนองค์กรชุมชน"
        row["reference"] = f"พอช.-{row['fiscal_year'] + 543}-{number + 1:03}"


def _thaihealth(ledger: Ledger) -> None:
    _scatter(ledger, 24, ("tobacco", "exercise_health", "safe_food", "healthy", "media"), "thaihealth", 0.95, 0.9)
    _scatter(ledger, 25, ("tobacco", "media", "healthy"), "thaihealth", 0.15, 0.9, year=2006)
    for key, area in (("tobacco", "8012"), ("media", "8016"), ("safe_food", "8001"), ("exercise_health", "8014"),
                      ("healthy", "8021"), ("media", "8009"), ("tobacco", "80"), ("safe_food", "80")):  # fmt: skip
        amount = 45_000_000 if len(area) == 4 else 180_000_000
        ledger.add(key, area, implementer="ประชาคมสุขภาพเมืองนคร", amount_satang=amount)
    for number, row in enumerate(row for row in ledger.rows if row["layout"] == HEALTH):
        row["reference"] = f"{row['fiscal_year'] - 1957}-{number + 1:05}"
        row["status"] = "completed" if row["fiscal_year"] == 2006 else "active"
        row["paid_satang"] = row["amount_satang"] * (2 if row["fiscal_year"] == 2006 else 1) // 2
        if number % 41 == 7:
            row["amount_satang"] = row["paid_satang"] = None  # contract not signed yet: no amount stated


def _baac(ledger: Ledger) -> None:
    _scatter(ledger, 26, ("credit", "saving", "account_baac"), "baac", 1.5, 0.8)
    for number, row in enumerate(row for row in ledger.rows if row["layout"] == BAAC):
        row["implementer"] = f"สาขาที่ {number % 9 + 1}"
        row["paid_satang"] = row["amount_satang"] // 200_000 * 50_000  # a quarter, in steps of 500 baht


def _care(ledger: Ledger) -> None:
    _scatter(ledger, 27, ("relief_care", "equipment", "family", "house_care"), "psdhs", 1.25, -0.6)
    for district in world.reported_districts("psdhs")[::2]:
        ledger.add("survey", district)


def _yoo(ledger: Ledger) -> None:
    keys = ("account_yoo", "fertiliser", "occupation", "forest", "relief_yoo", "house_yoo", "water")
    places = world.places()
    for code in places.index[places["is_swamped"]]:
        for key in keys:
            ledger.add(key, code, **_extras(key, code))
    _scatter(ledger, 28, keys, "province_office", 1.35, -0.8)
    for code in ("801201", "801214", "801601", "801401", "801501", "800801"):
        ledger.add("reef", code, **_extras("reef", code))
    for key, area in (("forest", "8021"), ("forest", "8005"), ("water", "8016"), ("occupation", "8012"),
                      ("water", "8017"), ("administration", "80"), ("account_yoo", "80")):  # fmt: skip
        ledger.add(key, area, amount_satang=120_000_000, people_reached=None, implementer="ที่ทำการปกครองอำเภอ")
    ledger.rows[-1]["implementer"] = ledger.rows[-2]["implementer"] = "สำนักงานจังหวัด"


def _ceo(ledger: Ledger) -> None:
    """The stream that ended in 2006 also reached places that nobody reaches in 2007."""
    _scatter(ledger, 29, ("ceo_fertiliser", "ceo_road", "ceo_occupation"), "province_office", 0.5, 0.0, year=2006)
    for code in world.LEFT_OUT[::3]:
        ledger.add("ceo_road", code, year=2006, **_extras("ceo_road", code))
    for row in ledger.rows:
        if row["layout"] == YOO:
            row["sheet"] = "อยู่ดีมีสุข 2550" if row["fiscal_year"] == 2007 else "CEO 2549"
            row["status"] = "completed" if row["fiscal_year"] == 2006 else "active"


def _sml(ledger: Ledger) -> None:
    """Village money in the swamped communities and about forty others, by size of the village."""
    rng = world.random(30)
    places = world.active().query("not is_town")
    swamped = places.index[places["is_swamped"]]
    others = rng.choice(places.index.difference(swamped), 40, replace=False)
    for code in sorted([*swamped, *others]):
        share = 1.0 if code in swamped else 0.75
        for village in world.villages_by_subdistrict()[code]:
            size, baht = SML_SIZES[int(rng.integers(0, len(SML_SIZES)))]
            project = VILLAGE_PROJECTS[int(rng.integers(0, len(VILLAGE_PROJECTS)))]
            if rng.random() < share:
                ledger.add("village_project", village, amount_satang=baht * 100, activity=project, size=size)


def _trf(ledger: Ledger) -> None:
    sites = (("research", "800303"), ("research", "800118"), ("research_farm", "800302"), ("research_farm", "800204"),
             ("research_sea", "801401"), ("research_sea", "801210"), ("research", "801217"), ("research", "800901"),
             ("research_sea", "8012"), ("research", "80"))  # fmt: skip
    for number, (key, area) in enumerate(sites):
        year = 2006 if number % 4 == 3 else 2007
        ledger.add(key, area, year=year, reference=f"RDG{year - 1957}-{number + 1:02}")


def _strays(ledger: Ledger) -> None:
    """Rows that must not be loaded automatically, each for another reason; most carry money."""
    for key, area, year, instead in STRAYS:
        status = "active" if ITEMS[key].layout in (YOO, HEALTH, NHSO) else None
        extra = _extras(key, area) | {"instead": instead, "status": status}
        sheet = {DLA: "งบ 2550", YOO: "อยู่ดีมีสุข 2550", CODI: "ขบวนองค์กรชุมชน"}.get(ITEMS[key].layout, "")
        if "amount" in instead:
            extra["amount_satang"] = None  # not a number, so its baht cannot be counted
        ledger.add(key, area, year=year, planted=True, sheet=sheet, **extra)


STRAYS = (
    ("waste", "800303", 2007, {"amount": "ประมาณห้าหมื่นบาท"}),
    ("health_fund", "801702", 2008, {"amount": "รอแจ้งยอดจัดสรร"}),
    ("plan_process", "800406", 2007, {"subdistrict": "กะเปีด"}),
    ("housing", "801106", 2007, {"subdistrict": "บางรูบ"}),
    ("safe_food", "801217", 2007, {"subdistrict": "ต.ปากแพรก", "district": ""}),
    ("media", "800802", 2007, {"activity_code": "กิจกรรมอื่น ๆ ตามประกาศ"}),
    ("saving", "800902", 2007, {"subdistrict": "ทุ่งสง"}),
    ("family", "800801", 2007, {"agency": "มูลนิธิไม่ปรากฏต้นสังกัด"}),
    ("relief_care", "801406", 2007, {"subdistrict": "สี่ขิก"}),
    ("water", "800709", 2007, {"theme": "6. อื่น ๆ"}),
    ("fertiliser", "800709", 2007, {"subdistrict": "หนองหงส์"}),
)
