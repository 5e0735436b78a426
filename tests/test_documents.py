"""What the documents say holds against the code: commands, settings, files, links, packages, words."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from loaders.__main__ import parser
from tests.conftest import ROOT

TOP = [ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "SECURITY")]
AUDIENCES = ("ผู้นำเสนอ", "หน่วยงาน", "ทีมข้อมูล", "ผู้ดูแลระบบ")
GUIDES = [ROOT / "docs" / f"{name}.md" for name in AUDIENCES]
DOCUMENTS = [
    *TOP, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "data").rglob("README.md")), ROOT / "bench/RESULTS.md"
]  # fmt: skip
COMMANDED = [*DOCUMENTS, *sorted((ROOT / "deploy").glob("kradan*")), *sorted((ROOT / "deploy").glob("*.example"))]
SOURCE = ("loaders", "geo", "pages")


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def source() -> str:
    paths = [path for part in SOURCE for path in sorted((ROOT / part).rglob("*.py"))]
    return "\n".join(read(path) for path in [*paths, ROOT / "app.py", ROOT / "asgi.py"])


def subcommands() -> dict[str, argparse.ArgumentParser]:
    return {
        name: parser
        for action in parser()._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, parser in action.choices.items()
    }


def test_readme_stays_short():
    assert len(read(ROOT / "README.md").splitlines()) <= 120


def test_every_command_of_the_documents_exists():
    named = {
        (name, path.name) for path in COMMANDED for name in re.findall(r"python -m loaders ([a-z][a-z-]+)", read(path))
    }
    assert len(named) >= 20
    assert [(name, where) for name, where in sorted(named) if name not in subcommands()] == []


def test_the_list_of_commands_is_the_command_line():
    """Every command stands in the list, with exactly the options it takes."""
    text = read(ROOT / "docs" / "commands.md")
    listed = dict(re.findall(r"^python -m loaders ([a-z][a-z-]+)(.*)$", text, re.M))
    assert listed.keys() == subcommands().keys()
    for name, rest in listed.items():
        options = {text for action in subcommands()[name]._actions for text in action.option_strings}
        assert set(re.findall(r"--[a-z-]+", rest)) == options - {"-h", "--help"}, name


def test_every_module_of_the_documents_exists():
    for path in COMMANDED:
        for name in re.findall(r"python -m ((?:loaders|geo|pages|bench)(?:\.\w+)*)", read(path)):
            place = ROOT / name.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), (name, path.name)


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", read(ROOT / "Makefile"), re.M))
    for path in COMMANDED:
        for name in re.findall(r"(?:`|^|&& |sudo )make ([a-z][a-z-]+)\b", read(path), re.M):
            assert name in targets, (name, path.name)


def test_the_table_of_settings_is_the_code():
    in_code = set(re.findall(r"\bKRADAN_[A-Z_]+[A-Z]\b", source())) | {"DATABASE_URL"}
    listed = re.findall(r"^\| `(KRADAN_[A-Z_]+|DATABASE_URL)` \|", read(ROOT / "docs" / "settings.md"), re.M)
    assert sorted(listed) == sorted(in_code)


def test_every_setting_named_elsewhere_exists():
    listed = re.findall(r"^\| `(KRADAN_[A-Z_]+)` \|", read(ROOT / "docs" / "settings.md"), re.M)
    for path in COMMANDED:
        for name in re.findall(r"\bKRADAN_[A-Z_]+[A-Z]\b", read(path)):
            assert name in listed or name.startswith("KRADAN_BENCH_"), (name, path.name)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_a_document_names_exists(path):
    parts = "app.py|asgi.py|requirements|(?:pages|geo|loaders|data|static|tests|bench|deploy|docs)/"
    for name in re.findall(rf"`((?:{parts})[\w./*-]*)(?:::\w+)?`", read(path)):
        is_made = name.startswith(("data/store/", "static/geo", "static/vendor"))  # by set-up, or when the board runs
        assert is_made or list(ROOT.glob(name.rstrip("/"))), name


def anchors(path: Path) -> set[str]:
    """The anchors GitHub makes of the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", read(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", read(path)):
        if not link.startswith("https://"):
            name, _, anchor = link.partition("#")
            goal = path.parent / name if name else path
            assert goal.exists(), link
            assert not anchor or anchor in anchors(goal), link


