"""An empty board: nobody was asked, so no title, figure or legend of any view says zero or "none" of what nobody knows."""

from __future__ import annotations

import html
import re

import pytest

from geo import registers
from pages.loop.page import PARTS
from pages.shell.navigation import VIEWS
from tests.support import seeds
from tests.support.meeting_store import opened, run

ZERO = re.compile(r"(?<![\d,.–])0(?![\d,.]|–| จาก (?!0 ))")  # "0 of 8 bases" says of how many; "0–100" is a scale
NONE = re.compile(r"^<h1[^>]*>(?!ยัง)[^<]*ไม่(?:มี|พบ)")  # a title that says "none"; "it cannot be said yet" is another
# What is truly known of an empty board, by view: the words that may say so, and why.
KNOWN = {
    "areas": (r"0 กิ่งอำเภอ|อยู่ในกิ่งอำเภอ 0|ยังสังกัดอำเภออื่น 0", "the register of areas is complete"),
    "words": (r"รวมแล้ว 0|เลิกใช้ 0", "our own lists of words"),
    "review": (r"ไม่มีแถวรอตรวจ", "rows that wait are our own"),
    "sharing": (r"0 (?:ส่งแล้ว|ส่งแล้วแต่ช้า|ยังไม่ถึงกำหนด|แถวที่เก็บชื่อ|ครบกำหนดแล้ว)", "what came is counted here"),
    "welfare": (r"(?:ไม่ได้เงินตามกติกานี้|คิดไม่ครบ ไม่ทราบจำนวน|ไม่ได้นับในรอบนี้) 0", "worked out of rules and people"),
}  # fmt: skip
CHOICES = {
    "overview": [{"lens": lens} for lens in ("who", "flows", "classes")] + [{"question": "per_head"}, {"question": "nobody"}],
    "registers": [{"register": name} for name in registers.REGISTERS],
    "currents": [{"shown": shown} for shown in ("money", "ribbons", "alignment", "strong_on_weak", "speed", "pull")],
    "coverage": [{"over": "people"}],
    "loop": [{"list": part} for part in PARTS],
}  # fmt: skip
HAS_NO_TITLE = {"meeting"}
VISITS = [
    (view, choices) for view in [*VIEWS, "nation"] if view not in HAS_NO_TITLE for choices in CHOICES.get(view, [{}])
]
SAYS = re.compile(r'<h1 class="kradan-title.*?</h1>(?:<p class="kradan-note">.*?</p>)?|<li>.*?</li>|<div class="kradan-figure".*?</div>', re.S)  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with opened(seeds.copied("empty", tmp_path_factory.mktemp("not_asked") / seeds.NAME), kept="empty") as path:
        yield path


def said(page) -> list[str]:
    """Titles with their notes, figures, entries of legends and other lists, captions, as they are written."""
    bodies = [element.proto.body for element in page.get("html") if "kradan-menu" not in element.proto.body]
    found = [piece for body in bodies if "kradan-provinces" not in body for piece in SAYS.findall(body)]
    return found + [element.value for element in page.caption]


def plain(piece: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece)).split())


@pytest.mark.parametrize(("view", "choices"), VISITS, ids=[f"{view}-{'-'.join(one.values())}" for view, one in VISITS])
def test_an_empty_board_says_zero_or_none_of_nothing_that_nobody_was_asked(empty, view, choices):
    page = run(view, "th", **choices)
    assert not page.exception
    pieces, known = said(page), re.compile(KNOWN.get(view, ("(?!)", ""))[0])
    assert any(pieces)
    wrong = [piece for piece in pieces if ZERO.search(known.sub("", plain(piece))) or NONE.search(known.sub("", piece))]
    assert [plain(piece) for piece in wrong] == []
