"""Match rows of a boundary file with the register of subdistricts: by code, or by exact name within the district."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import geothai
import pandas as pd

from loaders import reference
from loaders.boundaries import columns as polygon_columns
from loaders.boundaries.columns import ENCODINGS, PREFIXES, code_digits, plain_name, recognise
from loaders.boundaries.files import RawLayer
from loaders.files.encodings import reread
from loaders.problems import Problem, Refused
from loaders.settings import FACTS_PROVINCE

NAMES = ["subdistrict_code", "name_th", "name_en", "district_code", "district_name_th", "district_name_en"]
BY_NAME_SHARE = 0.9


@cache
def _register(province: str) -> pd.DataFrame:
    if province == FACTS_PROVINCE:
        return reference.subdistricts()[NAMES]
    rows = [
        (place.code, place.name_th, place.name_en, district.code, district.name_th, district.name_en)
        for district in geothai.districts(province)
        for place in geothai.subdistricts(district.code)
    ]
    if not rows:
        raise Refused("boundary_province_unknown", value=province)
    return pd.DataFrame(rows, columns=NAMES)


def register(province: str) -> pd.DataFrame:
    """Codes and names (:data:`NAMES`) of the subdistricts of a province; raises ``Refused`` for an unknown one."""
    return _register(province).copy()


def reference_points(province: str) -> pd.DataFrame | None:
    """One point in each subdistrict (subdistrict_code, lat, lon; EPSG:4326), or ``None`` outside ``FACTS_PROVINCE``."""
    return reference.subdistricts()[["subdistrict_code", "lat", "lon"]] if province == FACTS_PROVINCE else None


def match_rows(raw: RawLayer, province: str) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Rows of the province as ``subdistrict_code``, ``row`` (1-based position in the file) and geometry, and problems.

    Raises ``Refused`` without usable code or name columns, or if the file has only other provinces.
    """
    columns = recognise(raw.frame.columns.drop("geometry"))
    codes = written_codes(raw.frame)
    problems: list[Problem] = []
    if codes is None:
        codes, problems = _codes_by_name(raw, columns, province)
    frame = gpd.GeoDataFrame(
        {"subdistrict_code": codes.to_numpy(), "row": raw.rows},
        geometry=raw.frame.geometry.to_numpy(),
    )
    here = frame["subdistrict_code"].str.startswith(province)
    if not here.any():
        others = sorted({code[:2] for code in frame["subdistrict_code"] if code})
        raise Refused("boundary_wrong_province", value=", ".join(others[:5]) or None, suggestion=province)
    unread = frame[frame["subdistrict_code"] == ""]
    problems += [Problem("boundary_row_no_code", "excluded", row=int(row)) for row in unread["row"]]
    return frame[here].reset_index(drop=True), problems


def written_codes(frame: pd.DataFrame) -> pd.Series | None:
    """:func:`loaders.boundaries.columns.written_codes` of a frame as a Series."""
    codes = polygon_columns.written_codes(frame.columns.drop("geometry"), frame.__getitem__)
    return None if codes is None else pd.Series(codes, index=frame.index, dtype=object)


def _codes_by_name(raw: RawLayer, columns: dict[str, str], province: str) -> tuple[pd.Series, list[Problem]]:
    """Codes by exact name within the district, "-" = none; refused if less than ``BY_NAME_SHARE`` of the rows match."""
    if not {"subdistrict_name", "district_name"} <= columns.keys():
        raise Refused("boundary_no_codes", value=", ".join(map(str, raw.frame.columns.drop("geometry")))[:120])
    areas = register(province)
    encoding = best_encoding(raw, columns, areas) if raw.raw_text else None
    names = {what: _names(raw.frame[columns[what]], what, encoding) for what in columns if what in PREFIXES}
    keys = list(zip(names["district_name"], names["subdistrict_name"], strict=True))
    table = pd.Series(areas["subdistrict_code"].to_numpy(), index=_register_keys(areas))
    table = table[~table.index.duplicated(keep=False)]
    codes = pd.Series([table.get(pair, "") for pair in keys], index=raw.frame.index, dtype=object)
    ours = _of_province(raw.frame, columns, names.get("province_name"), province)
    if not ours.any():
        raise Refused("boundary_wrong_province", suggestion=province)
    codes[~ours] = "-"
    if (codes[ours] != "").mean() < BY_NAME_SHARE:
        raise Refused("boundary_no_codes", value=f"{int((codes[ours] != '').sum())}/{int(ours.sum())}")
    lost = [position for position, code in enumerate(codes) if code == ""]
    problems = [Problem("boundary_name_unknown", "excluded", row=at + 1, value=" / ".join(keys[at])) for at in lost]
    if encoding and encoding != (raw.encoding or "").casefold():
        problems.append(Problem("boundary_encoding_guessed", value=encoding, suggestion=raw.encoding))
    return codes.replace({"": "-"}), problems


def _register_keys(areas: pd.DataFrame) -> list[tuple[str, str]]:
    districts = [plain_name(name, "district_name") for name in areas["district_name_th"]]
    return list(zip(districts, [plain_name(name, "subdistrict_name") for name in areas["name_th"]], strict=True))


def _names(column: pd.Series, what: str, encoding: str | None) -> list[str]:
    texts = [reread(text, encoding) if encoding and isinstance(text, str) else text for text in column]
    return [plain_name(text, what) for text in texts]


def _of_province(frame: pd.DataFrame, columns: dict[str, str], names: list[str] | None, province: str) -> pd.Series:
    """Mask of the rows of the province by its code or name; all rows if the file has neither column."""
    if "province_code" in columns:
        return frame[columns["province_code"]].map(code_digits) == province
    if names is not None:
        place = geothai.province(province)
        own_name = plain_name(place.name_th, "province_name") if place else ""
        return pd.Series([name == own_name for name in names], index=frame.index)
    return pd.Series(True, index=frame.index)


def best_encoding(raw: RawLayer, columns: dict[str, str], areas: pd.DataFrame) -> str:
    """The encoding under which most names are in the register; .cpg files are often missing or wrong."""
    names = {plain_name(name, "subdistrict_name") for name in areas["name_th"]}
    column = raw.frame[columns["subdistrict_name"]]

    def hits(encoding: str) -> int:
        return len(names.intersection(_names(column, "subdistrict_name", encoding)))

    return max(ENCODINGS, key=hits)
