"""Small files of two provinces for the nation's tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import shapely

HEADS = ["หน่วยงาน", "ตำบล", "อำเภอ", "จังหวัด", "โครงการ", "งบประมาณ", "ปีงบประมาณ"]
SURAT = [
    ["สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)", "ตลาด", "เมืองสุราษฎร์ธานี", "สุราษฎร์ธานี", "กองทุนสวัสดิการ", "50000", "2550"],
    ["สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)", "อ่างทอง", "เกาะสมุย", "สุราษฎร์ธานี", "กองทุนสวัสดิการ", "55000", "2550"],
    ["สำนักงานหลักประกันสุขภาพแห่งชาติ", "อ่างทอง", "เกาะสมุย", "สุราษฎร์ธานี", "กองทุนสุขภาพตำบล", "120000", "2550"],
    ["สำนักงานหลักประกันสุขภาพแห่งชาติ", "", "พนม", "สุราษฎร์ธานี", "อบรมอาสาสมัคร", "30000", "2550"],
]  # fmt: skip
NAKHON = [
    ["สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)", "ท่าดี", "ลานสกา", "นครศรีธรรมราช", "กองทุนสวัสดิการ", "7000", "2550"],
]


def csv_of(folder: Path, rows: list[list[str]], name: str) -> Path:
    """An agency's list."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *rows])
    return path


def squares(codes: list[str], west: float = 99.0, south: float = 9.0, size: float = 0.2) -> gpd.GeoDataFrame:
    """Squares in a row, edge to edge."""
    shapes = [
        shapely.box(west + size * at, south, west + size * (at + 1), south + size) for at, _code in enumerate(codes)
    ]
    table = {"subdistrict_code": codes, "province_code": [code[:2] for code in codes]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def geojson_of(path: Path, frame: gpd.GeoDataFrame) -> Path:
    """A boundary file as a person hands it in."""
    path.write_text(json.dumps(json.loads(frame[["subdistrict_code", "geometry"]].to_json())), encoding="utf-8")
    return path
