"""The toy province of nine squares: three districts of three subdistricts, with known answers.

9901 | 990101 990102 990103      each square 10 km2, 1,000 x n people, 100 x n households
9902 | 990201 990202 990203      990103 is the town: it has no villages
9903 | 990301 990302 990303      990302: population not known; every other square has four villages
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from geo.coverage import heard as geo_heard

SUBDISTRICTS = [f"990{district}0{place}" for district in (1, 2, 3) for place in (1, 2, 3)]
TOWN, UNCOUNTED = "990103", "990302"
TEXT = [
    "base", "sheet", "agency_code", "agency_name", "agency_level", "implementer", "stream_code", "stream_name", "stream_kind",
    "theme_code", "target_group", "activity_code", "activity", "area_code", "area_level", "village_code", "subdistrict_code",
    "district_code", "province_code", "cofinancing", "village_codes", "shared_by", "year_shares", "year_shares_by",
]  # fmt: skip
COUNTS = ["fiscal_year", "amount_satang", "people_reached"]
COLUMNS = ["support_id", "batch_id", "row", *TEXT, "starts_on", "ends_on", *COUNTS]


def areas() -> pd.DataFrame:
    """The contract's areas frame of the nine squares."""
    rows = [
        {
            "subdistrict_code": code,
            "name_th": f"ตำบล{number}",
            "name_en": f"Square {number}",
            "district_code": code[:4],
            "district_name_th": f"อำเภอ{code[3]}",
            "district_name_en": f"Row {code[3]}",
            "villages": 0 if code == TOWN else 4,
            "population": pd.NA if code == UNCOUNTED else 1000 * number,
            "households": 100 * number,
            "area_km2": 10.0,
            "lat": 9 - 0.1 * int(code[3]),
            "lon": 99 + 0.1 * int(code[5]),
        }
        for number, code in enumerate(SUBDISTRICTS, start=1)
    ]
    kinds = {"villages": "Int64", "population": "Int64", "households": "Int64"}
    return pd.DataFrame(rows).astype(kinds)


def villages() -> pd.DataFrame:
    """Four villages in every square but the town."""
    return pd.DataFrame(
        [
            {
                "village_code": f"{code}0{moo}",
                "moo": moo,
                "name_th": f"บ้าน{moo}",
                "name_en": f"Ban {moo}",
                "subdistrict_code": code,
                "created": "",
            }
            for code in SUBDISTRICTS
            if code != TOWN
            for moo in (1, 2, 3, 4)
        ]
    )


def adjacency() -> pd.DataFrame:
    """Squares that share an edge."""
    pairs = [
        (one, other)
        for one in SUBDISTRICTS
        for other in SUBDISTRICTS
        if one < other and abs(int(one[3]) - int(other[3])) + abs(int(one[5]) - int(other[5])) == 1
    ]
    return pd.DataFrame(pairs, columns=["subdistrict_code_a", "subdistrict_code_b"]).assign(shared_border_km=3.16)


def local_governments() -> pd.DataFrame:
    """G1 = all of 990101; G2 = all of 990201 and a part of 990202; G3 = the other part of 990202."""
    links = [
        ("G1", "990101", "completely"),
        ("G2", "990201", "completely"),
        ("G2", "990202", "partially"),
        ("G3", "990202", "partially"),
    ]
    return pd.DataFrame(links, columns=["entity_code", "subdistrict_code", "coverage"])


def place_of(code: str | None) -> dict[str, str | None]:
    """The place columns of a record written at ``code``: 2, 4, 6 or 8 digits; None = no place."""
    if code is None:
        return {
            "area_code": None,
            "area_level": None,
            "village_code": None,
            "subdistrict_code": None,
            "district_code": None,
            "province_code": "99",
        }
    level = {2: "province", 4: "district", 6: "subdistrict", 8: "village"}[len(code)]
    return {
        "area_code": code,
        "area_level": level,
        "village_code": code if level == "village" else None,
        "subdistrict_code": code[:6] if len(code) >= 6 else None,
        "district_code": code[:4] if len(code) >= 4 else None,
        "province_code": code[:2],
    }


