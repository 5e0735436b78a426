"""Contents of the bad files: crafted ones by kind, and valid ones with damaged bytes, pieces or parts."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Iterator

import openpyxl

from loaders.files import guards

HEADS = ["ตำบล", "อำเภอ", "หน่วยงาน", "งบประมาณ"]
ROWS = [
    ["ท่าศาลา", "ท่าศาลา", "พอช.", "1,000"],
    ["ปากพูน", "เมืองนครศรีธรรมราช", "สปสช.", "2,500.50"],
    ["สิชล", "สิชล", "พมจ.", "-"],
]
OTHERS = {
    "PDF": b"%PDF-1.7\n1 0 obj", "PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff\xe0", "GIF": b"GIF89a", "RAR": b"Rar!\x1a\x07", "7z": b"7z\xbc\xaf\x27\x1c",
    "gzip": b"\x1f\x8b\x08", "SQLite": b"SQLite format 3\0", "RTF": b"{\\rtf1", "EXE": b"MZ\x90\0", "ELF": b"\x7fELF", "Parquet": b"PAR1", "bzip2": b"BZh9", "xz": b"\xfd7zXZ\0",
}  # fmt: skip
# Content that makes a careless reader open another file or a connection.
TEMPTING = (
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>&e;', b"/etc/hostname", b"../secret.csv", b"/vsicurl/http://127.0.0.1:9/x",
    b"http://127.0.0.1:9/x.csv", b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/hostname</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
    b'<img src="http://127.0.0.1:9/x.png">', b'=WEBSERVICE("http://127.0.0.1:9/")', b"\\\\127.0.0.1\\x\\y.csv",
)  # fmt: skip
Crafted = tuple[str, str, bytes]  # kind, file name, content


def xlsx(rows: list[list[str]] | None = None) -> bytes:
    """A small valid workbook."""
    book = openpyxl.Workbook()
    for row in [HEADS, *(rows or ROWS)]:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def text(rows: list[list[str]] | None = None) -> str:
    """A small valid CSV."""
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADS, *(rows or ROWS)]) + "\n"


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The valid workbook with a piece of one part replaced."""
    parts = parts_of(xlsx())
    name = next(path for path in parts if path.endswith(part))
    return zipped(parts | {name: parts[name].replace(old, new, 1)})


def with_cell(cell: str) -> bytes:
    return changed("sheet1.xml", b"</sheetData>", f"{cell}</sheetData>".encode())


def crafted() -> Iterator[Crafted]:
    """All crafted files."""
    for group in (
        _nothing,
        _other_kinds,
        _workbooks,
        _zips,
        _old_workbooks,
        _open_documents,
        _texts,
        _json,
        _markup,
        _points,
        _values,
    ):
        yield from group()


def _nothing() -> Iterator[Crafted]:
    for name, data in {"empty": b"", "blank": b"   \n\n  ", "nul": b"\0" * 4096, "one byte": b"x", "bom": b"\xef\xbb\xbf", "bom16": b"\xff\xfe", "newlines": b"\r\n" * 500,
                       "commas": b",,,,\n" * 50, "quotes": b'"' * 999, "noise": random.Random(1).randbytes(5000)}.items():  # fmt: skip
        yield "nothing in it", f"{name}.csv", data


def _other_kinds() -> Iterator[Crafted]:
    for kind, magic in OTHERS.items():
        for suffix in ("xlsx", "csv"):
            yield f"not a table: {kind}", f"x.{suffix}", magic + b"\0" * 600


