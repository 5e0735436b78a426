"""The ``match`` command: adds subdistrict codes to a CSV without changing any of its cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pandas as pd

from loaders.files import guards
from loaders.files.encodings import decode
from loaders.layouts import content
from loaders.places.matcher import Places
from loaders.places.text import name_key, plain
from loaders.problems import Refused
from loaders.settings import home_province

ADDED = ["subdistrict_code", "match_level", "accepted", "candidates"]
HEADINGS = {
    "subdistrict": ("subdistrict", "subdistrict name", "tambon", "tambon th", "tambon t", "ตำบล", "ชื่อตำบล", "ตำบล/แขวง", "แขวง/ตำบล", "แขวง"),
    "district": ("district", "district name", "amphoe", "amphoe th", "amphoe t", "อำเภอ", "ชื่ออำเภอ", "อำเภอ/เขต", "เขต/อำเภอ", "เขต"),
    "province": ("province", "province name", "changwat", "changwat th", "changwat t", "จังหวัด", "ชื่อจังหวัด"),
    "place_code": (
        "place code", "subdistrict code", "tambon code", "tambon id", "ta id", "adm3 pcode", "code in source",
        "รหัสตำบล", "รหัสพื้นที่", "รหัสตำบล/แขวง",
    ),
    "moo": ("moo", "หมู่", "หมู่ที่", "เลขหมู่"),
    "village": ("village", "village name", "หมู่บ้าน", "ชื่อหมู่บ้าน", "บ้าน"),
    "place_text": ("place text", "place", "address", "location", "สถานที่", "ที่อยู่", "ที่ตั้ง", "พื้นที่", "พื้นที่ดำเนินการ"),
}  # fmt: skip


def _heading_key(heading: str) -> str:
    return name_key(plain(heading)).replace("/", "").removeprefix("raw")


def guess_columns(headings: list[str]) -> dict[str, int]:
    """Our column -> position of a heading that means it; of several the first by the alias list."""
    keys = [_heading_key(heading) for heading in headings]
    columns = {}
    for column, aliases in HEADINGS.items():
        keys_of_aliases = [_heading_key(alias) for alias in aliases]
        if hits := [keys_of_aliases.index(key) * 1000 + at for at, key in enumerate(keys) if key in keys_of_aliases]:
            columns[column] = min(hits) % 1000
    return columns


def _given(headings: list[str], column: str, heading: str) -> int:
    plain_headings = [plain(heading) for heading in headings]
    if plain(heading) not in plain_headings:
        raise Refused("match_column_missing", column=column, value=heading, suggestion=", ".join(headings)[:200])
    return plain_headings.index(plain(heading))


def _columns(headings: list[str], answers: dict[str, str | None], body: list[list[str]]) -> dict[str, int]:
    """Columns named by the person, else by alias list, else by cell content; a single column is taken as the place."""
    columns = guess_columns(headings)
    columns |= {column: _given(headings, column, heading) for column, heading in answers.items() if heading}
    if not columns and len(headings) == 1:
        return {"place_text": 0}
    if not columns:
        frame = pd.DataFrame(body, columns=range(len(headings)), dtype="str")
        columns = {column: int(by_content[0]) for column, by_content in content.places(frame, {}, ())[0].items()}
    if not columns:
        raise Refused("match_no_place_column", value=", ".join(headings)[:200])
    return columns


def _read(path: Path) -> tuple[list[list[str]], str, str]:
    """Rows padded to equal length, the delimiter, the encoding. No cell is dropped."""
    if path.is_file() and (kind := guards.check(path)) != "text":
        raise Refused("match_needs_csv", value=kind)
    try:
        text, encoding, _ = decode(path.read_bytes())
    except OSError as error:
        raise Refused("file_unreadable", value=str(path)) from error
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refused("file_unreadable", value=str(error)) from error
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise Refused("file_empty", value=path.name)
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows], delimiter, encoding


def _added_headings(headings: list[str]) -> list[str]:
    return [f"matched_{name}" if name in headings else name for name in ADDED]


def match_file(
    in_path: str | Path,
    out_path: str | Path,
    subdistrict: str | None = None,
    district: str | None = None,
    province: str | None = None,
) -> dict:
    """Add ``subdistrict_code``, ``match_level``, ``accepted`` and ``candidates`` to a CSV file.

    Parameters
    ----------
    in_path, out_path : input in UTF-8, UTF-16 or CP874; output in UTF-8 with the same delimiter, rows and columns.
    subdistrict, district, province : headings of the place columns; guessed when not given.
        Without a province column all rows are taken to be of the home province (``KRADAN_PROVINCE``).

    Returns
    -------
    dict
        ``rows``, ``accepted``, counts by ``evidence`` and by ``problems``, ``columns`` (which heading was read as
        what), ``encoding``.

    ``match_level`` is the evidence (see :mod:`loaders.places.matcher`). ``accepted`` is ``true`` only with a
    ``subdistrict_code``: a row that names only a district or a province has none. An added heading that exists in the
    file gets the prefix ``matched_``.

    Raises
    ------
    Refused
        ``match_no_place_column``, ``match_column_missing``, ``match_needs_csv``, ``match_out_not_written``,
        ``file_unreadable``, or a code of ``guards.check`` (``file_empty``, ``file_kind_unsupported``, ...).
    """
    rows, delimiter, encoding = _read(Path(in_path))
    headings = rows[0]
    body = rows[1:]
    columns = _columns(headings, {"subdistrict": subdistrict, "district": district, "province": province}, body)
    frame = pd.DataFrame({column: [row[at] for row in body] for column, at in columns.items()}, dtype="str")
    places = Places.national(home=None if "province" in columns else home_province())
    result = places.match_frame(frame)
    settled = (result["is_accepted"] & result["subdistrict_code"].notna()).tolist()
    codes = result["subdistrict_code"].fillna("").tolist()
    added = zip(
        codes,
        result["match_evidence"],
        ["true" if is_settled else "false" for is_settled in settled],
        result["candidates"],
        strict=True,
    )
    try:
        with Path(out_path).open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
            writer.writerow(headings + _added_headings(headings))
            writer.writerows(row + list(cells) for row, cells in zip(body, added, strict=True))
    except OSError as error:
        raise Refused("match_out_not_written", value=str(out_path)) from error
    return {
        "rows": len(body),
        "accepted": sum(settled),
        "evidence": dict(sorted(Counter(result["match_evidence"]).items())),
        "problems": dict(sorted(Counter(result["problem"].dropna()).items())),
        "columns": {column: headings[at] for column, at in columns.items()},
        "encoding": encoding,
    }
