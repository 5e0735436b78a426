"""Line breaking by measured width: Thai has no spaces between words, so a long run is cut between syllable signs."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import ImageFont

FONT_FILES = {False: "Sarabun-Regular.ttf", True: "Sarabun-Bold.ttf"}
LEADING = set("เแโใไ")  # vowels written before their consonant: never at the end of a line
FOLLOWING = set("ะาำๅๆฯ")  # signs that must stay with the preceding one
MEASURED_AT = 100


def font_file(bold: bool = False) -> Path:
    """Path of the Thai font in its package."""
    return Path(str(files("fontpkg_sarabun"))) / "files" / FONT_FILES[bold]


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(bold)), MEASURED_AT)


def width(text: str, size: float, bold: bool = False) -> float:
    """Width in the unit of ``size``; Thai marks above and below add none."""
    return _font(bold).getlength(text) * size / MEASURED_AT


def pieces(text: str) -> list[str]:
    """The smallest pieces after which a line may end: Latin words with their space, Thai syllable signs.

    Examples
    --------
    >>> pieces("น้ำ ab")
    ['น้ำ ', 'ab']
    """
    parts: list[str] = []
    for sign in text:
        joins = bool(parts) and (
            unicodedata.combining(sign) or unicodedata.category(sign) == "Mn" or sign in FOLLOWING or sign == " " or sign in ".,)·%:;"
            or parts[-1][-1] in LEADING or parts[-1][-1] == "(" or (_latin(sign) and _latin(parts[-1][-1]))
        )  # fmt: skip
        if joins:
            parts[-1] += sign
        else:
            parts.append(sign)
    return parts


def _latin(sign: str) -> bool:
    return sign.isascii() and not sign.isspace() and sign != "("


def wrap(text: str, size: float, room: float, *, bold: bool = False, most: int | None = None) -> list[str]:
    """Lines no wider than ``room``, cut at a space in their last 40 % if any; ``most`` lines, then an ellipsis."""
    return list(_wrapped(text, size, room, bold, most))


@lru_cache(maxsize=20_000)  # footnotes and headings repeat on every page
def _wrapped(text: str, size: float, room: float, bold: bool, most: int | None) -> tuple[str, ...]:
    lines, rest = [], text.strip()
    while rest:
        line = _first(rest, size, room, bold)
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    if most is not None and len(lines) > most:
        last = lines[most - 1]
        while last and width(last + "…", size, bold) > room:
            last = "".join(pieces(last)[:-1])
        lines = [*lines[: most - 1], last + "…"]
    return tuple(lines)


def _first(text: str, size: float, room: float, bold: bool) -> str:
    if width(text, size, bold) <= room:
        return text
    parts = pieces(text)
    # width grows with the number of pieces: bisect how many fit, at least one
    count = max(
        1, bisect_right(range(1, len(parts) + 1), room, key=lambda n: width("".join(parts[:n]).rstrip(), size, bold))
    )
    line = "".join(parts[:count])
    if count == len(parts):
        return line
    space = line.rstrip().rfind(" ")
    return line[: space + 1] if space > len(line) * 0.6 else line