def _workbooks() -> Iterator[Crafted]:
    for cell in ("XFD1048576", "A1048576", "XFD1", "ZZZ99999999", "A0", "A99999999999", "a1", "1A", ""):
        yield "far or impossible cell", "far.xlsx", with_cell(f'<row r="9"><c r="{cell}" t="n"><v>1</v></c></row>')
    for row in ("1048577", "0", "-1", "99999999999999999999", "x"):
        yield "impossible row", "row.xlsx", with_cell(f'<row r="{row}"><c t="n"><v>1</v></c></row>')
    for size in ("A1:XFD1048576", "A1:A1048576", "B2:A1", "nonsense"):
        yield (
            "false dimension",
            "dim.xlsx",
            changed("sheet1.xml", b"<sheetPr>", f'<dimension ref="{size}"/><sheetPr>'.encode()),
        )
    laughs = "".join(
        f'<!ENTITY a{n} "{"&a" + str(n - 1) + ";" if n else "ha"}{("&a" + str(n - 1) + ";") * 9 if n else ""}">'
        for n in range(9)
    )
    for part in ("sheet1.xml", "workbook.xml"):
        head = f"<?xml version='1.0'?><!DOCTYPE x [{laughs}]>".encode()
        parts = parts_of(xlsx())
        name = next(path for path in parts if path.endswith(part))
        yield (
            "entity bomb",
            "laughs.xlsx",
            zipped(parts | {name: head + parts[name].replace(b'<row r="1"', b'<!-- &a8; --><row r="1"')}),
        )
        for target in ("file:///etc/hostname", "http://127.0.0.1:9/x"):
            outside = f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '{target}'>]>".encode()
            yield "external entity", "xxe.xlsx", zipped(parts | {name: outside + parts[name]})
    for part in ("sheet1.xml", "workbook.xml", "workbook.xml.rels", "[Content_Types].xml", "styles.xml"):
        parts = parts_of(xlsx())
        gone = {name: data for name, data in parts.items() if not name.endswith(part)}
        yield "part missing", "gap.xlsx", zipped(gone)
        name = next(path for path in parts if path.endswith(part))
        yield "part broken", "broken.xlsx", zipped(parts | {name: parts[name][: len(parts[name]) // 2]})
        yield "part is noise", "noise.xlsx", zipped(parts | {name: random.Random(2).randbytes(400)})
    for cell in ('<c r="A2" t="s"><v>999999</v></c>', '<c r="A2" t="s"><v>-1</v></c>', '<c r="A2" t="e"><v>#REF!</v></c>', '<c r="A2" t="b"><v>7</v></c>', '<c r="A2"><v>1e309</v></c>',
                 '<c r="A2"><v>NaN</v></c>', '<c r="A2"><f>cmd|\' /C calc\'!A0</f></c>', '<c r="A2" t="d"><v>9999-99-99</v></c>', '<c r="A2" s="99999"><v>1</v></c>'):  # fmt: skip
        yield "impossible value", "value.xlsx", with_cell(f'<row r="9">{cell}</row>')
    yield "deep markup", "deep.xlsx", with_cell("<row r='9'>" + "<x>" * 50_000 + "</x>" * 50_000 + "</row>")
    yield (
        "one huge text",
        "text.xlsx",
        with_cell(f'<row r="9"><c r="A9" t="inlineStr"><is><t>{"ก" * 3_000_000}</t></is></c></row>'),
    )


def _zips() -> Iterator[Crafted]:
    data = xlsx()
    for share in range(1, 10):
        yield "half a file", "half.xlsx", data[: len(data) * share // 10]
    for at in range(0, len(data), max(1, len(data) // 12)):
        yield "flipped bytes", "flip.xlsx", data[:at] + bytes(255 - byte for byte in data[at : at + 8]) + data[at + 8 :]
    yield "dense zip", "bomb.xlsx", zipped(parts_of(data) | {"xl/media/x.bin": b"\0" * 90_000_000})
    yield (
        "dense zip",
        "bomb2.xlsx",
        zipped(parts_of(data) | {"xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * 3_000_000}),
    )
    yield "many entries", "many.xlsx", zipped(parts_of(data) | {f"xl/x{number}": b"" for number in range(6_000)})
    for name in ("../../etc/cron.d/x", "/etc/passwd", "C:\\x.xml", "..\\..\\x"):
        yield "names outside", "names.xlsx", zipped(parts_of(data) | {name: b"x"})
    locked = bytearray(data)
    at = locked.find(b"PK\x01\x02")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 4)
    yield "locked entry", "locked.xlsx", bytes(locked)
    yield "empty zip", "empty.xlsx", zipped({})
    yield "other zip", "other.xlsx", zipped({"readme.txt": b"hello"})
    yield "Word", "word.xlsx", zipped({"word/document.xml": b"<w/>"})
    yield "zip in zip", "zz.xlsx", zipped({"inner.zip": zipped({"x": b"y"})})


def _old_workbooks() -> Iterator[Crafted]:
    magic = guards.OLE_MAGIC
    yield "OLE head only", "a.xls", magic
    yield "OLE noise", "b.xls", magic + random.Random(3).randbytes(4096)
    yield "OLE zeros", "c.xls", magic + b"\0" * 4096
    for shift, value in ((30, 0xFF), (44, 0xFFFFFFFF), (48, 0xFFFFFFF0), (60, 7), (68, 0x7FFFFFFF), (76, 3)):
        head = bytearray(magic + b"\0" * 2040)
        struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
        struct.pack_into("<I", head, shift, value)
        yield "OLE pointers", "d.xls", bytes(head)
    yield "BIFF without container", "e.xls", b"\x09\x08\x10\0\0\6\5\0" + b"\0" * 800


def _open_documents() -> Iterator[Crafted]:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    head = b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    tail = b"</office:spreadsheet></office:body></office:document-content>"
    cell = b"<table:table-cell%s><text:p>x</text:p></table:table-cell>"
    for name, body in {
        "columns": b"<table:table><table:table-row>"
        + cell % b' table:number-columns-repeated="1000000000"'
        + b"</table:table-row></table:table>",
        "rows": b'<table:table><table:table-row table:number-rows-repeated="1000000000">'
        + cell % b""
        + b"</table:table-row></table:table>",
        "negative": b"<table:table><table:table-row>"
        + cell % b' table:number-columns-repeated="-5"'
        + b"</table:table-row></table:table>",
        "nothing": b"",
    }.items():
        yield "ODS repeats", f"{name}.ods", zipped({"mimetype": kind, "content.xml": head + body + tail})
    yield "ODS without content", "none.ods", zipped({"mimetype": kind})
    yield (
        "ODS locked",
        "locked.ods",
        zipped({"mimetype": kind, "content.xml": b"x", "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
    )


def _texts() -> Iterator[Crafted]:
    good = text()
    for name, data in {
        "open quote": (good + '"ไม่ปิด,1\n' + good * 30).encode(),
        "long field": ('"' + "ก" * 1_200_000 + '",1\n').encode(),
        "wide line": ("," * 900_000).encode(),
        "odd utf16": good.encode("utf-16")[:-1],
        "nul inside": good.replace("พอช", "พอ\0ช").encode(),
        "two encodings": good.encode() + good.encode("cp874"),
        "latin1 mojibake": good.encode("cp874").decode("latin-1").encode(),
        "double mojibake": good.encode().decode("latin-1").encode(),
        "extra field": good.replace("\n", ',"เกิน"\n').encode(),
        "one extra": good.replace('"พอช."', '"พอช.","แทรก"').encode(),
        "headings only": (",".join(HEADS) + "\n").encode(),
        "no headings": b"1,2,3\n4,5,6\n",
        "same headings": "ตำบล,ตำบล,ตำบล\nก,ข,ค\n".encode(),
        "prose": ("ข้อความยาวต่อเนื่อง " * 400).encode(),
        "sep hint": ("sep=;\n" + good.replace(",", ";")).encode(),
        "old mac lines": good.replace("\n", "\r").encode(),
        "bidi and zero width": good.replace("ท่า", "\u202e\u200bท่า").encode(),
        "utf7": b"+AGEAYg-,x\n1,2\n",
        "bad utf8": good.encode().replace("พ".encode(), b"\xe0\xb8"),
        "ebcdic": good.encode("cp037", "replace"),
        "utf32": good.encode("utf-32"),
        "many columns": (
            ",".join(f"c{n}" for n in range(20_000)) + "\n" + ",".join("1" for _ in range(20_000)) + "\n"
        ).encode(),
    }.items():
        yield f"text: {name}", f"{name}.csv", data


def _json() -> Iterator[Crafted]:
    right = json.dumps([dict(zip(HEADS, row, strict=True)) for row in ROWS], ensure_ascii=False)
    point = {
        "type": "Feature",
        "properties": {"หน่วยงาน": "พอช.", "งบประมาณ": "5"},
        "geometry": {"type": "Point", "coordinates": [99.9, 8.4]},
    }

    def features(**change: object) -> bytes:
        return json.dumps(
            {"type": "FeatureCollection", "features": [point, point | change]}, ensure_ascii=False
        ).encode()

    for name, data in {
        "deep": b"[" * 100_000, "deep closed": b"[" * 50_000 + b"]" * 50_000, "half": right.encode()[:-20], "numbers": b"[1,2,3]", "word": b'{"a": 1}', "twice": b'[{"a":1,"a":2}]',
        "infinity": b'[{"\xe0\xb8\x95": Infinity, "b": NaN}]', "huge number": b'[{"a": ' + b"9" * 100_000 + b"}]", "mixed": b'[{"a": 1}, 5, null, [1], "x"]',
        "nested": b'[{"a": {"b": {"c": [1, {"d": 2}]}}}]', "many keys": json.dumps([{f"k{n}": n} for n in range(5000)]).encode(), "bom": b"\xef\xbb\xbf" + right.encode(),
        "no features": b'{"type":"FeatureCollection","features":[]}', "null geometry": features(geometry=None), "text degrees": features(geometry={"type": "Point", "coordinates": ["a", None]}),
        "swapped": features(geometry={"type": "Point", "coordinates": [8.4, 99.9]}), "nan": features(geometry={"type": "Point", "coordinates": [float("nan"), 8]}),
        "polygon": features(geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [0, 0]]]}), "short": features(geometry={"type": "Point", "coordinates": [9]}),
        "metres": features(geometry={"type": "Point", "coordinates": [612345.6, 931234.5]}), "geometry is text": features(geometry="POINT(1 2)"), "properties null": features(properties=None),
    }.items():  # fmt: skip
        yield f"JSON: {name}", f"{name}.json", data


def _markup() -> Iterator[Crafted]:
    row = "".join(f"<td>{cell}</td>" for cell in ROWS[0])
    head = "".join(f"<th>{cell}</th>" for cell in HEADS)
    for name, data in {
        "colspan": f"<table><tr><td colspan=999999999>x</td></tr><tr>{row}</tr></table>", "rowspan": f"<table><tr><td rowspan=999999999>x</td>{row}</tr><tr>{row}</tr></table>",
        "nested": "<table><tr><td>" * 5_000, "unclosed": f"<table><tr>{head}<tr>{row}", "script": f"<script>alert(1)</script><table><tr>{head}</tr><tr>{row}</tr></table>",
        "no table": "<html><body>hello</body></html>", "comment": "<!--" + "x" * 100_000, "entity": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><table><tr><td>&e;</td></tr></table>",
        "many tables": f"<table><tr>{head}</tr><tr>{row}</tr></table>" * 300, "attributes": "<table " + "a=1 " * 50_000 + f"><tr>{row}</tr><tr>{row}</tr></table>",
    }.items():  # fmt: skip
        yield f"HTML: {name}", f"{name}.xls", data.encode()
    sheet = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table>{}</Table></Worksheet></Workbook>'
    for name, body in {"index": '<Row ss:Index="999999999"><Cell><Data>1</Data></Cell></Row>', "column": '<Row><Cell ss:Index="999999999"><Data>1</Data></Cell></Row>',
                       "merge": '<Row><Cell ss:MergeAcross="99999999" ss:MergeDown="99999999"><Data>1</Data></Cell></Row>', "half": "<Row><Cell>"}.items():  # fmt: skip
        yield f"XML 2003: {name}", f"{name}.xls", sheet.format(body).encode()
    yield (
        "XML 2003: bomb",
        "bomb.xls",
        (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
            + sheet.format("<Row><Cell><Data>&b;</Data></Cell></Row>")[21:]
        ).encode(),
    )
    for name, data in {"vrt": "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/hostname</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>", "kml": "<?xml version='1.0'?><kml/>",
                       "gpx": "<gpx/>", "svg": "<svg onload='x'/>", "iati": "<iati-activities/>"}.items():  # fmt: skip
        yield f"markup: {name}", f"{name}.geojson", data.encode()


def shapefile(count: int = 2, kind: int = 1, x: float = 99.9, y: float = 8.4) -> dict[str, bytes]:
    """Parts of a small valid shapefile of points."""
    body = b"".join(struct.pack(">2i", number + 1, 10) + struct.pack("<i2d", kind, x, y) for number in range(count))
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + struct.pack(
        "<2i8d", 1000, kind, *[0.0] * 8
    )
    fields = b"".join(
        name.encode("cp874").ljust(11, b"\0") + b"C" + b"\0" * 4 + bytes([size]) + b"\0" * 15
        for name, size in (("AGENCY", 20), ("AMOUNT", 12))
    )
    records = b"".join(b" " + "พอช.".encode("cp874").ljust(20) + b"1000".ljust(12) for _ in range(count))
    dbf = struct.pack("<4BIHH20x", 3, 26, 1, 1, count, 32 + 64 + 1, 33) + fields + b"\r" + records + b"\x1a"
    return {"p.shp": head + body, "p.dbf": dbf}


def _points() -> Iterator[Crafted]:
    right = shapefile()
    yield "points: no table", "a.zip", zipped({"p.shp": right["p.shp"]})
    yield "points: other count", "b.zip", zipped(right | {"p.dbf": shapefile(3)["p.dbf"]})
    yield "points: areas", "c.zip", zipped(shapefile(kind=5))
    yield "points: metres without .prj", "d.zip", zipped(shapefile(x=612345.0, y=931234.0))
    yield "points: outside", "e.zip", zipped(shapefile(x=139.7, y=35.6))
    yield "points: not a number", "f.zip", zipped(shapefile(x=float("nan")))
    yield "points: false .prj", "g.zip", zipped(right | {"p.prj": b"GEOGCS[nonsense"})
    for at in (3, 50, 104, 108, 120):
        yield "points: cut", "h.zip", zipped(right | {"p.shp": right["p.shp"][:at]})
    for at in (5, 33, 70, 120):
        yield "points: table cut", "i.zip", zipped(right | {"p.dbf": right["p.dbf"][:at]})
    yield (
        "points: false lengths",
        "j.zip",
        zipped(right | {"p.dbf": right["p.dbf"][:4] + b"\xff\xff\xff\x7f" + right["p.dbf"][8:]}),
    )
    yield "points: names outside", "k.zip", zipped({"../p.shp": right["p.shp"], "../p.dbf": right["p.dbf"]})


def _values() -> Iterator[Crafted]:
    for value in (
        "inf",
        "-inf",
        "nan",
        "1e309",
        "1e-400",
        "9" * 400,
        "0x10",
        "1_000",
        "=1+1",
        "+1",
        "@SUM(A1)",
        "15/03/2568",
        "29/02/2567",
        "๑๒๓",
        "1,00,000",
        "--5",
        "(5",
        "5)",
        "\u200b",
        "½",
        "௧",
    ):
        yield f"value: {value[:12]}", "v.csv", text([["ท่าศาลา", "ท่าศาลา", "พอช.", value]]).encode()
    for place in ("<script>", "' OR 1=1 --", "${jndi:x}", "../../etc", "\u202eกขค", "ก" * 5000, "%00", "\x1b[31m"):
        yield "value: place", "p.csv", text([[place, "ท่าศาลา", "พอช.", "5"]]).encode()


def seeds() -> list[tuple[str, bytes]]:
    """Valid files to be damaged."""
    points = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"หน่วยงาน": "พอช.", "งบประมาณ": "5"},
                    "geometry": {"type": "Point", "coordinates": [99.9, 8.4]},
                }
            ]
            * 3,
        },
        ensure_ascii=False,
    )
    page = (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [HEADS, *ROWS])
        + "</table>"
    )
    records = json.dumps([dict(zip(HEADS, row, strict=True)) for row in ROWS], ensure_ascii=False)
    total = [*ROWS, ["รวมทั้งสิ้น", "", "", "3,500.50"]]
    return [("a.xlsx", xlsx(total)), ("b.csv", text(total).encode()), ("c.csv", text(total).encode("cp874")), ("d.json", records.encode()), ("e.geojson", points.encode()),
            ("f.xls", page.encode()), ("g.zip", zipped(shapefile())), ("h.csv", text(total).encode("utf-16"))]  # fmt: skip


