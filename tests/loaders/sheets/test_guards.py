"""Files that must not be opened, and files that kill whoever opens them: a coded answer, quickly, and we live on."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from loaders.files import guards
from loaders.problems import Refused
from loaders.sheets.read import read_sheets
from tests.conftest import SHARED

XLS = next((SHARED / "agency_files").glob("04_*.xls"))


def xlsx_bytes(rows: int = 3) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["ตำบล", "งาน", "เงิน"])
    for number in range(rows):
        book.active.append([f"ตำบล{number}", "อบรม", number])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same zip with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith(part) else old.read(name))
    return out.getvalue()


def with_cell(cell: str) -> bytes:
    return with_part(
        xlsx_bytes(), "sheet1.xml", lambda xml: xml.replace(b"</sheetData>", f"{cell}</sheetData>".encode())
    )


def zip_of(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def ole_of(names: list[str]) -> bytes:
    """An OLE2 file with a directory of empty streams, the first name its root."""
    header = bytearray(512)
    header[:8] = guards.OLE_MAGIC
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<IIIII", header, 56, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = b""
    for number, name in enumerate(names):
        text = name.encode("utf-16-le") + b"\0\0"
        entry = bytearray(128)
        entry[: len(text)] = text
        after = number + 1 if 0 < number < len(names) - 1 else 0xFFFFFFFF  # a tree that leans to the right
        struct.pack_into("<HBB", entry, 64, len(text), 2 if number else 5, 1)
        struct.pack_into("<III", entry, 68, 0xFFFFFFFF, after, 0xFFFFFFFF if number else 1)
        struct.pack_into("<II", entry, 116, 0xFFFFFFFE, 0)
        directory += bytes(entry)
    return bytes(header) + table + directory.ljust(512, b"\0")


def bomb(mega: int) -> bytes:
    return with_part(
        xlsx_bytes(), "sheet1.xml", lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (mega << 20))
    )


def overlapping() -> bytes:
    """A zip whose directory names the same bytes many times."""
    data = zip_of({"xl/workbook.xml": b"x" * 1000})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    struct.pack_into("<HH", tail, 8, 50, 50)
    struct.pack_into("<I", tail, 12, len(entry) * 50)
    return data[:start] + entry * 50 + bytes(tail)


BAD = {
    "empty": (b"", "file_empty"),
    "blank": (b" \n \n", "file_empty"),
    "bom only": (b"\xef\xbb\xbf", "file_empty"),
    "pdf": (b"%PDF-1.7 ...", "file_kind_unsupported"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(99), "file_kind_unsupported"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(99), "file_kind_unsupported"),
    "gzip": (b"\x1f\x8b\x08" + bytes(99), "file_kind_unsupported"),
    "exe": (b"MZ" + bytes(99), "file_kind_unsupported"),
    "sqlite": (b"SQLite format 3\0" + bytes(99), "file_kind_unsupported"),
    "plain zip": (zip_of({"a.txt": b"x"}), "file_kind_unsupported"),
    "docx": (zip_of({"word/document.xml": b"x"}), "file_kind_unsupported"),
    "vrt": (b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd', "file_kind_unsupported"),
    "svg": (b"<?xml version='1.0'?><svg/>", "file_kind_unsupported"),
    "kml": (b"<?xml version='1.0'?><kml/>", "file_kind_unsupported"),
    "binary": (bytes(range(256)) * 20, "file_not_a_table"),
    "prose": (("เรื่องเล่า" * 100).encode(), "file_not_a_table"),
    "html without table": (b"<html><body>Please sign in</body></html>", "file_not_a_table"),
    "json number": (b"[1, 2, 3]", "file_not_a_table"),
    "json cut": (b'[{"a": 1}, {"a"', "file_half"),
    "json deep": (b"[" * 100_000, "file_unreadable"),
    "json wrong": (b'{"a": oops, "b": [1, 2, 3, 4]}', "file_unreadable"),
    "ole encrypted": (ole_of(["Root Entry", "EncryptionInfo", "EncryptedPackage"]), "file_encrypted"),
    "ole word": (ole_of(["Root Entry", "WordDocument"]), "file_kind_unsupported"),
    "ole cut": (guards.OLE_MAGIC + bytes(100), "file_half"),
    "xls half": (XLS.read_bytes()[:60_000], "file_half"),
    "xlsx half": (xlsx_bytes(500)[:4000], "file_half"),
    "xlsx without sheets": (zip_of({"xl/workbook.xml": b"<workbook/>"}), "file_unreadable"),
    "xlsx garbage": (zip_of({"xl/workbook.xml": b"\0\1\2"}), "file_unreadable"),
    "xlsx parent path": (zip_of({"xl/workbook.xml": b"x", "../../etc/cron.d/x": b"x"}), "file_bad_names"),
    "xlsx windows path": (zip_of({"xl/workbook.xml": b"x", "C:\\x": b"x"}), "file_bad_names"),
    "xlsx absolute path": (zip_of({"xl/workbook.xml": b"x", "/etc/x": b"x"}), "file_bad_names"),
    "xlsx many entries": (zip_of({"xl/workbook.xml": b"x"} | {f"x{n}": b"" for n in range(6000)}), "file_bomb"),
    "xlsx dense": (bomb(60), "file_bomb"),
    "xlsx overlapping": (overlapping(), "file_bomb"),
    "xlsx far corner": (with_cell('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "file_too_heavy"),
    "xlsx far row": (with_cell('<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'), "file_too_heavy"),
    "xml 2003 cut": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Work',
        "file_half",
    ),
    "xml 2003 empty": (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "file_not_a_table"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_bad_files_get_a_coded_answer_whatever_their_name(tmp_path: Path, kind: str, extension: str) -> None:
    data, code = BAD[kind]
    path = tmp_path / f"upload.{extension}"
    path.write_bytes(data)
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    assert refusal.value.problem.code == code
    assert refusal.value.problem.severity == "refused"


def test_a_style_in_the_far_corner_or_a_wide_declared_dimension_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "styled.xlsx"
    path.write_bytes(with_cell('<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    assert len(read_sheets(path)[0].frame) == 3
    wide = with_part(xlsx_bytes(), "sheet1.xml", lambda xml: xml.replace(b'ref="A1:C4"', b'ref="A1:XFD1048576"'))
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(wide)).read("xl/worksheets/sheet1.xml")
    path.write_bytes(wide)
    assert len(read_sheets(path)[0].frame) == 3


def test_the_extension_decides_nothing(tmp_path: Path) -> None:
    for name, data in (
        ("book.csv", xlsx_bytes()),
        ("list.xlsx", "ตำบล,เงิน\nก,1\n".encode()),
        ("old.txt", XLS.read_bytes()),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert read_sheets(path)[0].frame.shape[0] > 0


def test_size_limit_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 400_000)
    monkeypatch.setenv("KRADAN_MAX_UPLOAD_MB", "1")
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    problem = refusal.value.problem
    assert (problem.code, problem.value, problem.suggestion) == ("file_too_large", "2", "1")
    monkeypatch.setenv("KRADAN_MAX_UPLOAD_MB", "nonsense")
    assert guards.max_upload_bytes() == 100 << 20


def test_memory_and_time_limits_kill_the_child_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"a,b,c\n" + b"11111,22222,33333\n" * 600_000)
    monkeypatch.setenv("KRADAN_PARSE_MEMORY_MB", "150")
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    assert refusal.value.problem.code == "file_too_heavy"
    monkeypatch.delenv("KRADAN_PARSE_MEMORY_MB")
    monkeypatch.setenv("KRADAN_PARSE_SECONDS", "1")
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    assert refusal.value.problem.code == "file_too_slow"


def test_progress_and_cancel(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b,c\n" + b"11111,22222,33333\n" * 200_000)
    seen: list[float] = []

    def tick(gone: float) -> bool:
        seen.append(gone)
        return len(seen) < 2

    with pytest.raises(Refused) as refusal:
        read_sheets(path, tick=tick)
    assert refusal.value.problem.code == "cancelled"
    assert 0 < seen[0] < seen[1]


def test_fuzzed_files_never_raise_anything_else(tmp_path: Path) -> None:
    """Bytes flipped, cut and doubled in a workbook, an old workbook, a list and a web page; here a seeded sample."""
    draw = random.Random(26022550)
    html = b"<table><tr><td rowspan=2>a<td>b<tr><td>c</table>" * 20
    seeds = [xlsx_bytes(20), XLS.read_bytes()[:40_000], "ตำบล,เงิน\nก,1\n".encode() * 30, html, b'{"rows": [{"a": 1}]}']
    answers: dict[str, int] = {}
    for number in range(150):
        data = bytearray(draw.choice(seeds))
        for _ in range(draw.randint(1, 12)):
            place = draw.randrange(len(data) + 1)
            data[place : place + draw.choice([0, 1, 1, 40])] = bytes(
                draw.randrange(256) for _ in range(draw.choice([0, 1, 8]))
            )
        path = tmp_path / f"fuzz{number}"
        path.write_bytes(bytes(data))
        try:
            kind = guards.check(path)
            answer = "read" if kind in ("xlsx", "xls") else f"read {len(read_sheets(path, in_child=False)) > 0}"
            if kind in ("xlsx", "xls") and number % 5 == 0:
                read_sheets(path)
        except Refused as refusal:
            answer = refusal.problem.code
        answers[answer] = answers.get(answer, 0) + 1
    assert sum(answers.values()) == 150
    assert len(answers) > 2


def test_loops_in_an_ole_file_are_refused(tmp_path: Path) -> None:
    data = bytearray(ole_of(["Root Entry", "Workbook"]))
    struct.pack_into("<I", data, 512 + 4, 1)  # the directory sector follows itself
    path = tmp_path / "loop.xls"
    path.write_bytes(bytes(data))
    with pytest.raises(Refused, match="file_half"):
        read_sheets(path)
