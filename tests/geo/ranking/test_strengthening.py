"""Every weak place has a team or is on the list; no baht is booked twice."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ranking.strengthening import book, team_list, weak_points

UNITS = pd.DataFrame(
    [
        ("1", "A", None),
        ("2", "B", None),
        ("3", "B", "B/C"),
        ("4", "C", None),
        ("5", "C", "B/C"),
        ("6", None, None),
        ("7", "A", "A/B"),
    ],
    columns=["subdistrict_code", "class", "border"],
).astype({"border": "string"})


def test_every_weak_place_has_a_team_or_is_listed_without():
    tasks = pd.DataFrame(
        [
            ("4", "Pak Phanang team", "bookkeeping", dt.date(2007, 4, 2)),
            ("4", "Health team", "bookkeeping", dt.date(2007, 3, 20)),
            ("5", "  ", "plan", dt.date(2007, 3, 1)),
            ("3", "Health team", None, pd.NaT),
            ("1", "Health team", "not needed", dt.date(2007, 3, 1)),
        ],
        columns=["subdistrict_code", "team", "task", "visit_on"],
    )
    table = team_list(UNITS, tasks, "C")
    assert table["subdistrict_code"].tolist() == ["5", "3", "4"]
    assert table["status"].tolist() == ["no_team", "no_visit", "planned"]
    assert table["why"].tolist() == ["class", "border", "class"]
    assert table["teams"].iloc[2] == "Health team|Pak Phanang team"
    assert table["tasks"].iloc[2] == "bookkeeping"
    assert table["next_visit_on"].iloc[2] == dt.date(2007, 3, 20)
    nobody = team_list(UNITS, tasks.iloc[:0], "C")
    assert nobody["status"].tolist() == ["no_team"] * 3


STREAMS = pd.DataFrame(
    [("sml", 1000, dt.date(2006, 10, 1), dt.date(2008, 9, 30)), ("codi", 500, None, None), ("open", None, None, None)],
    columns=["stream_code", "total_satang", "starts_on", "ends_on"],
)


def test_projects_never_go_beyond_the_balance():
    projects = pd.DataFrame(
        [
            ("p1", "sml", 600, dt.date(2007, 1, 1)),
            ("p1", "codi", 200, None),
            ("p1", "sml", 50, dt.date(2007, 1, 1)),
            ("p2", "sml", 400, dt.date(2007, 1, 1)),
            ("p3", "sml", 200, dt.date(2007, 1, 1)),
            ("p4", "sml", 10, dt.date(2009, 1, 1)),
            ("p5", "open", 1, None),
            ("p6", "gone", 1, None),
            ("p7", "codi", None, None),
            ("p8", "codi", 300, None),
            ("p9", "codi", -5, None),
        ],
        columns=["project_code", "stream_code", "amount_satang", "starts_on"],
    )
    support = pd.DataFrame(
        {"stream_code": ["sml", "sml", None], "amount_satang": pd.array([150, 50, 99], dtype="Int64")}
    )
    answer = book(STREAMS, projects, support)
    assert answer.projects["code"].fillna("booked").tolist() == [
        "booked", "booked", "team_booked_twice", "team_over_balance", "booked", "team_outside_period", "team_balance_not_known",
        "team_stream_unknown", "team_amount_missing", "booked", "team_amount_missing",
    ]  # fmt: skip
    streams = answer.streams.set_index("stream_code")
    assert streams.loc["sml", ["committed_satang", "booked_satang", "left_satang"]].tolist() == [200, 800, 0]
    assert streams.loc["codi", ["committed_satang", "booked_satang", "left_satang"]].tolist() == [0, 500, 0]
    assert pd.isna(streams.loc["open", "left_satang"])
    silent = book(STREAMS, projects, support.assign(amount_satang=pd.NA))  # who committed money does not say how much
    assert silent.projects["code"].iloc[[0, 1]].fillna("booked").tolist() == ["team_committed_not_known", "booked"]
    assert silent.streams.set_index("stream_code").loc["sml", ["committed_satang", "left_satang"]].isna().all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["sml", "codi"]), st.integers(1, 700)), max_size=20), st.integers(0, 1500))
def test_no_double_booking_whatever_is_asked(requests, used):
    projects = pd.DataFrame(
        [(f"p{number}", *request) for number, request in enumerate(requests)],
        columns=["project_code", "stream_code", "amount_satang"],
    )
    support = pd.DataFrame({"stream_code": ["sml"], "amount_satang": [used]})
    answer = book(STREAMS, projects, support)
    booked = answer.projects[answer.projects["is_booked"]].groupby("stream_code")["amount_satang"].sum()
    assert booked.get("sml", 0) <= max(1000 - used, 0)
    assert booked.get("codi", 0) <= 500
    streams = answer.streams.set_index("stream_code")
    assert streams["booked_satang"].to_dict() == {"sml": booked.get("sml", 0), "codi": booked.get("codi", 0), "open": 0}


def test_weak_points_are_the_criteria_furthest_below_the_mean():
    table = pd.DataFrame(
        [
            ("1", "plan", -1.0),
            ("1", "meetings", -3.0),
            ("1", "savings", -2.0),
            ("1", "groups", 4.0),
            ("2", "plan", 0.5),
        ],
        columns=["subdistrict_code", "criterion", "against_mean"],
    )
    assert weak_points(table).to_dict() == {"1": ("meetings", "savings"), "2": ()}