def damaged(chance: random.Random, name: str, data: bytes) -> bytes:
    """The file with a few bytes, pieces or (for zips) parts changed."""
    if data[:2] == b"PK" and chance.random() < 0.7:
        parts = parts_of(data)
        victim = chance.choice(list(parts))
        return zipped(parts | {victim: _bytes_damaged(chance, parts[victim])})
    return _bytes_damaged(chance, data)


def _bytes_damaged(chance: random.Random, data: bytes) -> bytes:
    work = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(work) + 1)
        way = chance.randrange(6)
        if way == 0 and work:
            work[at % len(work)] ^= 1 << chance.randrange(8)
        elif way == 1:
            work[at:at] = chance.randbytes(chance.randint(1, 20))
        elif way == 2:
            del work[at : at + chance.randint(1, 60)]
        elif way == 3:
            piece = work[at : at + chance.randint(1, 80)]
            work[at:at] = piece * chance.randint(1, 30)
        elif way == 4:
            work[at:at] = chance.choice(
                [
                    b"\0",
                    b'"',
                    b",",
                    b"\n",
                    b"99999999999",
                    b"-1",
                    b"<",
                    b"&",
                    b"\xff\xfe",
                    "รวม".encode(),
                    b"1e309",
                    b"{}",
                    b"=1+1",
                    *TEMPTING,
                ]
            )
        else:
            del work[at:]
    return bytes(work)
