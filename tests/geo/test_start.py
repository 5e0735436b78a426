"""Small commands start fast: what is heavy is imported only by what uses it."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ["scipy.stats", "shapely", "geopandas", "sqlalchemy", "streamlit", "matplotlib", "esda", "altair"]
RANK = """
import json, sys
from geo.__main__ import main
assert main(sys.argv[1:]) == 0
print(json.dumps(sorted(sys.modules)))
"""


def test_a_ranking_on_the_command_line_imports_nothing_heavy(tmp_path):
    spec, data = tmp_path / "spec.toml", tmp_path / "data.csv"
    spec.write_text('unit = "u"\n[[criterion]]\ncode = "a"\n[uncertainty]\nnormalisations = ["z", "rank"]\n', "utf-8")
    data.write_text("u,a\n1,2\n2,3\n3,3\n", "utf-8")
    command = [sys.executable, "-c", RANK, "rank", str(spec), str(data), str(tmp_path / "out.csv")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(json.loads(answer.stdout.splitlines()[-1]))
