"""Oversized files, each in its own process: CPU seconds and peak memory of the importing server and of its child.

A refusal may take 5 CPU seconds and 1 GiB in each of the two.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

SECONDS, MEMORY_MIB = 5.0, 1024
NAME_SPACE = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def xlsx_of_sheets(number: int) -> bytes:
    names = "".join(f'<sheet name="s{index}" sheetId="{index + 1}" r:id="r1"/>' for index in range(number))
    book = f'<workbook xmlns:r="x"><sheets>{names}</sheets></workbook>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = f'<Relationships><Relationship Id="r1" Type="{kind}" Target="worksheets/sheet1.xml"/></Relationships>'
    sheet = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    parts = {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relations, "xl/worksheets/sheet1.xml": sheet}
    return zipped({"[Content_Types].xml": b"<Types/>"} | {name: text.encode() for name, text in parts.items()})


def ods_of_sheets(number: int) -> bytes:
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    sheet = "<table:table table:name='{0}'><table:table-row><table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    body = "".join(sheet.format(name) for name in range(number))
    content = f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    parts = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped({name: text.encode() for name, text in parts.items()})


def directory_of(number: int) -> bytes:
    """A zip that is nearly all directory: an entry costs its reader about a hundred times its size."""
    name = b"xl/workbook.xml"
    entry = (
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    directory = entry * number
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, number & 0xFFFF, number & 0xFFFF, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


# Case -> file name and a function of ``small`` that makes its content; ``small``: just over the limit.
CASES: dict[str, tuple[str, Callable[[bool], bytes]]] = {
    "sheets, Excel 2003 XML": ("a.xls", lambda small: (
        f'<?xml version="1.0"?><Workbook {NAME_SPACE}>'
        + "".join(f'<Worksheet ss:Name="s{index}"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table></Worksheet>' for index in range(201 if small else 100_000))
        + "</Workbook>").encode()),
    "sheets, XLSX": ("a.xlsx", lambda small: xlsx_of_sheets(201 if small else 100_000)),
    "sheets, ODS": ("a.ods", lambda small: ods_of_sheets(201 if small else 100_000)),
    "tables, HTML": ("a.html", lambda small: b"<html>" + b"<table><tr><td>a</td></tr><tr><td>1</td></tr></table>" * (201 if small else 500_000)),
    "lists, JSON": ("a.json", lambda small: json.dumps({f"k{index}": [{"a": 1}] for index in range(201 if small else 500_000)}).encode()),
    "a line, CSV": ("a.csv", lambda small: "ตำบล,งาน\nก,".encode() + b"x" * ((3 if small else 93) << 20)),
    "a line of cells, CSV": ("a.csv", lambda small: "ตำบล,งาน\n".encode() + b"1," * ((2 if small else 45) << 20)),
    "a line, quoted": ("a.csv", lambda small: 'ตำบล,งาน\nก,"'.encode() + b"x\n" * ((1 if small else 45) << 20)),
    "a cell, XML": ("a.xls", lambda small: (f'<?xml version="1.0"?><Workbook {NAME_SPACE}><Worksheet><Table><Row><Cell><Data ss:Type="String">'
        + "x" * (200_000 if small else 90 << 20) + "</Data></Cell></Row></Table></Worksheet></Workbook>").encode()),
    "a value, JSON": ("a.json", lambda small: json.dumps([{"ตำบล": "x" * (200_000 if small else 90 << 20)}] * 2 if small else [{"ตำบล": "x" * (90 << 20)}]).encode()),
    "columns, CSV": ("a.csv", lambda small: b",".join(b"c%d" % index for index in range(16_385 if small else 180_000)) + b"\n" + b"1," * 16_384 + b"\n"),
    "rows, CSV": ("a.csv", lambda small: b"a,b\n" + b"1,2\n" * (1_048_577 if small else 24_000_000)),
    "rows, CR": ("a.csv", lambda small: b"a,b\r" + b"1,2\r" * (1_048_577 if small else 24_000_000)),
    "directory of a zip": ("a.xlsx", lambda small: directory_of(80_000 if small else 1_500_000)),
    "a mark of 500 MB": ("a.ods", lambda small: zipped({"mimetype": b"\0" * ((30 if small else 500) << 20), "x": bytes(range(256)) * 4096 * (1 if small else 10)})),
}  # fmt: skip


def take(path: str) -> dict:
    """Import one file as the server does; returns the answer, and CPU seconds and peak MiB of both processes."""
    import resource

    from loaders.imports.ingest import understand
    from loaders.places.matcher import Places
    from loaders.problems import Refused

    places = Places.national(home="80")
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    try:
        understand(Path(path), "codi", places)
        code = "read"
    except Refused as stop:
        code = stop.problem.code
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work = [sum(now[:2]) - sum(then[:2]) for now, then in zip(after, before, strict=True)]
    names = ("parent", "child")
    return {"answer": code} | {
        name: {"s": round(seconds, 2), "mib": used.ru_maxrss >> 10}
        for name, seconds, used in zip(names, work, after, strict=True)
    }


def measure(*, small: bool = False, only: tuple[str, ...] = ()) -> dict:
    """Run every case; ``faults``: those that were read, or exceeded the limits of a refusal."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, make) in CASES.items():
            if only and name not in only:
                continue
            path = Path(folder) / file
            path.write_bytes(make(small))
            command = [sys.executable, "-c", "import json, sys; from bench.experiments.limits import take; print(json.dumps(take(sys.argv[1])))", str(path)]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
            results[name] = json.loads(done.stdout) | {"file_mb": round(path.stat().st_size / 1e6, 1)}
    heavy = [
        name
        for name, result in results.items()
        if result["answer"] == "read"
        or any(result[who]["s"] > SECONDS or result[who]["mib"] > MEMORY_MIB for who in ("parent", "child"))
    ]
    return {"bench": "limits", "faults": heavy, "cases": results}


def main() -> None:
    """Print the figures."""
    print(json.dumps(measure(), ensure_ascii=False))


if __name__ == "__main__":
    main()
