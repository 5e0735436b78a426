"""Words and figures of the board at a glance."""

from __future__ import annotations

import pandas as pd

from geo.frames import known_sum
from pages.components import filters as choices
from pages.components.names import subdistrict_names
from pages.overview import questions as overview_questions
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, t, whole


def subdistrict(scope: Scope) -> str | None:
    """The subdistrict that "who supports it" asks about."""
    names = {"": t("choose_subdistrict")} | subdistrict_names(scope)
    return choices.choose("subdistrict", t("filter_subdistrict"), list(names), names.__getitem__, "") or None


def finding(inside: pd.DataFrame) -> str:
    """Covered, nobody, not known: the three in one sentence."""
    counts = inside["status"].value_counts()
    words = {
        "covered": counts.get("covered", 0),
        "none": counts.get("none", 0),
        "unknown": counts.get("not_reported", 0),
    }
    return t("finding_overview", **words, all=len(inside))


def figures(scope: Scope, chosen: Query, inside: pd.DataFrame) -> list[tuple[str, str]]:
    """Records, money, agencies, people, booklets; where no base has reported a single place, no count is known."""
    placed = coverage.rolled(scope, chosen).by_subdistrict
    unknown = placed.empty and inside["status"].eq("not_reported").all()
    year = queries.population_year(chosen.fiscal_year) + 543
    return [
        (t("figure_records"), whole(pd.NA if unknown else len(placed))),
        (t("figure_placed_baht"), baht(placed["amount_satang"].sum(min_count=1))),
        (t("figure_agencies"), whole(pd.NA if unknown else placed["agency_code"].nunique())),
        (t("figure_population", year=year), whole(known_sum(inside["population"]))),
        (t("figure_booklets"), overview_questions.booklets(scope)),
    ]
