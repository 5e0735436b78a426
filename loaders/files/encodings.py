"""Bytes of a text file to text: UTF-8, UTF-16, CP874/TIS-620, and repair of Thai decoded with a wrong encoding."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_THAI = re.compile("[\u0e01-\u0e5b]")
# Thai bytes decoded as Latin-1 or Windows-1252: long runs of accented letters and signs.
_AS_LATIN = re.compile("[\u00a1-\u00fb\u0152-\u2122]{3,}")
# Thai UTF-8 bytes decoded as CP874: every character begins with sara e and one of a few consonants.
_AS_CP874 = re.compile("(?:[\u0e40\u0e42]?[\u0e18\u0e19][\u0e01-\u0e5b\u0080-\u00a0\u2018-\u2026\u20ac]){4,}")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# str.splitlines would also split at U+0085 and similar characters, which wrongly decoded Thai often contains
LINE = re.compile(r"[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+")
MAX_BROKEN_SHARE = 0.02


def decode(data: bytes) -> tuple[str, str, bool]:
    """Decode a whole text file by fixed rules.

    Returns
    -------
    tuple of str, str, bool
        The text, the encoding used, and whether wrongly decoded Thai was repaired. Undecodable bytes become U+FFFD,
        never dropped.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _repaired(data.decode(encoding, errors="replace"), encoding)
    if (encoding := _utf16_without_bom(data)) is not None:
        return data.decode(encoding, errors="replace"), encoding, False
    try:
        return _repaired(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _eight_bit(data)


def reread(text: str, encoding: str) -> str:
    """Re-decode text that was read as latin-1 with its true encoding; a truncated character is dropped."""
    return text.encode("latin-1", "replace").decode(encoding, "ignore")


def _utf16_without_bom(data: bytes) -> str | None:
    """UTF-16 is recognised by zero bytes (ASCII) or 0x0E bytes (Thai) at even or odd positions only."""
    head = data[: 4000 // 2 * 2]
    even = sum(head[0::2].count(byte) for byte in (0x00, 0x0E))
    odd = sum(head[1::2].count(byte) for byte in (0x00, 0x0E))
    if 0 not in head or max(even, odd) < len(head) // 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bit(data: bytes) -> tuple[str, str, bool]:
    mostly_utf8 = data.decode("utf-8", errors="replace")
    multibyte = sum(1 for letter in mostly_utf8 if letter > "\x7f")
    broken = mostly_utf8.count("\ufffd")
    if broken <= multibyte * MAX_BROKEN_SHARE:
        return mostly_utf8, "utf-8", False
    if _is_western(data):
        return data.decode("cp1252", errors="replace"), "cp1252", False
    try:
        return data.decode("cp874"), "cp874", False
    except UnicodeDecodeError:
        return data.decode("cp874", errors="replace"), "cp874", False


def _is_western(data: bytes) -> bool:
    """Single high bytes inside ASCII words are accents; Thai comes in runs of three and more."""
    lone = total = 0
    for match in _HIGH_RUN.finditer(data[:200_000]):
        total += 1
        before, after = data[match.start() - 1 : match.start()], data[match.end() : match.end() + 1]
        lone += len(match[0]) <= 2 and (before.isalpha() or after.isalpha())
    return total > 0 and lone / total > 0.5


def _repaired(text: str, encoding: str) -> tuple[str, str, bool]:
    """Undo one wrong decoding of Thai, line by line; a line that would lose a character is kept."""
    sample = text[:400_000]
    for pattern, repair in ((_AS_LATIN, _from_latin), (_AS_CP874, _from_cp874)):
        if pattern.search(sample) is None:
            continue
        lines = LINE.findall(text)
        repaired = [repair(line) if pattern.search(line) else line for line in lines]
        if repaired != lines:
            return "".join(repaired), encoding, True
    return text, encoding, False


def _as_latin(error: UnicodeError) -> tuple[bytes, int]:
    """Error handler: encode characters missing in a code page as Latin-1; raises again for others."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].encode("latin-1"), error.end


codecs.register_error("kradan-latin-1", _as_latin)


def _latin_bytes(line: str) -> bytes:
    """The bytes behind a line decoded as Windows-1252 or Latin-1 (its five undefined bytes as Latin-1)."""
    return line.encode("cp1252", "kradan-latin-1")


def _from_latin(line: str) -> str:
    try:
        data = _latin_bytes(line)
    except UnicodeEncodeError:
        return line
    for encoding in ("utf-8", "cp874"):
        try:
            fixed = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_THAI.findall(fixed)) >= 3:
            return fixed
    return line


def _cp874_bytes(line: str) -> bytes:
    """The bytes behind a line decoded as CP874; control characters keep their value."""
    return line.encode("cp874", "kradan-latin-1")


def _from_cp874(line: str) -> str:
    try:
        return _cp874_bytes(line).decode("utf-8")
    except UnicodeError:
        return line
