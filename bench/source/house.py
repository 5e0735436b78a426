"""Measures of the source tree: ``python -m bench.source.house [REVISION ...]``; table on stderr, JSON line on stdout.

Without a revision the working tree is measured, otherwise each revision in git. Migrations are left out, because they
are generated once and never edited. A room is a folder; a module directly in ``pages``, ``geo`` or ``loaders`` is its
own room. A circle is a group of modules (or rooms) that import each other, including imports inside functions.
"""

from __future__ import annotations

import ast
import io
import json
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ("pages", "geo", "loaders")
PARTS = (*SOURCE, "tests", "bench")
FRAME = ("app.py", "asgi.py")
PLUMBING = ("__init__.py", "conftest.py")
HEAD = ("measure", *PARTS, "source")
VAGUE = frozenset({"found", "known", "one", "said", "told", "wanted", "given"})  # names that do not say what they hold
TAKES_KEY = {
    "t": 0,
    "text": 0,
    "say": 0,
    "Phrase": 0,
    "ClassStyle": 1,
    "not_known_style": 0,
}  # function -> position of the argument with the text key


def python_files(root: Path, part: str) -> list[Path]:
    """Python files of a part, without migrations."""
    return sorted(path for path in (root / part).rglob("*.py") if "migrations" not in path.parts)


def lines_of(path: Path) -> int:
    """Number of lines of a file, with blank lines and comments."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(tree: ast.Module) -> Iterator[tuple[int, bool]]:
    """For each function: lines of the body without its docstring, and whether it has one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            body = node.body[1:] if has_docstring else node.body
            yield (node.end_lineno - body[0].lineno + 1 if body else 0), has_docstring


def vague_locals(tree: ast.Module) -> int:
    """Number of occurrences of names and arguments in ``VAGUE``."""
    names = (getattr(node, "id", None) or getattr(node, "arg", None) for node in ast.walk(tree))
    return sum(name in VAGUE for name in names)


def built_keys(tree: ast.Module) -> int:
    """Number of text keys built at run time (``t(f"finding_{name}")``), which grep cannot find."""
    built = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            keys = node.args[TAKES_KEY[name] :][:1] if name in TAKES_KEY else []
            built += sum(isinstance(part, ast.JoinedStr) for key in keys for part in branches(key))
    return built


def branches(node: ast.expr) -> list[ast.expr]:
    """Both sides of ``a if x else b``, else the node itself."""
    return [*branches(node.body), *branches(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def spread(numbers: list[int]) -> str:
    """``median / 90th percentile / maximum``."""
    if len(numbers) < 2:
        return " / ".join(str(number) for number in numbers * 3)
    return f"{statistics.median(numbers):.0f} / {statistics.quantiles(numbers, n=10)[8]:.0f} / {max(numbers)}"


def module_name(root: Path, path: Path) -> str:
    """Dotted name: ``pages/session/text.py`` is ``pages.session.text``; ``__init__.py`` is its package."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, modules: set[str]) -> set[str]:
    """Those of ``modules`` that a module imports, at the top or inside functions."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            children = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (children & modules) or {node.module}
            names |= {node.module} if children - modules else set()
    return names & modules


def room(module: str) -> str:
    """First folder below the part, with everything in it; the module itself when it lies directly in a part."""
    return ".".join(module.split(".")[:2])


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components with more than one node (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for other in arrows.get(node, ()):
            if other not in order:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for node in arrows:
        if node not in order:
            visit(node)
    return groups


def graph(root: Path) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Imports between source modules, and between their rooms: node -> nodes it imports."""
    paths = {module_name(root, path): path for part in SOURCE for path in python_files(root, part)}
    arrows = {
        name: imported(ast.parse(path.read_text(encoding="utf-8")), set(paths)) - {name} for name, path in paths.items()
    }
    between: dict[str, set[str]] = {}
    for name, others in arrows.items():
        mine = room(name)
        between.setdefault(mine, set()).update({room(other) for other in others} - {mine})
    return arrows, between


def measures(root: Path) -> dict[str, dict[str, object]]:
    """Measure -> part -> value."""
    table: dict[str, dict[str, object]] = {}
    for part in PARTS:
        add_part(table, part, python_files(root, part))
    whole = [path for part in SOURCE for path in python_files(root, part)]
    add_part(table, "source", [*whole, *(root / name for name in FRAME if (root / name).is_file())])
    arrows, between = graph(root)
    for part in (*SOURCE, "source"):
        for kind, nodes in (("modules", arrows), ("rooms", between)):
            inside = {node: others for node, others in nodes.items() if part in ("source", node.split(".")[0])}
            inside = {node: others & set(inside) for node, others in inside.items()}
            table.setdefault(f"circles between {kind}", {})[part] = len(circles(inside))
            table.setdefault(f"arrows between {kind}", {})[part] = sum(len(others) for others in inside.values())
        users = Counter(other for others in arrows.values() for other in others)
        table.setdefault("modules with one user", {})[part] = sum(
            users[name] == 1 for name in arrows if part in ("source", name.split(".")[0])
        )
    table["_circles"] = {"modules": circles(arrows), "rooms": circles(between)}
    return table


def add_part(table: dict[str, dict[str, object]], part: str, paths: list[Path]) -> None:
    """Add the measures of one part to the table."""
    written = [path for path in paths if lines_of(path)]
    modules = [path for path in written if path.name != "__init__.py" or lines_of(path) > 10]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in written]
    bodies = [body for tree in trees for body in functions(tree)]
    folders = Counter(path.parent for path in paths if path.name not in PLUMBING)
    for name, value in (
        ("modules", len(modules)),
        ("lines", sum(lines_of(path) for path in paths)),
        ("module median / p90 / max", spread([lines_of(path) for path in modules])),
        ("function body median / p90 / max", spread([length for length, _ in bodies])),
        ("functions with a docstring", f"{sum(has for _, has in bodies) / len(bodies):.0%}"),
        ("vague locals", sum(map(vague_locals, trees))),
        ("text keys built at run time", sum(map(built_keys, trees))),
        ("files in the fullest folder", max(folders.values())),
        ("files per folder, median", statistics.median(folders.values())),
    ):
        table.setdefault(name, {})[part] = value


def as_text(table: dict[str, dict[str, object]]) -> str:
    """The table as Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for name, row in table.items():
        if not name.startswith("_"):
            lines.append("| " + " | ".join([name, *(f"{row.get(part, '')}" for part in HEAD[1:])]) + " |")
    return "\n".join(lines)


def at(revision: str, folder: Path) -> Path:
    """Unpack the tree of a revision into ``folder``."""
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def main() -> None:
    """Measure the working tree or the named revisions, and print the figures."""
    line: dict[str, object] = {"bench": "house"}
    for revision in sys.argv[1:] or [""]:
        with tempfile.TemporaryDirectory() as folder:
            table = measures(at(revision, Path(folder)) if revision else ROOT)
        print(f"{revision or 'working tree'}\n{as_text(table)}\n{table['_circles']}\n", file=sys.stderr)
        line[revision or "tree"] = table
    print(json.dumps(line))


if __name__ == "__main__":
    main()
