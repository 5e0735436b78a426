"""Published checks, the specifications of `data/rules`, small indices made in code, the command line."""

from __future__ import annotations

import os
import subprocess
import tomllib

import pandas as pd

from geo.ranking.spec import read_spec
from tests.conftest import ROOT, SHARED
from tests.support import warm

CHECKS = SHARED / "index_checks"
RULES = ROOT / "data" / "rules"


def document(name: str) -> dict:
    return tomllib.loads((RULES / name).read_text(encoding="utf-8"))


def command_line(*arguments: object) -> subprocess.CompletedProcess[str]:
    return warm.run("geo", "rank", *arguments, environment=os.environ, timeout=120)


def toy(values: dict[str, list[float | None]], **stated) -> tuple:
    """A small index over columns of the same names, and its data."""
    length = len(next(iter(values.values())))
    data = pd.DataFrame({"subdistrict_code": [f"99{row:04d}" for row in range(length)], **values})
    base = {"criterion": [{"code": code} for code in values], "uncertainty": {"draws": 200}}
    return read_spec({**base, **stated}), data
