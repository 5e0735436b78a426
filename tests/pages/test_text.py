"""The two catalogues say the same, say all that is asked for, and nothing is said outside them."""

from __future__ import annotations

import ast
import html
import re
import subprocess
import sys
from datetime import date
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.source.house import TAKES_KEY, branches
from geo import changes as geo_changes
from geo import statuses
from geo.coverage import roll_up
from geo.maps import classes as map_classes
from geo.money import pull as geo_pull
from geo.overlaps import outcomes
from loaders import registers
from loaders.decisions import loop as decided_work
from loaders.imports import account, speaks_for
from loaders.replies import inbox
from loaders.words import PLURAL, catalogue, fill
from pages.components import dates, records
from pages.currents import page as currents_page
from pages.currents import pull
from pages.help_needed import panels as help_panels
from pages.imports import preview
from pages.loop import changed, work
from pages.overview import page as overview_page
from pages.phone import html as phone_html
from pages.ranking import controls
from pages.ranking import panels as ranking_panels
from pages.review import replies
from pages.session.formatter import Formatter as WordsOf
from pages.session.formatter import Phrase
from pages.session.text import LANGUAGES, baht, flat, percent, read_in, whole, year
from pages.sharing import expected
from pages.sharing import panels as sharing_panels
from pages.subdistrict import notes
from pages.words import panels as word_panels
from tests.conftest import ROOT

THAI = re.compile("[ก-ฮ]")  # a consonant: signs alone are no word
LANGUAGE_NAMES = {"ไทย"}
SPOKEN = {
    "title",
    "header",
    "subheader",
    "write",
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "success",
    "button",
    "text",
}


def modules(*folders: str) -> list:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))] + [ROOT / "app.py"]


def docstrings(tree: ast.AST) -> set[int]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)]
    return {id(node.body[0].value) for node in nodes if node.body and isinstance(node.body[0], ast.Expr)}


def literals(*folders: str) -> tuple[set[str], set[str]]:
    """All text constants, and the fixed beginnings of f-strings."""
    whole, starts = set(), set()
    for path in modules(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                starts.add(node.values[0].value)
    return whole, starts


def blanks_of(text: str) -> set[str]:
    """Names of the blanks of a text, those that only choose between one and several included."""
    names = {name for _, name, _, _ in Formatter().parse(PLURAL.sub("", text)) if name is not None}
    return names | {found[1] for found in PLURAL.finditer(text)}


# Blanks of which many is said in a word of its own, not by the noun behind it, or that are no count at all.
NO_COUNT = {"value", "row", "line", "column", "sheet", "file", "base", "account", "share", "level", "left", "other_money",
            "project", "bar", "what", "stream", "agency", "port", "gate", "batch", "batches", "money"}  # fmt: skip

SAID_OF_MANY = {"answer_crowd_beside_none", "answer_crowd_beside_none_zero", "answer_per_head", "finding_agencies", "finding_gaps_above",
                "meeting_title_decision", "per_head_known", "province_no_file", "setup_step_packages"}  # fmt: skip


def test_one_of_a_thing_is_not_said_in_the_plural():
    """English: a count before a noun that ends in s chooses the noun by the count (``{n} {n?row waits|rows wait}``)."""
    wrong = {
        key: text
        for key, text in catalogue("en").items()
        for found in re.finditer(r"\{(\w+)\} (?:[a-z]+ ){0,2}[a-z]{2,}(?<!s)s\b(?! the)", text)
        if found[1] not in NO_COUNT
        and not re.search(r" (is|was|has|does|lies|holds|hangs|goes|of|in|with) ", f" {found[0]} ")
        and key not in SAID_OF_MANY
    }
    assert wrong == {}
    assert fill("{n} {n?row waits|rows wait}", {"n": 1}) == "1 row waits"
    assert fill("{n} {n?row waits|rows wait}", {"n": "1,001"}) == "1,001 rows wait"


def test_both_catalogues_have_the_same_keys_and_blanks():
    thai, english = catalogue("th"), catalogue("en")
    assert set(thai) == set(english)
    blanks = {key: blanks_of(text) for key, text in thai.items()}
    other = {key: blanks_of(text) for key, text in english.items()}
    differing = {key for key in blanks if blanks[key] != other[key]} - {
        "fiscal_year"
    }  # English says the Gregorian year, too
    assert differing == set()


NO_KEYS = {"st.text", "a.text", "element.text", "cell.text"}  # another ``text`` than the formatter's


def asked_keys(tree: ast.AST) -> list[tuple[str, ast.AST]]:
    """The argument that is a text key in every call that takes one."""
    asked = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place = TAKES_KEY.get(name)
        if place is not None and len(node.args) > place and ast.unparse(node.func) not in NO_KEYS:
            asked.append((name, node.args[place]))
    return asked


def test_every_key_asked_for_exists():
    """Written out it is a key; built, its fixed beginning is the beginning of one."""
    known, missing, seen = set(catalogue("th")), set(), 0
    for path in modules("pages"):
        for name, argument in asked_keys(ast.parse(path.read_text(encoding="utf-8"))):
            for node in branches(argument):
                seen += 1
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in known:
                    missing.add((path.name, name, node.value))
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    start = node.values[0].value
                    if not any(key.startswith(start) for key in known):
                        missing.add((path.name, name, start + "..."))
    assert missing == set()
    assert seen > 900


def test_every_key_in_a_table_of_keys_exists():
    """``MODE_KEYS = {"one": "mode_one"}``: a dict in a module whose name ends so holds text keys."""
    tables = [
        (f"{path.name}: {node.targets[0].id}", node.value)
        for path in modules("pages", "geo")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Dict)
        and node.targets[0].id.endswith("_KEYS")
    ]  # fmt: skip
    known = set(catalogue("th"))
    assert {name: keys for name, table in tables if (keys := {key.value for key in table.values} - known)} == {}
    assert len(tables) > 30


