"""Make the whole meeting pack: slides, PDF, workbook, pictures, sheets and the frozen facts, in one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pandas as pd

from loaders.decisions.meetings import canonical, digest
from pages.meeting.pack import pdf as pdf_pack
from pages.meeting.pack import pdf_sheets
from pages.meeting.pack import png as png_pack
from pages.meeting.pack import pptx as pptx_pack
from pages.meeting.pack import xlsx as xlsx_pack
from pages.meeting.pack.content import Pack, Reply, nobody, rows_of
from pages.meeting.pack.lines import font_file
from pages.meeting.words import Words

Tick = Callable[[float, str], None]


def files(
    facts: dict,
    story: list[dict],
    decisions: pd.DataFrame,
    language: str,
    *,
    all_sheets: bool = False,
    tick: Tick | None = None,
    reply: Reply = nobody,
) -> dict[str, bytes]:
    """Every file of the pack by name.

    ``reply`` makes the QR codes on slides and sheets; ``tick`` receives the share done (0-1) and the current file's
    name.
    """
    done = tick or (lambda _share, _name: None)
    pack, made, pictures = Pack(facts, Words(language), story, rows_of(decisions), reply), {}, {}
    for number, slide in enumerate(pack.slides):
        name = f"pictures/{number + 1}-{slide.view}.png"
        done(0.6 * number / len(pack.slides), name)
        pictures[slide.view] = png_pack.picture(pack, slide)
        made[name] = pictures[slide.view].whole
    maps = {view: picture.map for view, picture in pictures.items()}
    done(0.62, "meeting.pptx")
    made["meeting.pptx"] = pptx_pack.slides(pack, maps)
    done(0.68, "meeting.pdf")
    made["meeting.pdf"] = pdf_pack.views(pack, maps)
    done(0.74, "meeting.xlsx")
    made["meeting.xlsx"] = xlsx_pack.workbook(pack)
    done(0.8, "sheets-districts.pdf")
    made["sheets-districts.pdf"] = pdf_sheets.district_sheets(
        pack, lambda share: done(0.8 + 0.1 * share, "sheets-districts.pdf")
    )
    if all_sheets:
        made["sheets-subdistricts.pdf"] = pdf_sheets.subdistrict_sheets(
            pack, lambda share: done(0.9 + 0.09 * share, "sheets-subdistricts.pdf")
        )
    for bold in (False, True):  # OFL licence; for a machine without this font
        made[f"fonts/{font_file(bold).name}"] = font_file(bold).read_bytes()
    text = canonical(facts)
    made["facts.json"] = text.encode()
    made["facts.sha256"] = f"{digest(text)}  facts.json\n".encode()
    done(1.0, "")
    return made


def pack(
    facts: dict,
    story: list[dict],
    decisions: pd.DataFrame,
    language: str,
    *,
    all_sheets: bool = False,
    tick: Tick | None = None,
    reply: Reply = nobody,
) -> bytes:
    """:func:`files` as one zip."""
    target = io.BytesIO()
    made = files(facts, story, decisions, language, all_sheets=all_sheets, tick=tick, reply=reply)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in made.items():
            kind = zipfile.ZIP_STORED if name.endswith((".png", ".pptx", ".xlsx")) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2007, 2, 26, 0, 0, 0)), content, kind)
    return target.getvalue()
