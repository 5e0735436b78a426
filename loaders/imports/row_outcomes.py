"""Give every row of a sheet its outcome: loaded, or quarantined or excluded with a reason."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from loaders import reference
from loaders.imports import other_columns
from loaders.imports.account import SheetResult, control_totals, money
from loaders.layouts.cells import no_support
from loaders.layouts.layout import PLACE, Layout
from loaders.layouts.values import Read, Words, read_rows
from loaders.places import coordinates as points
from loaders.places.matcher import Places
from loaders.places.text import CAPITAL, EMPTY, name_key, read_cell, split_places
from loaders.sheets.read import Sheet
from loaders.thai import arabic_digits

OUTSIDE = "outside_province"
OUTSIDE_COUNTRY = points.OUTSIDE_COUNTRY
NO_PLACE = "no_place_named"
NO_VALUE = "no_value"
HIDDEN = "hidden_sheet"
DECIDED = "__decided"  # heading of a place that a person decided
ELSEWHERE = {OUTSIDE, points.OUTSIDE_COUNTRY}
LONGEST_PLACE = 4_000  # letters of a cell that are searched for a place
AREA_WORD = r"ตำบล|แขวง|อำเภอ|เขต|จังหวัด|กรุงเทพ|(?:^|\s)(?:ต|อ|จ)\."
LOST_VOWELS = {"ตำบล": "ต[าํ]+ บล|ต[าํ]{1,2}บล", "อำเภอ": "อ[าํ]{1,2} ?เภอ", "จังหวัด": "จ(?:ั?ง|งั)หว(?:ัด|ดั|ด)(?!ั)"}
FOREIGN_CODE = re.compile(r"(?!TH)[A-Z]{2,3}\d{2,12}")
TITLE_PROVINCE = re.compile(r"จังหวัด\s*([ก-๎]+)")


def nothing_for_the_board(sheet: Sheet, layout: Layout) -> SheetResult:
    """A sheet with nothing to load: all rows are excluded, with the reason."""
    outcome = pd.Series("excluded", index=sheet.frame.index, dtype=object)
    reason = pd.Series(layout.refuse, index=sheet.frame.index, dtype=object)
    nobody = pd.DataFrame({"is_accepted": pd.Series(False, index=sheet.frame.index)})
    empty = Read(pd.DataFrame(index=sheet.frame.index), pd.DataFrame(index=sheet.frame.index))
    return SheetResult(
        sheet, layout, empty, nobody, outcome, reason, pd.Series(0, index=sheet.frame.index, dtype=object)
    )


def account(
    sheet: Sheet, layout: Layout, places: Places, title_texts: list[str], registered: Words | None = None
) -> SheetResult:
    """Match the place of every row of a sheet and give it an outcome."""
    if "province" not in {*layout.columns, *layout.constants} and (province := _title_province(title_texts, places)):
        layout = replace(layout, constants=layout.constants | {"province": province})
    read = read_rows(sheet.frame, layout, sheet.name, registered)
    for column in read.place:
        if read.place[column].str.len().max() > LONGEST_PLACE:
            read.place[column] = read.place[column].str.slice(0, LONGEST_PLACE)
    if "place_text" in read.place:
        read.place["place_text"] = _spelled_out(read.place["place_text"])
    matched = _with_points(read.place, _with_offices(read.place, places.match_frame(read.place)), layout, places.home)
    if layout.register == "indicator":
        matched = _with_municipalities(read.place, matched)
    if DECIDED not in sheet.frame:
        nameless = ~matched["is_accepted"].astype(bool) & _names_nothing(read.place, matched)
        matched = other_columns.look(sheet.frame, layout, read.place, matched, nameless, places)
    outcome = pd.Series("loaded", index=sheet.frame.index, dtype=object)
    reason = pd.Series("", index=sheet.frame.index, dtype=object)

    def mark(rows: pd.Series, kind: str, code: pd.Series | str) -> None:
        marked = rows.to_numpy(dtype=bool)  # by position, because a boolean Series would be aligned first
        if marked.any():
            outcome.iloc[marked] = kind
            reason.iloc[marked] = code.to_numpy()[marked] if isinstance(code, pd.Series) else code

    accepted = matched["is_accepted"].astype(bool)
    nameless = ~accepted & _names_nothing(read.place, matched)
    mark(~accepted & ~nameless, "quarantined", matched["problem"].fillna("place_unknown"))
    without = {"load": "loaded", "exclude": "excluded"}.get(layout.without_place, "quarantined")
    if without != "loaded":
        mark(nameless, without, NO_PLACE)
    mark(accepted & matched["province_code"].ne(places.home), "excluded", OUTSIDE)
    away = _elsewhere(read.place, matched, places)
    mark(away.notna() & outcome.eq("quarantined"), "excluded", away)
    if layout.without_value == "exclude":
        mark(_valueless(read) & outcome.ne("excluded"), "excluded", NO_VALUE)
    bad = pd.Series(outcome.index.isin(list(read.bad)), index=outcome.index) & outcome.ne("excluded")
    codes = pd.Series({row: problem.code for row, problem in read.bad.items()}, dtype=object)
    mark(bad, "quarantined", codes.reindex(outcome.index))
    _doubted(sheet, read, outcome, reason)
    no_row = _no_support(sheet, layout, read)
    for row, code in no_row.items():
        if outcome[row] != "excluded":
            outcome[row], reason[row] = ("quarantined" if code == no_support.CONTRADICTED else "excluded"), code
    for row in sheet.left_out & set(outcome.index):
        outcome[row], reason[row] = "excluded", sheet.aside[row]
    if sheet.hidden:
        mark(pd.Series(True, index=outcome.index), "excluded", HIDDEN)
    result = SheetResult(sheet, layout, read, matched, outcome, reason, money(read, layout))
    result.control_totals = control_totals(result)
    return result


def _no_support(sheet: Sheet, layout: Layout, read: Read) -> dict[int, str]:
    """Row -> reason for rows that state no support; their other problems are dropped."""
    places = {heading for ours in PLACE for heading in layout.columns.get(ours, ())}
    reasons = no_support.rows(sheet.frame, layout, read.values, read.bad, places)
    settled = {row for row, code in reasons.items() if code != no_support.CONTRADICTED}
    read.problems = [problem for problem in read.problems if problem.row not in settled]
    read.bad = {row: problem for row, problem in read.bad.items() if row not in settled}
    return reasons


def leave_out(result: SheetResult, rows: Collection[int], reason: str) -> None:
    """Exclude rows with a reason, whatever their outcome was."""
    chosen = result.outcome.index.isin(list(rows))
    if chosen.any():
        result.outcome.iloc[chosen], result.reason.iloc[chosen] = "excluded", reason


def _spelled_out(texts: pd.Series) -> pd.Series:
    """Restore level words that lost their vowels in a PDF."""
    for word, lost in LOST_VOWELS.items():
        texts = texts.str.replace(lost, word, regex=True)
    return texts


def _doubted(sheet: Sheet, read: Read, outcome: pd.Series, reason: pd.Series) -> None:
    """Quarantine loaded rows that the file reader doubted."""
    for problem in sheet.problems:
        row = problem.row
        if problem.severity == "quarantined" and row is not None and row in outcome.index and outcome[row] == "loaded":
            outcome[row], reason[row] = "quarantined", problem.code
            read.bad.setdefault(row, problem)


def _names_nothing(place: pd.DataFrame, matched: pd.DataFrame) -> pd.Series:
    """Rows that name no place at all: empty place cells, or free text without a word for an area."""
    empty = matched["problem"].isin(["place_empty", NO_PLACE])
    if "place_text" not in place or not set(place.columns) <= {"place_text", "province", "named_in"}:
        return empty
    named = place["province"].str.strip().ne("") if "province" in place else pd.Series(False, index=place.index)
    return empty | (
        matched["problem"].eq("place_not_found").fillna(False).astype(bool)
        & ~place["place_text"].str.contains(AREA_WORD)
        & ~named
    )


def _valueless(read: Read) -> pd.Series:
    values = [column for column in read.values if column == "value" or column.startswith("value:")]
    return read.values[values].isna().all(axis=1)


def _title_province(texts: list[str], places: Places) -> str | None:
    """The one province that the title names; for sheets without a province column."""
    codes: set[str] = set()
    for name in (name for text in texts for name in TITLE_PROVINCE.findall(text)):
        codes |= places.look.starting(name)
    return places.book.areas[codes.pop()].name_th if len(codes) == 1 else None


def _with_offices(place: pd.DataFrame, matched: pd.DataFrame) -> pd.DataFrame:
    """Accept codes of local governments where a subdistrict code is expected."""
    if "place_code" not in place:
        return matched
    register = reference.local_governments()
    districts = register.groupby("entity_code")["subdistrict_code"].agg(lambda codes: "|".join(sorted(set(codes))))
    written = place["place_code"].str.strip()
    rows = matched.index[~matched["is_accepted"].astype(bool) & written.isin(districts.index)]
    for row in rows:
        codes = districts[written[row]].split("|")
        district = {code[:4] for code in codes}
        alone = len(codes) == 1
        matched.loc[row, ["area_code", "area_level"]] = [
            codes[0] if alone else written[row],
            "subdistrict" if alone else "local_government",
        ]
        matched.loc[row, "subdistrict_code"] = codes[0] if alone else None
        matched.loc[row, ["district_code", "province_code"]] = [
            district.pop() if len(district) == 1 else None,
            codes[0][:2],
        ]
        matched.loc[row, ["match_evidence", "is_accepted", "candidates", "problem"]] = [
            "local_government",
            True,
            "|".join(codes),
            None,
        ]
    return matched


def _with_municipalities(place: pd.DataFrame, matched: pd.DataFrame) -> pd.DataFrame:
    """Municipal codes of a survey: placed at the municipality, in its district, without a subdistrict."""
    rows = matched.index[matched["problem"].eq("place_code_municipal").fillna(False)]
    codes = place.loc[rows, "place_code"].map(arabic_digits).str.strip().str.removesuffix(".0") if len(rows) else []
    for row, code in zip(rows, codes, strict=True):
        named = [
            "area_code",
            "area_level",
            "district_code",
            "province_code",
            "match_evidence",
            "is_accepted",
            "problem",
        ]
        matched.loc[row, named] = [code, "local_government", code[:4], code[:2], "local_government", True, None]
    return matched


def _with_points(place: pd.DataFrame, matched: pd.DataFrame, layout: Layout, province: str) -> pd.DataFrame:
    """Rows without a written place but with coordinates: the area that contains the point."""
    if not {"latitude", "longitude"} <= set(place.columns):
        return matched
    empty = matched["problem"].eq("place_empty").fillna(False).astype(bool) & ~matched["is_accepted"].astype(bool)
    if not empty.any():
        return matched
    for row, located in points.locate(place[empty], layout.codes.get("precision"), province).items():
        if located.code is None:
            matched.loc[row, ["problem", "candidates"]] = [located.problem, located.candidates]
            continue
        code = located.code
        level = {6: "subdistrict", 4: "district", 2: "province"}[len(code)]
        parents = [code if level == "subdistrict" else None, code[:4] if len(code) >= 4 else None, code[:2]]
        matched.loc[row, ["area_code", "area_level"]] = [code, level]
        matched.loc[row, ["subdistrict_code", "district_code", "province_code"]] = parents
        matched.loc[row, ["match_evidence", "is_accepted", "problem"]] = ["point", True, None]
    return matched


def _elsewhere(place: pd.DataFrame, matched: pd.DataFrame, places: Places) -> pd.Series:
    """The reason per row for unsettled rows that are clearly outside this province, else NA."""
    home, by_cells = places.home, {}
    away = matched["problem"].where(matched["problem"].isin(list(ELSEWHERE)))
    columns = [
        place[name] if name in place else pd.Series("", index=place.index)
        for name in ("province", "place_text", "subdistrict", "place_code")
    ]
    is_open = ~matched["is_accepted"].astype(bool) & away.isna()
    reasons = []
    for key in zip(*(cells[is_open].tolist() for cells in (*columns, matched["candidates"])), strict=True):
        if key not in by_cells:
            *written, candidates = key
            by_cells[key] = _reason_away(*written, str(candidates or ""), home, places)
        reasons.append(by_cells[key])
    if reasons:
        away.iloc[is_open.to_numpy()] = reasons
    return away


def _reason_away(
    province: str, text: str, subdistrict: str, code: str, candidates: str, home: str, places: Places
) -> str | None:
    if FOREIGN_CODE.fullmatch(code.strip()):
        return points.OUTSIDE_COUNTRY
    column = _provinces(province, places)
    named = set(column)
    for parts in split_places(text) + split_places(subdistrict):
        named |= (
            _provinces(parts.province, places) or places.look.starting(name_key(parts.province)) or column or {home}
        )
    listed = {candidate[:2] for candidate in candidates.split("|") if candidate}
    if not named and CAPITAL.search(text):
        named = {"10"}
    spoken_elsewhere = bool(named) and home not in named
    return OUTSIDE if spoken_elsewhere and (not listed or home not in listed) else None


def _provinces(written: str, places: Places) -> set[str]:
    cell = read_cell(written, "province")
    return set(places.look.provinces(cell)[0]) if cell is not EMPTY else set()