def record(place: str | None, agency: str = "a1", **values: Any) -> dict[str, Any]:
    """One support record; ``baht`` is turned into satang; what is not named takes a plain value."""
    baht = values.pop("baht", None)
    amount = pd.NA if baht is None else round(baht * 100)
    plain = {
        "batch_id": 1, "base": f"base_{agency}", "sheet": "1", "row": 2, "agency_code": agency, "agency_name": f"หน่วยงาน {agency}",
        "agency_level": "provincial", "stream_code": f"s_{agency}", "stream_name": f"กระแส {agency}", "stream_kind": "regular",
        "theme_code": "sufficiency", "target_group": "farmers", "activity_code": "training", "activity": "อบรม",
        "starts_on": dt.date(2006, 10, 1), "ends_on": dt.date(2007, 9, 30), "fiscal_year": 2007, "amount_satang": amount,
    }  # fmt: skip
    return plain | place_of(place) | values


def support(*records: dict[str, Any]) -> pd.DataFrame:
    """The contract's support frame; ``support_id`` 1, 2, 3 ... in the order given unless a record names its own."""
    rows = [{"support_id": number} | values for number, values in enumerate(records, start=1)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("starts_on", "ends_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype(dict.fromkeys(TEXT, "str") | dict.fromkeys(COUNTS, "Int64"))


def reports(*spoken: tuple[str, str] | tuple[str, str, int]) -> pd.DataFrame:
    """(base, area_code[, fiscal_year]) -> the contract's reports frame."""
    rows = [(base, area, year[0] if year else pd.NA) for base, area, *year in spoken]
    return pd.DataFrame(rows, columns=["base", "area_code", "fiscal_year"]).astype(
        {"base": "str", "area_code": "str", "fiscal_year": "Int64"}
    )


def dues(*owed: tuple[str, str] | tuple[str, str, int], **words: str) -> pd.DataFrame:
    """(base, area_code[, fiscal_year]) -> the contract's dues frame; ``words`` (functions ...) by base, comma-joined."""
    frame = reports(*owed)
    known = {
        name: [words.get(f"{base}_{name}") for base in frame["base"]] for name in ("functions", "agencies", "streams")
    }
    return frame.assign(**{name: pd.array(values, dtype="string") for name, values in known.items()})


def waiting(*rows: tuple[str, int | None]) -> pd.DataFrame:
    """(places, fiscal_year) -> rows that wait at the review desk, once for every place ("a|b") that each may be about."""
    lines = [(number, place, year) for number, (places, year) in enumerate(rows) for place in places.split("|")]
    frame = pd.DataFrame(lines, columns=["row_id", "area_code", "fiscal_year"])
    nothing = {
        name: pd.array([None] * len(frame), dtype="string") for name in ("agency_code", "stream_code", "theme_code")
    }
    days = dict.fromkeys(("starts_on", "ends_on"), pd.NaT)
    return frame.assign(**nothing, **days).astype({"area_code": "str", "fiscal_year": "Int64"})


def heard(
    *spoken: tuple, owed: list[str] | None = None, fiscal_year: int | None = None, years: tuple = (2007,)
) -> pd.DataFrame:
    """Who owes and who spoke; without ``owed`` every base that spoke owes a report about the province of every year."""
    bases = sorted({base for base, *_ in spoken}) if owed is None else owed
    return geo_heard.heard(areas(), dues(*((base, "99") for base in bases)), reports(*spoken), fiscal_year, years)


def needs(
    values: dict[str, float | None], indicator: str = "hardship_households", fiscal_year: int | None = 2007
) -> pd.DataFrame:
    """Subdistrict -> value of one indicator."""
    rows = [(code, indicator, fiscal_year, value) for code, value in values.items()]
    frame = pd.DataFrame(rows, columns=["subdistrict_code", "indicator_code", "fiscal_year", "value"])
    return frame.astype({"fiscal_year": "Int64", "value": float})
