"""The rules of the house that a machine can see: small folders, no circles, no long functions, packages that say what they are."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from bench.source import house
from tests.conftest import ROOT, group

MOST_FILES, MOST_LINES, LONGEST_BODY = 15, 450, 50  # 400 lines are the soft cap
PACKAGES = sorted({path.parent for part in house.SOURCE for path in house.python_files(ROOT, part)})


@pytest.mark.parametrize("part", house.PARTS)
def test_folders_stay_small(part):
    files = Counter(path.parent for path in house.python_files(ROOT, part) if path.name not in house.PLUMBING)
    assert {str(folder.relative_to(ROOT)): number for folder, number in files.items() if number > MOST_FILES} == {}


def test_neither_modules_nor_packages_import_each_other_in_a_circle():
    modules, packages = house.graph(ROOT)
    assert house.circles(modules) == []
    assert house.circles(packages) == []


def test_no_test_is_hidden_by_another_of_its_name():
    """Two landings may both bring a test; the second of a name is the only one that runs."""
    hidden = []
    for path in house.python_files(ROOT, "tests"):
        names = [
            node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
        ]
        hidden += [f"{path.name}: {name}" for name in names if names.count(name) > 1]
    assert hidden == []


def test_modules_and_functions_stay_short():
    paths = [path for part in house.SOURCE for path in house.python_files(ROOT, part)]
    assert [path.name for path in paths if house.lines_of(path) > MOST_LINES] == []
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    assert [path for path, tree in trees.items() if any(body > LONGEST_BODY for body, _ in house.functions(tree))] == []


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_package_says_what_lives_there(folder):
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))


def test_no_frame_is_joined_to_a_plain_list_by_and_or_or():
    """``mask & [...]`` of a frame with a list is a ``TypeError`` since pandas 3.1, on the path that nobody clicked."""
    joins = (ast.BitAnd, ast.BitOr, ast.BitXor)
    found = []
    for path in (path for part in house.SOURCE for path in house.python_files(ROOT, part)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value] if isinstance(node, ast.AugAssign) else []  # fmt: skip
            if (
                sides
                and isinstance(node.op, joins)
                and any(isinstance(side, ast.List | ast.ListComp) for side in sides)
            ):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_tests_that_share_what_is_made_share_a_process(request):
    """All tests of a file, but for those on PostgreSQL, whatever file they stand in; what each group holds runs together."""
    nodes = [item.nodeid for item in request.session.items]
    groups: dict[str, set[str]] = {}
    for nodeid in [*nodes, "tests/x.py::test_a[postgresql]", "tests/y.py::test_b[1-postgresql]"]:
        groups.setdefault(group(nodeid), set()).add(nodeid.partition("::")[0])
    assert groups.pop("postgres") >= {"tests/x.py", "tests/y.py"}
    assert all(len(files) == 1 for name, files in groups.items() if not name.startswith(("browser", "sweep")))


SAYING = [
    "agency",
    "api",
    "areas",
    "components",
    "coverage",
    "currents",
    "gaps",
    "help_needed",
    "imports",
    "loop",
    "matrix",
]  # rooms gone through


@pytest.mark.parametrize("room", SAYING)
def test_locals_say_what_they_hold(room):
    """``candidates``, not ``found``: a newcomer reads a function without looking up what was found."""
    paths = house.python_files(ROOT / "pages", room)
    assert paths
    assert [path.name for path in paths if house.vague_locals(ast.parse(path.read_text(encoding="utf-8")))] == []
