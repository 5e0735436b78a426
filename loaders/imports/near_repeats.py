"""Near repeats: support lines of one place, fiscal year and amount with similar words, in one file or in two.

Reported with evidence before anything is stored, never decided by the program: a person decides at the review desk
whether two lines are the same money (:mod:`loaders.imports.review.near_repeats`).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import pandas as pd
from rapidfuzz import fuzz
from sqlalchemy import Connection, Select, func, select

from loaders import thai
from loaders.codes import squeeze
from loaders.imports import batches
from loaders.imports.account import Ingested
from loaders.problems import Problem
from loaders.store import tables

TOLD = "near_repeat_found"
DIFFERENT = "different_money"
TELLING = 40  # letters from which a description identifies a line, whatever its agency
SHORTEST = 6  # minimum consonants of the shorter text when one contains the other
ALIKE = 82.0  # minimum similarity (of 100), over consonants and digits
MOST_TOLD = 200
MANY = 60  # lines of one place, year and amount; above that, only the first of equal lines is compared
UNNAMED = "unnamed_base"
LEVELS = ("same_words", "words_within", "like_words")
ORDINAL = re.compile(r"^\s*[\(\[]?(?:\d{1,3}[.)\]]?)+(?:\s*[).])?\s+(?=\D)")
EMPTY_WORDS = re.compile("โครงการ|กิจกรรม|รายการ|เงินอุดหนุน|สำหรับ|จำนวน|project|activity")
SOFT = re.compile("[^ก-ฮ0-9a-z]")
NUMBER = re.compile(r"\d+")


class Line(NamedTuple):
    """One support line with money, stored (``id``) or new."""

    place: str
    village: str
    year: int | None
    satang: int
    words: str
    agency: str
    stream: str
    starts_on: Any
    sheet: str
    row: int
    batch: int = 0
    file: str = ""
    id: int = 0
    loaded_at: str = ""

    @property
    def block(self) -> tuple[str, int | None, int]:
        """What must be equal: place, year, satang."""
        return self.place, self.year, self.satang

    @property
    def fingerprint(self) -> str:
        """Hash of the line's content without its file, so that a decision about it survives a new edition."""
        content = (self.place, self.village, self.year, self.satang, squeeze(self.words), self.agency)
        return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


class Pair(NamedTuple):
    """Two lines that may be the same money: ``later`` is reported, ``earlier`` came before it."""

    later: Line
    earlier: Line
    evidence: str
    likeness: int

    @property
    def key(self) -> str:
        """Key of the pair by content of both lines; the same pair within one file is a separate question."""
        where = "one_file" if self.later.batch == self.earlier.batch else "two_files"
        return "|".join([*sorted((self.later.fingerprint, self.earlier.fingerprint)), where])


def likeness(a: Line, b: Line) -> tuple[str, int] | None:
    """Evidence and similarity (0-100) of two lines of one place, year and amount; None when they are different money.

    Different villages, streams, start dates or numbers in the words mean different money. Short activities of two
    funders are partners.
    """
    if a.village and b.village and a.village != b.village:
        return None
    if (a.stream and b.stream and a.stream != b.stream) or (a.starts_on and b.starts_on and a.starts_on != b.starts_on):
        return None
    if a.batch == b.batch and a.row == b.row and a.sheet.split(" · ")[0] == b.sheet.split(" · ")[0]:
        return None  # one row of a sheet that was melted into records
    first, second = _core(a), _core(b)
    if not first or not second or not _numbers_agree(first, second):
        return None
    is_partner = a.agency != b.agency and not any(agency.startswith(UNNAMED) for agency in (a.agency, b.agency))
    if is_partner and min(len(squeeze(a.words)), len(squeeze(b.words))) < TELLING:
        return None
    if first == second:
        return "same_words", 100
    score = round(fuzz.ratio(first, second))
    short, long = sorted((first, second), key=len)
    if len(short) >= SHORTEST and short in long:
        return "words_within", score
    return ("like_words", score) if score >= ALIKE and len(short) >= SHORTEST else None


def _core(line: Line) -> str:
    """Consonants and digits of the words (text from PDF loses vowels and marks), without ordinals and generic words."""
    words = ORDINAL.sub("", thai.arabic_digits(thai.normalise(line.words))).casefold().replace(",", "")
    return SOFT.sub("", EMPTY_WORDS.sub("", words)) or SOFT.sub("", words)


def _numbers_agree(first: str, second: str) -> bool:
    """Whether the numbers in the words agree (a second course is another one); true when one side has none."""
    a, b = NUMBER.findall(first), NUMBER.findall(second)
    return not a or not b or sorted(a) == sorted(b)


def pairs(lines: Iterable[Line], new: Collection[int] | None = None) -> list[Pair]:
    """Each line (only positions in ``new``, if given) with the most similar line before it."""
    blocks: dict[tuple, list[tuple[int, Line]]] = defaultdict(list)
    for number, line in enumerate(lines):
        blocks[line.block].append((number, line))
    likely = []
    for block in blocks.values():
        before: dict[Any, Line] = {}  # of many equal lines only the first is compared
        for number, line in block:
            if new is None or number in new:
                scored = [(like, other) for other in before.values() if (like := likeness(line, other))]
                if scored:
                    (evidence, score), other = min(scored, key=lambda entry: (LEVELS.index(entry[0][0]), -entry[0][1]))
                    likely.append(Pair(line, other, evidence, score))
            before.setdefault((line.fingerprint, line.batch) if len(block) > MANY else number, line)
    return likely


