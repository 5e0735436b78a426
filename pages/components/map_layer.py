"""From a result to the map: class per subdistrict, its styles, its legend."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geo.maps import classes as map_classes
from geo.maps.board import ClassStyle, ClassVector, class_message, class_vector
from geo.maps.breaks import classify
from geo.maps.palette import CLUSTERS, OUTCOME_HATCH, OUTCOMES, QUADRANTS, SEQUENTIAL, UNMEASURED
from geo.overlaps import outcomes
from geo.statuses import nothing_classes
from pages.components.panels import nothing_styles
from pages.queries.store import Filters
from pages.session.text import t


@dataclass(frozen=True)
class Layer:
    """What the map shows: styles by class character, the class of every subdistrict, figures and marks."""

    styles: dict[str, ClassStyle]
    codes: pd.Series
    classes: pd.Series
    values: pd.Series | None = None
    unit: str = "{}"
    marks: pd.Series | None = None
    mark_label: str = ""
    badges: dict[str, int] | None = None

    @cached_property
    def message(self) -> dict:
        """What the map is told, whatever it zooms to; made once per layer."""
        return class_message(
            self.codes, self.classes, self.styles, values=self.values, unit=self.unit, marks=self.marks, mark_label=self.mark_label,
            badges=self.badges,
        )  # fmt: skip

    @cached_property
    def _rows(self) -> list[tuple[str, str, bool]]:
        """Code, class and mark of every subdistrict."""
        marks = [False] * len(self.codes) if self.marks is None else self.marks.astype(bool)
        return list(zip(self.codes, self.classes, marks, strict=True))

    def vector(self, view: str, filters: Filters | None = None, chosen: str | None = None) -> ClassVector:
        """The short message to the map."""
        return class_vector(self.message, view=view, district=filters.district if filters else None, chosen=chosen)

    def counts(self, district: str | None = None) -> dict[str, int]:
        """Subdistricts per class, within a district when one is chosen."""
        return Counter(kind for code, kind, _ in self._rows if code.startswith(district or ""))

    def marked(self, district: str | None = None) -> tuple[str, int] | None:
        """Words for the stripe and how many subdistricts bear it."""
        if self.marks is None:
            return None
        return self.mark_label, sum(mark for code, _, mark in self._rows if code.startswith(district or ""))


def _bounds_words(bounds: list[float], whole: bool, unit: str) -> list[str]:
    """``1``, ``2-3``, ``4-7`` for counts, ``0.5-12`` for measures."""
    words, start = [], None
    for bound in bounds:
        low = (1 if whole else 0) if start is None else (start + 1 if whole else start)
        text = f"{bound:,.0f}" if low == bound else f"{low:,.0f}–{bound:,.0f}"
        words.append(unit.replace("{}", text))
        start = bound
    return words


def count_bounds(largest: float) -> list[float]:
    """Classes of a small count: 1, 2, 3, 4-5, 6 and more; the same for every year and filter."""
    fixed = [1.0, 2.0, 3.0, 5.0]
    return [bound for bound in fixed if bound < largest] + ([float(largest)] if largest >= 1 else [])


def coverage_layer(table: pd.DataFrame, measure: str, bounds: list[float], *, estimated: bool = False) -> Layer:
    """Coverage on the scale of a measure (``agencies``, ``village_share``, ``per_head_baht``); nothing stays off the scale.

    With ``estimated`` the stripe lies on places whose figure holds a share split from above, else on those that only
    unspread work above them reaches. A share of villages is never drawn where there are no villages.
    """
    values = table[measure] * 100 if measure == "village_share" else table[measure]
    scale = [bound * 100 for bound in bounds] if measure == "village_share" else bounds
    if measure == "agencies":
        scale = count_bounds(bounds[-1] if bounds else 0)
    unit = t(f"unit_{measure}")
    number = classify(values, scale)
    covered = table["status"].eq("covered")
    classes = nothing_classes(table["status"]).fillna(map_classes.UNMEASURED)
    classes[covered & number.notna()] = number[covered & number.notna()].astype(int).astype(str)
    shades = _shades(len(scale))
    styles = {
        str(i): ClassStyle(shades[i], words)
        for i, words in reversed(list(enumerate(_bounds_words(scale, measure == "agencies", unit))))
    }
    nothing = nothing_styles()
    if measure == "village_share":
        classes[table["villages"].eq(0).fillna(False).astype(bool)] = "x"
        nothing["x"] = ClassStyle(nothing["x"].color, t("no_villages"))
    if classes.eq(map_classes.UNMEASURED).any():
        styles[map_classes.UNMEASURED] = ClassStyle(UNMEASURED, t(f"unmeasured_{measure}"))
    marks = table["is_estimated"] if estimated else table["supported_above"] & ~covered
    label = t("mark_estimated" if estimated else "mark_supported_above")
    return Layer(styles | nothing, table["subdistrict_code"], classes, values, unit, marks, label)


def _shades(number: int) -> list[str]:
    """As many shades as classes, the darkest always the most."""
    if number <= 1:
        return [SEQUENTIAL[3]] * max(number, 1)
    step = (len(SEQUENTIAL) - 1) / (number - 1)
    return [SEQUENTIAL[round(index * step)] for index in range(number)]


def gaps_layer(table: pd.DataFrame) -> Layer:
    """Need x support in four colours; what is not known stays hatched."""
    styles = {
        map_classes.QUADRANTS[name]: ClassStyle(color, t(f"quadrant_{name}")) for name, color in QUADRANTS.items()
    }
    nothing = nothing_styles()
    styles["v"] = ClassStyle(nothing["u"].color, t("quadrant_unknown_support"), nothing["u"].hatch)
    styles["u"] = ClassStyle(nothing["n"].color, t("quadrant_unknown_need"), nothing["u"].hatch)
    styles["x"] = nothing["x"]
    return Layer(styles, table["subdistrict_code"], map_classes.letters(table["quadrant"], map_classes.QUADRANTS), table["need_value"], t("unit_need"),
                 table["supported_above"] & table["quadrant"].eq("gap"), t("mark_supported_above"))  # fmt: skip


def clusters_layer(table: pd.DataFrame, unit: str) -> Layer:
    """Places that lie among their like, as a hint; what is not known stays hatched."""
    styles = {map_classes.CLUSTERS[name]: ClassStyle(color, t(f"cluster_{name}")) for name, color in CLUSTERS.items()}
    nothing = nothing_styles()
    styles["u"] = ClassStyle(nothing["u"].color, t("cluster_not_known"), nothing["u"].hatch)
    return Layer(
        styles,
        table["subdistrict_code"],
        map_classes.letters(table["cluster"], map_classes.CLUSTERS),
        table["value"],
        unit,
    )


def overlaps_layer(by_area: pd.DataFrame, covered: pd.DataFrame, *, hatched: bool = True) -> Layer:
    """The gravest outcome per subdistrict; a count badge on suspected duplication only.

    Somebody may be in a place through records that make no pair there (a local government's): not known.
    """
    inside = by_area[by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    outcome = covered["subdistrict_code"].map(inside["outcome"])
    missing = nothing_classes(covered["status"]).fillna(outcomes.OUTCOMES["not_known"].letter)
    classes = map_classes.letters(outcome, outcomes.letters(), missing=missing)
    styles = {
        known.letter: ClassStyle(
            OUTCOMES[code], t(f"outcome_{code}"), OUTCOME_HATCH if hatched and known.is_hatched else None
        )
        for code, known in outcomes.drawn().items()
    }
    suspected = inside["suspected_duplication"]
    badges = {str(code): int(number) for code, number in suspected[suspected > 0].items()}
    values = covered["subdistrict_code"].map(suspected)
    return Layer(
        styles | nothing_styles(), covered["subdistrict_code"], classes, values, t("unit_duplication"), badges=badges
    )
