"""Checks of an upload: what a file really is and whether it may be opened (``sandbox`` opens it).

Magic bytes decide, never the extension. ``check`` runs in the server: it reads at most a few kilobytes and the zip
directory, and follows no offset that a file states about itself, so only the child reads an OLE2 container.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from loaders.problems import Refused
from loaders.settings import whole_number

MEBI = 1 << 20
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# First bytes of formats that are no table -> name to show to the person who uploaded one.
OTHER_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "SQLite",
    b"{\\rtf": "RTF",
    b"MZ": "EXE",
    b"\x7fELF": "ELF",
    b"PAR1": "Parquet",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
MAX_ZIP_ENTRIES = 5_000
MAX_DIRECTORY_BYTES = 4 * MEBI
TAIL_BYTES = (1 << 16) + 200  # end of a zip with its comment, preceded by the zip64 record
MAX_ZIP_RATIO = 200
RATIO_MATTERS_ABOVE = 20 * MEBI
_DRIVE = re.compile(r"[A-Za-z]:")


def max_upload_bytes() -> int:
    """Maximum upload in bytes: ``KRADAN_MAX_UPLOAD_MB``, 100 by default."""
    return whole_number("KRADAN_MAX_UPLOAD_MB", 100) * MEBI


def max_unpacked_bytes() -> int:
    """Maximum bytes that all entries of a workbook may declare together: ``KRADAN_MAX_UNPACKED_MB``, 600 by default."""
    return whole_number("KRADAN_MAX_UNPACKED_MB", 600) * MEBI


def check_size(path: Path) -> None:
    """Raise ``Refused`` for a file that is empty or over the limit: ``file_empty``, ``file_too_large``."""
    size = path.stat().st_size
    if size == 0:
        raise Refused("file_empty", value=path.name)
    if size > max_upload_bytes():
        raise Refused("file_too_large", value=str(-(-size // MEBI)), suggestion=str(max_upload_bytes() // MEBI))


def check(path: Path) -> str:
    """Determine the kind of file and refuse what must not be opened.

    Returns
    -------
    str
        A key of ``sheets.read.READERS``: ``xlsx``, ``xls``, ``xlsb``, ``ods``, ``html``, ``xml_2003``, ``json``,
        ``text`` or ``shapefile`` (a zip with one in it).

    Raises
    ------
    Refused
        ``file_missing``, ``file_empty``, ``file_too_large``, ``file_encrypted``, ``file_bomb``, ``file_half``,
        ``file_bad_names``, ``file_kind_unsupported``, ``file_not_a_table``.
    """
    if not path.is_file():
        raise Refused("file_missing", value=path.name)
    check_size(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(OLE_MAGIC):
        return "xls"
    if head.startswith(ZIP_MAGIC):
        return _zip_kind(path)
    return _plain_kind(head)


def _zip_kind(path: Path) -> str:
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_entries(entries)
            names = {entry.filename for entry in entries}
            mimetype = _first_bytes(archive, "mimetype", 80) if "mimetype" in names else b""
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise Refused("file_half", value=path.name) from None
    if b"opendocument.spreadsheet" in mimetype:
        if any(entry.filename == "META-INF/manifest.xml" for entry in entries) and _ods_encrypted(path):
            raise Refused("file_encrypted", value=path.name)
        return "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names or any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        return "xlsx"
    if any(name.lower().endswith(".shp") for name in names):
        return "shapefile"
    program = "Word" if "word/document.xml" in names else "PowerPoint" if "ppt/presentation.xml" in names else "zip"
    raise Refused("file_kind_unsupported", value=program)


def _check_directory(path: Path) -> None:
    """Refuse a zip whose directory is larger than ``MAX_ZIP_ENTRIES`` ordinary entries need, before reading it."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = stream.read()
    end, wide = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    sizes = [int.from_bytes(tail[end + 12 : end + 16], "little")] if end >= 0 else []
    sizes += [int.from_bytes(tail[wide + 40 : wide + 48], "little")] if wide >= 0 else []
    stated = [size for size in sizes if size != 0xFFFFFFFF]
    if max(stated, default=0) > MAX_DIRECTORY_BYTES:
        raise Refused("file_bomb", value=str(max(stated) // MEBI))


def _first_bytes(archive: zipfile.ZipFile, name: str, number: int) -> bytes:
    with archive.open(name) as stream:
        return stream.read(number)


def _ods_encrypted(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive, archive.open("META-INF/manifest.xml") as stream:
        return b"encryption-data" in stream.read(MEBI)


def check_entries(entries: list[zipfile.ZipInfo], most_bytes: int | None = None) -> None:
    """Refuse a zip directory that would unpack too large, too dense, or outside its own folder.

    ``most_bytes``: what all entries may declare together, by default :func:`max_unpacked_bytes`. Raises ``Refused``:
    ``file_bomb``, ``file_bad_names``, ``file_encrypted``.
    """
    if len(entries) > MAX_ZIP_ENTRIES:
        raise Refused("file_bomb", value=str(len(entries)))
    declared = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    too_dense = declared > RATIO_MATTERS_ABOVE and declared / packed > MAX_ZIP_RATIO
    if declared > (most_bytes or max_unpacked_bytes()) or too_dense:
        raise Refused("file_bomb", value=str(declared // MEBI))
    offsets = {entry.header_offset for entry in entries}
    if len(offsets) != len(entries):  # overlapping entries: a zip bomb without nesting
        raise Refused("file_bomb", value=str(declared // MEBI))
    for entry in entries:
        parts = re.split(r"[\\/]", entry.filename)
        if ".." in parts or entry.filename.startswith(("/", "\\")) or _DRIVE.match(entry.filename):
            raise Refused("file_bad_names", value=entry.filename[:80])
        if entry.flag_bits & 0x1:
            raise Refused("file_encrypted", value=entry.filename[:80])


def _plain_kind(head: bytes) -> str:
    for magic, name in OTHER_MAGIC.items():
        if head.startswith(magic):
            raise Refused("file_kind_unsupported", value=name)
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if text.startswith((b"{", b"[")):
        return "json"
    if text.startswith(b"<"):
        return _markup_kind(text)
    if b"\0" in head and not _looks_utf16(head):
        raise Refused("file_not_a_table", value="binary")
    return "text"


def _markup_kind(text: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text or b'progid="excel.sheet"' in text:
        return "xml_2003"
    if b"<ogrvrt" in text or b"<vrt" in text:
        raise Refused("file_kind_unsupported", value="VRT")
    if text.startswith((b"<?xml", b"<iati", b"<svg", b"<kml", b"<gpx")) and b"<html" not in text:
        name = "IATI XML" if b"<iati-activities" in text else "KML" if b"<kml" in text else "XML"
        raise Refused("file_kind_unsupported", value=name)
    return "html"


def _looks_utf16(head: bytes) -> bool:
    """A byte-order mark, or zero bytes at even or odd positions only, as in UTF-16 text with ASCII."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return min(even, odd) == 0 and max(even, odd) >= len(head) // 10