def test_tables_of_keys_have_every_code_that_is_looked_up_in_them():
    """A kind that only the code lists know would be a KeyError on the page."""
    for table, codes in (
        (changed.CHANGE_KEYS, geo_changes.KINDS),
        (work.SUBJECT_KEYS, decided_work.SUBJECTS),
        (pull.PAIR_KEYS, geo_pull.KINDS),
        (currents_page.SHOWN_KEYS, (*currents_page.LAYERS, currents_page.RIBBONS)),
        (help_panels.LIST_KEYS, help_panels.PARTS),
        (preview.WILL_KEYS, account.OUTCOMES),
        (records.SPEAKS_KEYS, speaks_for.KINDS),
        (records.LEVEL_KEYS, (*roll_up.OWN_LEVELS, *roll_up.STRIP_LEVELS)),
        (records.STATUS_KEYS, statuses.STATUSES),
        (controls.METHOD_KEYS, (*controls.NORMALISE, *controls.AGGREGATE, *controls.CLASSES)),
        (ranking_panels.FIELD_KEYS, ranking_panels.FIELDS),
        (expected.STATE_KEYS, expected.due_dates.STATES),
        (sharing_panels.ROLE_KEYS, sharing_panels.ROLES),
        (notes.AUDIENCE_KEYS, notes.decided.AUDIENCES),
        (replies.ANSWER_KEYS, inbox.ANSWERS),
        (phone_html.ANSWER_KEYS, inbox.ANSWERS),
        (word_panels.LIST_KEYS, word_panels.LISTS),
        (word_panels.NEW_KEYS, word_panels.LISTS),
        (overview_page.LENS_KEYS, overview_page.lenses.LENSES),
    ):
        assert set(codes) <= set(table)


def test_every_step_of_a_meeting_and_every_outcome_has_its_words():
    known = set(catalogue("th"))
    assert {f"outcome_{code}" for code in outcomes.OUTCOMES} <= known
    assert {f"status_{status}" for status in statuses.STATUSES} <= known
    assert {f"quadrant_{name}" for name in map_classes.QUADRANTS if name != "not_applicable"} <= known