def test_there_is_a_guide_for_every_audience_and_pictures_stay_small():
    assert all(path.is_file() for path in GUIDES)
    assert all(f"(docs/{path.name})" in read(ROOT / "README.md") for path in GUIDES)
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert all(path.stat().st_size <= 300_000 for path in [*pictures, ROOT / "docs" / "board.png"])


def test_the_guides_call_menus_and_buttons_as_the_screen_does():
    texts = json.loads(read(ROOT / "data" / "text" / "th.json")).values()
    on_screen = {text.split(" · ")[0] for text in texts} | set(texts)
    named = [
        (name, path.name)
        for path in GUIDES
        for name in re.findall(r"(?:หน้า|เมนู|แถบ|แท็บ|กด|เลือก|ช่อง) ?(?:\*\*|\*|\")([ก-๙][^*\"]+)[*\"]", read(path))
    ]
    assert len(named) >= 10
    assert [(name, where) for name, where in named if name not in on_screen] == []
    quoted = [(words, path.name) for path in GUIDES for words in re.findall(r"^\| \"([^\"]+)\" \|", read(path), re.M)]
    assert quoted
    assert [(words, where) for words, where in quoted if not any(words in text for text in texts)] == []


def packages() -> set[str]:
    return {
        str(path.parent.relative_to(ROOT))
        for part in SOURCE
        for path in (ROOT / part).rglob("*.py")
        if "migrations" not in path.parts
    }


def test_the_tree_of_the_architecture_is_the_tree():
    listed = re.findall(r"^\s*((?:pages|geo|loaders)(?:/\w+)*)/(?: {2}|$)", read(ROOT / "ARCHITECTURE.md"), re.M)
    assert sorted(listed) == sorted(packages())


def glossary() -> list[list[str]]:
    """Rows of the glossary: Thai, English, names in code, meaning."""
    part = read(ROOT / "ARCHITECTURE.md").split("## Glossary")[1].split("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")
    ][1:]


def test_the_names_of_the_glossary_are_in_the_code():
    names = [name for row in glossary() for name in re.findall(r"`([^`]+)`", row[2])]
    assert len(names) >= 25
    assert [name for name in names if not re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", source())] == []


def test_the_glossary_speaks_as_the_screen_does():
    on_screen = "\n".join(json.loads(read(ROOT / "data" / "text" / "th.json")).values())
    words = [word.strip() for row in glossary() for word in row[0].split("·") if word.strip() not in ("", "-")]
    assert [word for word in words if word not in on_screen] == []


def test_every_replacement_of_streamlit_says_how_it_is_tested_and_undone():
    text = read(ROOT / "docs" / "replaced-of-streamlit.md")
    entries = text.split("\n## ")[1:]
    assert len(entries) >= 7
    for entry in entries:
        assert re.findall(r"^- \*\*(\w+)\*\*", entry, re.M) == ["What", "Why", "Measured", "Test", "Undo"], entry[:40]
        test = re.search(r"^- \*\*Test\*\*.*$", entry, re.M).group()
        assert re.search(r"`(?:tests|bench)/[\w/]+\.py", test), entry[:40]


def test_commits_that_only_move_are_commits():
    listed = [line for line in read(ROOT / ".git-blame-ignore-revs").splitlines() if re.match(r"[0-9a-f]", line)]
    assert all(re.fullmatch(r"[0-9a-f]{40}", line) for line in listed)
    done = subprocess.run(
        ["git", "log", "--no-walk", "--format=%H", *listed], cwd=ROOT, capture_output=True, text=True, check=False
    )
    is_shallow = (ROOT / ".git" / "shallow").exists()  # such a clone has no history to look into
    assert is_shallow or sorted(done.stdout.split()) == sorted(listed)
