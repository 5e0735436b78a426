"""Nothing is lost or doubled in silence: generated corrupted files, and bad files that must get a coded answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.experiments import bad_files, bad_kinds
from loaders.places.matcher import Places
from tests.support import corrupt


@pytest.mark.parametrize("seed", range(24))
def test_seeded_files(seed: int, tmp_path: Path, places: Places) -> None:
    made = corrupt.make(seed, tmp_path)
    assert corrupt.check(made, corrupt.read(made, places)) == []


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(10_000, 10_000_000))
def test_any_file(seed: int, tmp_path_factory: pytest.TempPathFactory, places: Places) -> None:
    made = corrupt.make(seed, tmp_path_factory.mktemp("corrupt"))
    assert corrupt.check(made, corrupt.read(made, places)) == []


def test_the_check_itself_sees_losses_doublings_and_wrong_figures(tmp_path: Path, places: Places) -> None:
    made = corrupt.make(3, tmp_path)
    answer = corrupt.read(made, places)
    assert corrupt.check(made, answer) == []
    result = answer.understood[0]
    first = result.rows("loaded")[0]
    kept = result.outcome.copy(), result.satang.copy(), result.matched.copy()
    result.satang[first] += 1
    assert any("instead of" in fault for fault in corrupt.check(made, answer))
    result.satang = kept[1]
    result.matched.at[first, "area_code"] = "809999"
    assert any("placed at" in fault for fault in corrupt.check(made, answer))
    result.matched = kept[2]
    result.outcome = result.outcome.drop(first)
    assert any("found 0 times" in fault for fault in corrupt.check(made, answer))
    result.outcome = kept[0]
    made.rows.append(corrupt.Row("never written", "800101", ("ในเมือง", "เมืองนครศรีธรรมราช"), 100))
    assert corrupt.check(made, answer) == ["never written found 0 times"]
    made.rows.pop()
    made.bad_totals += 1
    assert any("wrong total" in fault for fault in corrupt.check(made, answer)) or any(
        not one["met"] for one in result.control_totals
    )


def test_crafted_bad_files_get_a_coded_answer(places: Places) -> None:
    files = list(bad_kinds.crafted())
    assert len(files) >= 150
    by_kind = {kind: one for one in files for kind in [one[0].split(":")[0]]}
    _, _slowest, faults = bad_files.run_crafted(list(by_kind.values()), places, at_most=float("inf"))
    assert faults == []


def test_fuzzed_files_get_a_coded_answer() -> None:
    found = bad_files.run_fuzzed(64, first=500_000)
    assert (found["faults"], found["examples"]) == (0, [])
    assert len(found["answers"]) > 3
