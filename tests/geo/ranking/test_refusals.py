"""What a person can write wrongly in a specification, in data or on the command line."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from geo.ranking.ranking import rank
from geo.ranking.spec import SpecError, read_spec
from tests.geo.ranking.indices import command_line


def a(**more) -> dict:
    """A specification of one criterion."""
    return {"criterion": [{"code": "a", **more}]}


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"criterion": []}, "rank_no_criteria"),
        ({"criterion": [{"column": "a"}]}, "rank_criterion_without_code"),
        (a(direction=2), "rank_direction_unclear"),
        (a(weight=-1), "rank_weight_negative"),
        (a(weight="two"), "rank_spec_unreadable"),
        (a(weight=0), "rank_weights_all_zero"),
        ({"criterion": [{"code": "a"}, {"code": "a"}]}, "rank_code_twice"),
        (a(group="lost"), "rank_group_unknown"),
        (a(goalposts=[5, 1]), "rank_goalposts_unordered"),
        ({"normalise": {"method": "goalposts"}}, "rank_goalposts_missing"),
        ({"normalise": {"method": "magic"}}, "rank_unknown_method"),
        ({"uncertainty": {"aggregations": ["magic"]}}, "rank_unknown_method"),
        ({"classes": {"method": "thresholds", "thresholds": [1]}}, "rank_thresholds_count"),
        ({"classes": {"method": "thresholds", "thresholds": [1, 2]}}, "rank_thresholds_unordered"),
        ({"normalise": {"centre": 0}, "aggregate": {"method": "geometric"}}, "rank_centre_not_positive"),
        (a(goalposts=[1]), "rank_spec_unreadable"),
        (a(weight=float("inf")), "rank_setting_out_of_range"),
        ({"uncertainty": {"draws": -5}}, "rank_setting_out_of_range"),
        ({"uncertainty": {"draws": "many"}}, "rank_setting_out_of_range"),
        ({"uncertainty": {"draws": 10.5}}, "rank_setting_out_of_range"),
        ({"uncertainty": {"seed": -1}}, "rank_setting_out_of_range"),
        ({"uncertainty": {"weight_spread": 3}}, "rank_setting_out_of_range"),
        ({"uncertainty": {"hold": 5}}, "rank_setting_out_of_range"),
        ({"missing": {"known_share": 7}}, "rank_setting_out_of_range"),
        ({"normalise": {"scale": [9, 9]}}, "rank_setting_out_of_range"),
        ({"classes": {"labels": []}}, "rank_setting_out_of_range"),
        ({"classes": {"labels": ["A", "A"]}}, "rank_setting_out_of_range"),
        (
            {"criterion": [{"code": "a", "group": "g"}], "group": [{"code": "g", "divide_by": 0}]},
            "rank_setting_out_of_range",
        ),
    ],
)
def test_wrong_specifications_are_refused_with_a_code(stated, code):
    with pytest.raises(SpecError) as refused:
        read_spec(a() | stated)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("stated", "value", "nearest"),
    [
        ({"criterion": [{"code": "a", "transfrom": "log"}]}, "criterion.transfrom", "transform"),
        ({"criterion": [{"code": "a", "grup": "g"}]}, "criterion.grup", "group"),
        ({"criterion": [{"code": "a"}], "grup": [{"code": "g"}]}, "grup", "group"),
        ({"criterion": [{"code": "a", "aggregate": "geometric"}]}, "criterion.aggregate", "[aggregate]"),
        ({"criterion": [{"code": "a"}], "normalise": {"aggregate": "geometric"}}, "normalise.aggregate", "[aggregate]"),
        ({"criterion": [{"code": "a"}], "group": [{"code": "g", "aggregate": "x"}]}, "group.aggregate", "aggregation, [aggregate]"),
        ({"criterion": [{"code": "a"}], "aggregate": "geometric"}, "aggregate = geometric", "[aggregate]"),
        ({"criterion": {"code": "a"}}, "criterion = {'code': 'a'}", "[[criterion]]"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"hodl": 0.9}}, "uncertainty.hodl", "hold"),
        ({"criterion": [{"code": "a"}], "classes": {"need": {"lables": ["x"]}}}, "classes.need.lables", "labels"),
        ({"criterion": [{"code": "a"}], "method": "z"}, "method", "method in [normalise], method in [aggregate], "
         "method in [outliers], method in [classes]"),
    ],
)  # fmt: skip
def test_a_key_that_means_nothing_is_refused_with_the_nearest(stated, value, nearest):
    with pytest.raises(SpecError) as refused:
        read_spec(stated)
    assert (refused.value.code, refused.value.value, refused.value.expected) == ("rank_key_unknown", value, nearest)


def test_an_axis_that_is_none_does_not_lose_a_criterion():
    for stated, axis in (
        ({"criterion": [{"code": "a", "axis": "strenght"}]}, None),
        ({"criterion": [{"code": "a"}]}, "nede"),
    ):
        with pytest.raises(SpecError) as refused:
            read_spec(stated, axis)
        assert refused.value.code == "rank_unknown_method"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"subdistrict_code": ["1", "1"], "a": [1, 2]}, "rank_unit_twice"),
        ({"subdistrict_code": ["1", ""], "a": [1, 2]}, "rank_unit_without_code"),
        ({"code": ["1", "2"], "a": [1, 2]}, "rank_column_missing"),
        ({"subdistrict_code": ["1", "2"], "b": [1, 2]}, "rank_column_missing"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "many"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "inf"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "1e309"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": [], "a": []}, "rank_no_rows"),
    ],
)
def test_wrong_data_are_refused_with_a_code(data, code):
    with pytest.raises(SpecError) as refused:
        rank(read_spec({"criterion": [{"code": "a"}]}), pd.DataFrame(data))
    assert refused.value.code == code


def test_command_line_refuses_with_exit_2_and_keeps_codes_as_text(tmp_path):
    (tmp_path / "spec.toml").write_text(
        'unit = "u"\n[[criterion]]\ncode = "a"\n[uncertainty]\ndraws = 20\n', encoding="utf-8"
    )
    (tmp_path / "data.csv").write_text("u,a\n007,1\nNA,2\n009,\n", encoding="utf-8-sig")
    done = command_line(tmp_path / "spec.toml", tmp_path / "data.csv", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert written[1].startswith("007,")
    assert written[2].startswith("NA,")
    assert written[3].startswith("009,,,")
    assert [row.rpartition(",")[2] for row in written] == ["a", "1", "2", ""]  # what came in comes out
    bad = command_line(tmp_path / "spec.toml", tmp_path / "missing.csv", tmp_path / "out2.csv")
    assert bad.returncode == 2
    assert json.loads(bad.stderr)["problem"] == "rank_file_unreadable"
    assert not (tmp_path / "out2.csv").exists()


@pytest.mark.parametrize(
    ("text", "out", "options", "code"),
    [
        ("u,a\n1,2,3\n2,3,4\n", "out.csv", (), "rank_file_unreadable"),
        ("u,a,a\n1,2,3\n", "out.csv", (), "rank_column_twice"),
        ("u,a\n", "out.csv", (), "rank_no_rows"),
        ("u,a\n1,2\n", "out.csv", ("--draws", "-3"), "rank_setting_out_of_range"),
        ("u,a\n1,2\n", "no/such/folder/out.csv", (), "rank_file_unreadable"),
    ],
    ids=["cells beyond the heading", "a heading twice", "no rows", "fewer than no draws", "nowhere to write"],
)
def test_command_line_says_what_is_wrong_instead_of_breaking(tmp_path, text, out, options, code):
    (tmp_path / "spec.toml").write_text('unit = "u"\n[[criterion]]\ncode = "a"\n', encoding="utf-8")
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    done = command_line(tmp_path / "spec.toml", tmp_path / "data.csv", tmp_path / out, *options)
    assert done.returncode == 2
    assert json.loads(done.stderr)["problem"] == code  # one JSON line: no traceback, no warning beside it
    assert done.stdout == ""
    assert not (tmp_path / out).exists()
