"""Sampled mutation testing: change one comparison, operator or constant of a module, run its tests, count survivors.

``python -m bench.experiments.mutants [AREA [NUMBER]]``. One JSON line per area, with the surviving mutants. The sample
depends only on the source of the area, so that tests of two revisions with equal source see the same mutants.
"""

from __future__ import annotations

import ast
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Area -> folders with the modules to change, and the tests that must fail.
AREAS = {
    "coverage": (["geo/coverage"], ["tests/geo/coverage"]),
    "overlaps": (["geo/overlaps"], ["tests/geo/test_overlaps.py"]),
    "places": (["loaders/places"], ["tests/loaders/test_places.py"]),
    "imports": (["loaders/imports"], ["tests/loaders/imports"]),
}
LEFT = {".git", ".venv", ".cache", "node_modules"}  # not copied
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def sites(tree: ast.Module) -> list[tuple[ast.AST, str]]:
    """Nodes that can be changed, with the field to change; annotations and ``strict`` of ``zip`` have no effect."""
    places = []
    idle = {id(node) for root in ast.walk(tree) for part in _idle(root) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in idle:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            places.append((node, "ops"))
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
            places.append((node, "op"))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            places.append((node, "value"))
    return places


def _idle(node: ast.AST) -> list[ast.expr]:
    """Parts of a node that are not executed, or matter only when another part is wrong."""
    parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    parts += [node.value] if isinstance(node, ast.keyword) and node.arg == "strict" else []
    return [part for part in parts if part is not None]


def mutate(path: Path, number: int) -> str:
    """Rewrite the module with site ``number`` changed; returns line and change."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, name = sites(tree)[number]
    before = ast.unparse(node)
    if name == "ops":
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif name == "op":
        node.op = SWAPS[type(node.op)]()
    else:
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    path.write_text(ast.unparse(tree), encoding="utf-8")
    return f"{node.lineno}: {before} -> {ast.unparse(node)}"


def survivors(area: str, number: int, seed: int = 2569) -> dict:
    """Run the tests of an area on a sample of mutants, in a copy of the tree."""
    folders, tests = AREAS[area]
    modules = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py")
    all_sites = [
        (path, at) for path in modules for at in range(len(sites(ast.parse(path.read_text(encoding="utf-8")))))
    ]
    sample = random.Random(seed).sample(all_sites, min(number, len(all_sites)))
    lived = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kradan"
        shutil.copytree(ROOT, copy, ignore=lambda folder, names: LEFT & set(names) if Path(folder) == ROOT else ())
        (Path(folder) / "shared").symlink_to(ROOT.parent / "shared")
        if not _passes(copy, tests):
            raise SystemExit(f"{area}: the tests fail on the copy as it is")
        for path, at in sample:
            target = copy / path.relative_to(ROOT)
            change = mutate(target, at)
            if _passes(copy, tests):
                lived.append(f"{path.relative_to(ROOT)}:{change}")
            shutil.copyfile(path, target)
    return {"area": area, "mutants": len(sample), "survivors": len(lived), "lived": lived}


def _passes(copy: Path, tests: list[str]) -> bool:
    """Whether the tests of an area pass on the copy; a timeout counts as failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "unit", *tests]
    try:
        return subprocess.run(command, cwd=copy, capture_output=True, timeout=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    for area in sys.argv[1:2] or AREAS:
        print(json.dumps(survivors(area, number), ensure_ascii=False), flush=True)
