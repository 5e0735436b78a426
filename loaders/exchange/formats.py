"""Formats for other programs: 360Giving and 3W (who does what where, with HXL tags) as CSV, subdistricts as GeoJSON.

Cells are guarded against formulas as in :mod:`loaders.exchange.cells`; amounts are baht, place codes are P-codes
(``TH801210``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from loaders import store
from loaders.areas import facts as province_facts
from loaders.boundaries.register import register
from loaders.decisions import dues
from loaders.exchange.cells import write_csv
from loaders.imports.review.may_be import read_may_be
from loaders.store import records
from loaders.store.privacy import Viewer

# Heading and HXL tag; ``data/layouts/exchange_3w.toml`` reads the same headings.
THREE_W = (
    ("Funding organisation", "#org+funder"),
    ("Implementing organisation", "#org+impl"),
    ("Sector", "#sector"),
    ("Activity", "#activity"),
    ("Activity type", "#activity+code"),
    ("Target group", "#beneficiary"),
    ("Admin 1 P-code", "#adm1+code"),
    ("Admin 1", "#adm1+name"),
    ("Admin 2 P-code", "#adm2+code"),
    ("Admin 2", "#adm2+name"),
    ("Admin 3 P-code", "#adm3+code"),
    ("Admin 3", "#adm3+name"),
    ("Admin 4 P-codes", "#adm4+code"),
    ("Start date", "#date+start"),
    ("End date", "#date+end"),
    ("Fiscal year (CE)", "#date+year"),
    ("Status", "#status"),
    ("People reached", "#reached"),
    ("Amount (THB)", "#value+thb"),
)
GRANTS = (
    "Identifier", "Title", "Description", "Currency", "Amount Awarded", "Amount Disbursed", "Award Date", "Planned Dates:Start Date",
    "Planned Dates:End Date", "Recipient Org:Identifier", "Recipient Org:Name", "Funding Org:Identifier", "Funding Org:Name",
    "Grant Programme:Code", "Grant Programme:Title", "Beneficiary Location:Name", "Beneficiary Location:Geographic Code",
    "Beneficiary Location:Geographic Code Type", "Data Source",
)  # fmt: skip
PREFIX = "kradan"
FILES = GRANTS_FILE, THREE_W_FILE, POINTS_FILE = "support_360giving.csv", "support_3w.csv", "subdistricts.geojson"


# Support, areas, local governments, expected reports, reports, quarantined rows of a province -> status and satang by
# year of each subdistrict. It is ``geo.coverage.exported``, passed in by the export command because loaders cannot
# import geo.
Judge = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], dict[str, dict]]


def write_all(
    connection: Connection, folder: Path, viewer: Viewer, province: str, judge: Judge | None = None
) -> dict[str, int]:
    """Write the three files as the viewer may see the records; returns rows by file."""
    support = store.read_support(connection, None, viewer=viewer)
    grants = grant_rows(support)
    points = features(support, province)
    if judge is not None:
        _add_coverage(connection, points, support, viewer, province, judge)
    text = json.dumps(points, ensure_ascii=False, sort_keys=True)
    (folder / POINTS_FILE).write_text(text + "\n", encoding="utf-8")
    rows = [[tag for _, tag in THREE_W], *three_w_rows(support)]
    write_csv(folder / THREE_W_FILE, [heading for heading, _ in THREE_W], map(tuple, rows))
    return {
        GRANTS_FILE: write_csv(folder / GRANTS_FILE, list(GRANTS), map(tuple, grants)),
        THREE_W_FILE: len(rows) - 1,
        POINTS_FILE: len(points["features"]),
    }


def _add_coverage(
    connection: Connection, points: dict, support: pd.DataFrame, viewer: Viewer, province: str, judge: Judge
) -> None:
    """Add ``coverage_status`` (with its year, and for every year) and ``baht_by_year`` to every subdistrict."""
    own = support[support["province_code"].eq(province).fillna(False).astype(bool)].reset_index(drop=True)
    areas = province_facts.subdistricts(province).assign(population=pd.NA, households=pd.NA)
    expected = dues.read_dues(connection, "support", province, viewer=viewer)
    reports = store.read_reports(connection, viewer=viewer)
    waiting = read_may_be(connection, "support", province, viewer=viewer)
    coverage = judge(own, areas, province_facts.local_governments(province), expected, reports, waiting)
    for feature in points["features"]:
        properties = dict(coverage[feature["id"]])
        properties["baht_by_year"] = {year: baht(satang) for year, satang in properties.pop("satang_by_year").items()}
        feature["properties"] |= properties


def baht(satang: Any) -> str | None:
    """Satang as exact decimal baht with two places; ``None`` for a missing value."""
    if satang is None or pd.isna(satang):
        return None
    whole, part = divmod(abs(int(satang)), 100)
    return f"{'-' if int(satang) < 0 else ''}{whole}.{part:02d}"


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else pd.Timestamp(value).date().isoformat()


def _names(support: pd.DataFrame) -> dict[str, str]:
    """Code -> Thai name of districts and subdistricts, for every province with records."""
    names: dict[str, str] = {}
    for province in sorted(set(support["province_code"].dropna())):
        places = register(province)
        names |= dict(zip(places["subdistrict_code"], places["name_th"], strict=True))
        names |= dict(zip(places["district_code"], places["district_name_th"], strict=True))
    return names


def three_w_rows(support: pd.DataFrame) -> list[list]:
    """One row per record; a place above the subdistrict level leaves the finer columns empty."""
    names = _names(support)
    rows = []
    for record in records(support):
        codes = [_text(record.province_code), _text(record.district_code), _text(record.subdistrict_code)]
        places = [part for code in codes for part in (f"TH{code}" if code else None, names.get(code or ""))]
        year = None if pd.isna(record.fiscal_year) else str(int(record.fiscal_year))
        people = None if pd.isna(record.people_reached) else str(int(record.people_reached))
        rows.append(
            [_text(record.agency_name) or record.agency_code, _text(record.implementer), _text(record.theme_code), _text(record.activity),
             _text(record.activity_code), _text(record.target_group), *places, _villages(record), _day(record.starts_on), _day(record.ends_on), year,
             _text(record.status), people, baht(record.amount_satang)]
        )  # fmt: skip
    return rows


def _villages(record: Any) -> str | None:
    """P-codes of a record's villages: its own, or those that a subdistrict's record lists."""
    codes = _text(record.village_codes) or _text(record.village_code)
    return codes and " ".join(f"TH{code}" for code in codes.split(","))


def grant_rows(support: pd.DataFrame) -> list[list]:
    """360Giving rows of records with an amount and a day or fiscal year (the standard requires both).

    Without a day the award date is the first day of the fiscal year. The recipient is the implementer, else the funder.
    """
    names = _names(support)
    rows = []
    for record in records(support[support["amount_satang"].notna()]):
        year_start = None if pd.isna(record.fiscal_year) else f"{int(record.fiscal_year) - 1}-10-01"
        start = _day(record.starts_on) or year_start
        if start is None:
            continue
        funder = _text(record.agency_name) or record.agency_code
        recipient, area = _text(record.implementer) or funder, _text(record.area_code)
        rows.append(
            [f"{PREFIX}-{record.support_id}", _text(record.activity) or funder, _text(record.activity) or funder, "THB", baht(record.amount_satang),
             baht(record.paid_satang), start, _day(record.starts_on), _day(record.ends_on), f"{PREFIX}-org-{recipient}", recipient,
             f"{PREFIX}-org-{record.agency_code}", funder, _text(record.stream_code), _text(record.stream_name), names.get((area or "")[:6]),
             f"TH{area}" if area else None, "COD-AB P-code" if area else None, f"{record.file_name} / {record.sheet} / {record.row}"]
        )  # fmt: skip
    return rows


def features(support: pd.DataFrame, province: str) -> dict:
    """The province's subdistricts as GeoJSON points (lon, lat) with count and baht of the records placed in each.

    ``amount_baht`` of the collection lists the fiscal years (CE) in the sums, and the number of records without one.
    """
    placed = support[support["subdistrict_code"].notna() & support["area_level"].isin(["subdistrict", "village"])]
    counted = placed.groupby("subdistrict_code").size()
    years = sorted({int(year) for year in placed["fiscal_year"].dropna()})
    undated = int(placed["fiscal_year"].isna().sum())
    satang = placed["amount_satang"].astype("Int64").groupby(placed["subdistrict_code"]).sum(min_count=1)
    named = placed["village_codes"].fillna(placed["village_code"]).str.split(",").explode().dropna()
    villages = named.groupby(placed["subdistrict_code"].reindex(named.index)).agg(lambda codes: sorted(set(codes)))
    points = []
    for place in records(province_facts.subdistricts(province)):
        code = place.subdistrict_code
        if pd.isna(place.lat):
            continue
        properties = {"subdistrict_code": code, "pcode": f"TH{code}", "name_th": place.name_th, "name_en": place.name_en,
                      "district_code": place.district_code, "records": int(counted.get(code, 0)), "amount_baht": baht(satang.get(code)),
                      "villages_named": list(villages.get(code, []))}  # fmt: skip
        point = {"type": "Point", "coordinates": [float(place.lon), float(place.lat)]}
        points.append({"type": "Feature", "id": code, "geometry": point, "properties": properties})
    # a sum without its years would be read as one year's
    adds_up = {"currency": "THB", "fiscal_years_ce": years, "records_without_a_year": undated}
    return {"type": "FeatureCollection", "amount_baht": adds_up, "features": points}
