"""Changes since a meeting by place: classes of the ranking with reasons, and the map of changes."""

from __future__ import annotations

import pandas as pd

from geo import changes as geo_changes
from geo.maps.board import ClassStyle
from geo.maps.palette import OUTCOMES
from geo.ranking.ranking import rank
from geo.ranking.spec import SpecError
from pages.components.map_layer import Choropleth
from pages.queries import loop
from pages.queries import store as queries
from pages.queries.loop import Since
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.session.cache import cached
from pages.session.scope import Scope

# Letter -> style; where several hold for a place, the first in this order is its class.
STYLES = {
    "c": ClassStyle(OUTCOMES["suspected_duplication"], "changed_class"),
    "n": ClassStyle(OUTCOMES["overlapping"], "changed_new"),
    "r": ClassStyle(OUTCOMES["complementary"], "changed_other"),
    "k": ClassStyle(OUTCOMES["not_known"], "changed_corrected"),
    "o": ClassStyle(OUTCOMES["single"], "changed_nothing"),
}
NEW = ("begun", "reported")


@cached(8)
def class_changes(scope: Scope, chosen: Query, since: Since) -> pd.DataFrame:
    """One row per subdistrict whose class differs from the meeting's, with reasons; empty if nothing can be ranked."""
    sides = []
    for side in (loop.then(scope, since), scope):
        try:  # draws=0: the classes do not depend on the draws
            ranking = rank(
                ranking_data.spec_of(Method()), ranking_data.criteria_table(side, chosen.fiscal_year), draws=0
            )
        except SpecError:
            return pd.DataFrame(columns=[KEY, "before", "after", "why", "criteria", "values"])
        sides.append((ranking_data.reviewed(side, ranking, chosen.fiscal_year).units, ranking.prepared))
    (then, was), (now, is_) = ((units.assign(**{"class": units["agreed_class"]}), classes) for units, classes in sides)
    table = geo_changes.class_changes(then, now, was, is_)
    return table[table[KEY].str.startswith(chosen.district or "")].reset_index(drop=True)


def layer(scope: Scope, chosen: Query, since: Since) -> Choropleth:
    """Map of changes: another class first, then new money, other changes, corrections only."""
    table = loop.changes(scope, chosen.without("district"), since)
    codes = queries.areas(scope, chosen.fiscal_year)[KEY]
    real, before = ~table["is_correction"].astype(bool), table["area_before"].astype("string").str[:6]
    here = table["subdistrict_code"]
    is_new = table["kind"].isin(NEW)
    reached = {
        "k": set(here) | set(before),
        "r": set(here[real]) | set(before[real]),
        "n": set(here[is_new]),
        "c": set(class_changes(scope, chosen.without("district"), since)[KEY]),
    }
    classes = pd.Series("o", index=codes.index, dtype="object")
    for letter, places in reached.items():
        classes = classes.mask(codes.isin(places), letter)
    places = pd.concat([here, before[before.ne(here).fillna(False)]]).value_counts()
    return Choropleth(STYLES, codes, classes, codes.map(places), "unit_changes")


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """Number of records and satang per kind of change (:data:`geo.changes.KINDS`).

    ``satang``: the amount; for ``progress`` what was paid since, for ``revised`` and ``corrected`` the difference (NA:
    not stated).
    """
    now, was = table["amount_satang"].astype("Int64"), table["amount_before_satang"].astype("Int64")
    paid = table["paid_satang"].astype("Int64") - table["paid_before_satang"].astype("Int64")
    money = now.mask(table["kind"].eq("gone"), was).mask(table["kind"].eq("progress"), paid)
    money = money.mask(table["kind"].isin(["revised", "corrected"]) & was.notna(), now - was)
    grouped = table.assign(satang=money).groupby("kind")["satang"]
    sums = pd.DataFrame({"records": grouped.size(), "satang": grouped.sum(min_count=1)})
    return sums.reindex(geo_changes.KINDS).assign(records=lambda rows: rows["records"].fillna(0).astype(int))