def find(
    connection: Connection, ingested: Ingested, besides: Collection[int] = (), skip: Collection[tuple[str, int]] = ()
) -> list[Pair]:
    """Lines to be loaded that may be the money of another line of the file or of a stored one.

    ``besides`` are batches that the file replaces, ``skip`` (sheet, row) of exact repeats. Pairs that a person marked
    as different are left out.
    """
    new = [line for line in _new(ingested) if (line.sheet, line.row) not in skip]
    if not new:
        return []
    support = tables.support
    query = _query(ingested.province).where(tables.import_batch.c.is_demo.is_(False))
    if besides:
        query = query.where(support.c.batch_id.not_in(besides))
    years = {line.year for line in new}
    if None not in years:
        query = query.where(support.c.fiscal_year.in_(years))
    blocks = {line.block for line in new}
    in_use = [line for line in _stored(connection, query) if line.block in blocks]
    candidates = pairs([*in_use, *new], range(len(in_use), len(in_use) + len(new)))
    return _open(connection, candidates)


def waiting(connection: Connection, province: str) -> list[Pair]:
    """Undecided pairs of stored lines, largest amount first."""
    support, batch = tables.support, tables.import_batch
    keys = [func.substr(support.c.area_code, 1, 6), support.c.fiscal_year, support.c.amount_satang]
    several = (
        select(keys[2])
        .join(batch, batch.c.id == support.c.batch_id)
        .where(batch.c.is_active, support.c.province_code == province)
        .group_by(*keys)
        .having(func.count() > 1)
    )
    lines = _stored(connection, _query(province).where(support.c.amount_satang.in_(several)))
    return sorted(_open(connection, pairs(lines)), key=lambda pair: (-pair.later.satang, pair.later.id))


def _open(connection: Connection, candidates: list[Pair]) -> list[Pair]:
    """The pairs without those that a person marked as different."""
    table = tables.correction
    query = select(table.c.heading).where(table.c.kind == DIFFERENT, table.c.is_undone.is_(False))
    decided = set(connection.execute(query).scalars()) if candidates else set()
    return [pair for pair in candidates if pair.key not in decided]


def _query(province: str) -> Select:
    support, batch = tables.support, tables.import_batch
    names = ("id", "batch_id", "sheet", "row", "agency_code", "stream_code", "activity", "starts_on", "area_code",
             "village_code", "fiscal_year", "amount_satang")  # fmt: skip
    return (
        select(*(support.c[name] for name in names), batch.c.file_name, batch.c.loaded_at)
        .join(batch, batch.c.id == support.c.batch_id)
        .where(batch.c.is_active, support.c.province_code == province, support.c.amount_satang > 0)
        .order_by(support.c.id)
    )


def _stored(connection: Connection, query: Select) -> Iterator[Line]:
    for row in connection.execute(query.execution_options(yield_per=10_000)):
        yield _line(row._mapping, row.batch_id, row.file_name, row.id, row.loaded_at)


def _new(ingested: Ingested) -> Iterator[Line]:
    for result in ingested.understood:
        if result.layout.register == "support":
            for record in batches.records(result, 0):
                if (record.get("amount_satang") or 0) > 0:
                    yield _line(record, 0, "", 0, "")


def _line(record: Any, batch: int, file: str, key: int, when: str) -> Line:
    area = str(record["area_code"] or "")
    year, starts = record.get("fiscal_year"), record.get("starts_on")
    return Line(
        area[:6], str(record.get("village_code") or "") or (area if len(area) == 8 else ""),
        None if year is None else int(year), int(record["amount_satang"]), record.get("activity") or "",
        record.get("agency_code") or "", record.get("stream_code") or "", None if pd.isna(starts) else starts,
        record["sheet"], int(record["row"]), batch, file, key, when,
    )  # fmt: skip


def summary(open_pairs: list[Pair]) -> dict[str, Any]:
    """Rows and baht that may be counted twice, and with which lines."""
    listed = [
        {
            "sheet": pair.later.sheet, "row": pair.later.row, "words": pair.later.words, "baht": pair.later.satang / 100,
            "place": pair.later.place, "evidence": pair.evidence, "likeness": pair.likeness,
            "of": {"batch": pair.earlier.batch or None, "file": pair.earlier.file, "sheet": pair.earlier.sheet,
                   "row": pair.earlier.row, "words": pair.earlier.words},
        }
        for pair in open_pairs[:MOST_TOLD]
    ]  # fmt: skip
    return {"rows": len(open_pairs), "baht": sum(pair.later.satang for pair in open_pairs) / 100, "pairs": listed}


def problems(open_pairs: list[Pair]) -> list[Problem]:
    """One note per line that may be another one's money."""
    return [
        Problem(
            TOLD, "note", pair.later.sheet, pair.later.row, None, pair.later.words or None,
            f"{pair.earlier.file or pair.earlier.sheet} · {pair.earlier.row}",
        )
        for pair in open_pairs
    ]  # fmt: skip
