"""The agency named in a title line or in the name of a sheet or file, for sheets without an agency column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from loaders import thai
from loaders.codes import squeeze, words

if TYPE_CHECKING:
    from loaders.sheets.read import Sheet

# Codes and words that fit lists of any agency.
GENERIC = {"lao", "community", "reference", "unnamed_base"}
PROVINCE_ITSELF = {"จังหวัด", "งบจังหวัดและกลุ่มจังหวัด"}
LONG = 10  # letters; a shorter name must be a separate word
LABEL = re.compile(
    r"(?:หน่วยงาน(?:เจ้าของ(?:โครงการ|งบประมาณ)?|ที่รับผิดชอบ|ผู้ให้ทุน|ผู้สนับสนุน)?|แหล่งทุน|ผู้ให้ทุน|สนับสนุนโดย|agency|funder)\s*[:：]\s*(.+)",
    re.IGNORECASE,
)
APART = re.compile(r"[\s,;:()\[\]/|_–-]+")


def title_agency(sheet: Sheet, titles: Iterable[str], file_name: str) -> str | None:
    """Code of the only agency named in the titles, else in the sheet's name, else in the file's name.

    After a label ("หน่วยงาน:") an unknown agency's name is returned as written. ``None`` without or with several
    agencies.
    """
    lines = list(titles)
    labelled = {label[1].strip() for line in lines if (label := LABEL.search(line))}
    if len(labelled) == 1:
        name = labelled.pop()
        return words("agency").get(squeeze(name)) or name
    for texts in (lines, [sheet.in_file], [PurePath(file_name).stem]):
        named = {code for text in texts for code in agencies_in(text)}
        if len(named) == 1:
            return named.pop()
    return None


def agencies_in(text: str) -> set[str]:
    """Codes of known agencies that a text names: short names as separate words, long ones anywhere."""
    agencies = {
        word: code for word, code in words("agency").items() if code not in GENERIC and word not in PROVINCE_ITSELF
    }
    line = thai.normalise(text)
    tokens = {squeeze(token) for token in APART.split(line)}
    short = {code for word, code in agencies.items() if word in tokens}
    whole = squeeze(line)
    long = {word: code for word, code in agencies.items() if len(word) >= LONG and word in whole}
    # of nested names only the longest counts
    outer = {code for word, code in long.items() if not any(word != other and word in other for other in long)}
    return outer or short