def test_the_screen_and_the_formatter_say_the_same_and_the_formatter_needs_no_streamlit():
    for language in LANGUAGES:
        read_in(language)
        words = WordsOf(language)
        assert (baht(123_456_789_00), baht(None), whole(1234), percent(0.5), year(2007)) == (
            words.baht(123_456_789_00),
            words.text("not_known"),
            words.whole(1234),
            "50 %",
            words.year(2007),
        )
        assert words.phrase(["unit_agencies", {"range": "2–3"}]) == words.text("unit_agencies").replace("{}", "2–3")
        assert words.value(Phrase("baht", {"value": 1500})) == words.text("baht", value="1,500")
    read_in("th")
    code = "import sys, pages.session.formatter; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_key_is_unused():
    whole, starts = literals("pages", "geo", "loaders", "deploy")
    prefixes = tuple(
        start
        for start in starts | {word for word in whole if word.endswith("_")}
        if re.fullmatch(r"[a-z]+_[a-z_]*", start)
    )
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "data" / "rules").glob("*.toml"))
    said = {key.removeprefix("problem_") for key in catalogue("th") if key.startswith("problem_")}
    unused = {
        key for key in catalogue("th")
        if key not in whole and not key.startswith(prefixes) and f'"{key}"' not in rules and not key.startswith("problem_")
    }  # fmt: skip
    assert unused - {key for one in registers.defined().values() for key in one.texts("th", "")} == set()
    built = tuple(start for start in prefixes if start.count("_") > 1)  # of a problem said for each of several outcomes
    assert {code for code in said if code not in whole and f"problem_{code}" not in whole and not code.startswith(built)} == set()  # fmt: skip


def test_every_blank_of_a_text_is_filled_where_it_is_said():
    """A text whose blank nobody fills is a ``KeyError`` on the page that says it, and nowhere else."""
    unfilled = []
    for path in modules("pages"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in ("t", "text") or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            filled = {given.arg for given in node.keywords}
            if None in filled or node.args[0].value not in catalogue("th"):  # blanks from a mapping
                continue
            blanks = blanks_of(catalogue("th")[node.args[0].value]) - {""}
            if blanks and filled and blanks - filled:
                unfilled.append(f"{path.name}: {node.args[0].value} {sorted(blanks - filled)}")
    assert unfilled == []


@pytest.mark.parametrize("path", modules("pages", "geo"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_of_the_interface_in_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = docstrings(tree)
    thai = {
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet and THAI.search(node.value)
    }  # fmt: skip
    assert thai - LANGUAGE_NAMES == set()
    spoken = [
        node.args[0].value for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPOKEN
        and isinstance(node.func.value, ast.Name) and node.func.value.id == "st"
        and node.args and isinstance(node.args[0], ast.Constant) and re.search(r"[A-Za-z]{3}", str(node.args[0].value))
    ]  # fmt: skip
    assert spoken == []


MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])
PLAIN_HEADINGS = [
    "งบประมาณ (บาท)",
    "ตำบล/อำเภอ",
    "total_baht_2550",
    "10.5 ล้าน",
    "ข้อ 3.2 รวม",
    "วันที่ 10:30 น.",
    "ก-ข",
    "ร้อยละ 5%",
    "a & b",
]


@given(st.text(st.sampled_from("ab1ก่ \n\t*_`~[]()<>!#&;:.-+=|\\$/@"), max_size=40))
def test_text_from_data_is_never_markdown(text):
    shown = MARKDOWN.renderInline(flat(text))
    assert not re.search("<[a-z]", MARKDOWN.render(flat(text)).replace("<p>", "", 1)), flat(text)
    assert html.unescape(shown) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example",
        "www.x.example",
        "a@x.example",
        ":red[x]",
        ":material/home:",
        ":100:",
        "$x$",
        "a -> b",
        "a -- b",
    ],
)
def test_what_streamlit_adds_to_markdown_is_escaped_too(text):
    """Bare links, colours, icons, emoji, formulas, arrows: each of their signs stands behind a backslash."""
    said = flat(text)
    assert said != text
    assert said.replace("\\", "") == text
    for sign in ("://", "www.", "@", ":red", ":material", ":100:", "$", "->", "--"):
        assert not re.search(rf"(?<!\\){re.escape(sign)}", said)


def test_usual_headings_keep_their_name_for_a_screen_reader():
    assert [flat(text) for text in PLAIN_HEADINGS] == PLAIN_HEADINGS


def test_days_are_written_in_the_era_of_the_reader_in_every_input():
    """No field of Streamlit's own for days: it knows Gregorian years alone."""
    assert not [path for path in modules("pages") if ".date_input(" in path.read_text(encoding="utf-8")]
    assert not [key for key, text in catalogue("th").items() if "(ปี ค.ศ.)" in text], "a label says the era of its field"
    day = date(2026, 11, 30)
    for language, written in (("th", "30/11/2569"), ("en", "30/11/2026")):
        read_in(language)
        assert dates.written(day) == written
        assert {dates.read(text) for text in (written, "30/11/2569", "2026-11-30")} == {day}
    read_in("th")
    assert dates.read("๓๐ พ.ย. ๒๕๖๙") == day
    assert dates.is_day("")
    assert not dates.is_day("31/2/2569")
