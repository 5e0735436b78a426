"""The two catalogues say the same, say all that is asked for, and nothing is said outside them."""

from __future__ import annotations

import ast
import html
import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from loaders.words import catalogue
from pages.session.text import flat
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


def test_both_catalogues_have_the_same_keys_and_blanks():
    thai, english = catalogue("th"), catalogue("en")
    assert set(thai) == set(english)
    blanks = {
        key: ({name for _, name, _, _ in Formatter().parse(text) if name is not None}) for key, text in thai.items()
    }
    other = {
        key: ({name for _, name, _, _ in Formatter().parse(text) if name is not None}) for key, text in english.items()
    }
    differing = {key for key in blanks if blanks[key] != other[key]} - {
        "fiscal_year"
    }  # English says the Gregorian year, too
    assert differing == set()


def test_every_key_asked_for_exists():
    missing = set()
    for path in modules("pages"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args
            )
            if called and isinstance(node.args[0], ast.Constant) and node.args[0].value not in catalogue("th"):
                missing.add((path.name, node.args[0].value))
    assert missing == set()


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
    assert unused == set()
    assert {code for code in said if code not in whole and f"problem_{code}" not in whole} == set()


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
