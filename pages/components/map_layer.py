"""Choropleths from results: a class per subdistrict, styles, legend. Text keys and numbers only, no text.

Screen, meeting wall and pack paint the same choropleth; each formats the keys at the end with the
:class:`pages.session.formatter.Formatter` of its language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from geo import figures
from geo.coverage.heard import missing_of
from geo.maps import classes as map_classes
from geo.maps.board import ClassStyle, ClassVector, class_message, class_vector, with_line
from geo.maps.breaks import classes_of
from geo.maps.palette import (
    CLUSTERS,
    NOT_REPORTED_LINE,
    NOTHING,
    OUTCOME_HATCH,
    OUTCOMES,
    QUADRANTS,
    SEQUENTIAL,
    UNMEASURED,
)
from geo.overlaps import outcomes
from geo.statuses import COVERED, NONE, nothing_classes, waits
from geo.statuses import NOTHING as NOTHING_LETTERS
from geo.statuses import TEXT_KEYS as STATUS_KEYS
from pages.queries import coverage
from pages.queries.query import Query
from pages.session import text
from pages.session.cache import cached
from pages.session.formatter import Formatter
from pages.session.scope import Scope

AGENCIES = "unit_agencies"


def agencies_of(scope: Scope, query: Query) -> pd.Series:
    """Number of agencies per subdistrict, NA where it is not known; a line of every map's tooltip."""
    table = coverage.coverage(scope, query).set_index("subdistrict_code")
    return table["agencies"].where(table["status"].isin([COVERED, NONE]))


@dataclass(frozen=True)
class Choropleth:
    """A choropleth: class, value and tooltip lines of every subdistrict, and the style of every class.

    ``styles`` by class letter; ``classes`` of the subdistricts ``codes`` (a letter without a style is a
    ``ValueError``); ``values`` and ``more`` are tooltip figures with the keys of their units; ``marks``: places under a
    stripe, explained by ``mark_key``; ``badges``: counts drawn on places; ``dots`` beside names, explained by
    ``dot_key``.
    """

    styles: Mapping[str, ClassStyle]
    codes: pd.Series
    classes: pd.Series
    values: pd.Series | None = None
    unit: str = ""
    marks: pd.Series | None = None
    mark_key: str = ""
    badges: dict[str, int] | None = None
    more: tuple[tuple[pd.Series, str], ...] = ()
    dots: pd.Series | None = None
    dot_key: str = ""
    _messages: dict[str, dict] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        map_classes.check_styles("choropleth", self.classes, self.styles)

    def message(self, words: Formatter) -> dict:
        """The message to the map in one language, without zoom; made once per layer and language."""
        if words.language not in self._messages:
            self._messages[words.language] = class_message(
                self.codes,
                self.classes,
                dict(self.styles),
                values=self.values,
                unit=words.say(self.unit) if self.unit else "{}",
                more=[(figures, words.say(unit)) for figures, unit in self.more],
                dots=self.dots,
                marks=self.marks,
                mark_label=words.say(self.mark_key) if self.mark_key else "",
                badges=self.badges,
                label=lambda style: words.say(style.key, **style.blanks),
            )
        return self._messages[words.language]

    @cached_property
    def _rows(self) -> list[tuple[str, str, bool]]:
        """Code, class and stripe of every subdistrict, as plain tuples."""
        marks = [False] * len(self.codes) if self.marks is None else self.marks.astype(bool)
        return list(zip(self.codes, self.classes, marks, strict=True))

    def vector(
        self, view: str, filters: Query | None = None, chosen: str | None = None, agencies: pd.Series | None = None
    ) -> ClassVector:
        """The message to the map in the person's language; ``agencies`` adds a tooltip line unless the layer has it."""
        district, words = filters.district if filters else None, text.formatter()
        message = self.message(words)
        if agencies is not None and AGENCIES not in (self.unit, *(unit for _, unit in self.more)):
            message = with_line(message, self.codes, self.codes.map(agencies), words.say(AGENCIES))
        return class_vector(message, view=view, district=district, chosen=chosen)

    def counts(self, district: str | None = None) -> dict[str, int]:
        """Subdistricts per class, of one district if given."""
        return Counter(letter for code, letter, _ in self._rows if code.startswith(district or ""))

    def marked(self, district: str | None = None) -> tuple[str, int] | None:
        """Text of the stripe and the number of subdistricts under it; ``None`` without a stripe."""
        if self.marks is None:
            return None
        return text.formatter().say(self.mark_key), sum(
            mark for code, _, mark in self._rows if code.startswith(district or "")
        )

    def dotted(self, district: str | None = None) -> tuple[str, int] | None:
        """Text of the dot and the number of subdistricts with it; ``None`` without dots."""
        if self.dots is None:
            return None
        inside = self.codes.str.startswith(district or "")
        return text.formatter().say(self.dot_key), int((self.dots.astype(bool) & inside).sum())


def nothing_styles() -> dict[str, ClassStyle]:
    """The three kinds of nothing: reported none, not reported, not applicable."""
    return {
        letter: ClassStyle(NOTHING[status][0], STATUS_KEYS[status], NOTHING[status][1])
        for status, letter in NOTHING_LETTERS.items()
    }


def _waiting(table: pd.DataFrame) -> dict[str, Any]:
    """Text of "not reported": how many bases have not given their due report, and in how many places rows wait.

    Returns fields of :class:`ClassStyle` to replace.
    """
    missing, owed = len(missing_of(table)), int(table["owed"].max()) if len(table) else 0
    places = figures.count("not_known_waiting", coverage=table)
    if not owed:
        return {"key": "status_nobody_asked"}
    key = ("status_not_reported_waits" if missing else "status_waits") if places else "status_not_reported_of"
    blanks = {"missing": missing, "owed": owed, "places": places}
    return {"key": key, "blanks": blanks} if missing or places else {}


def waiting_line(table: pd.DataFrame) -> tuple[tuple[pd.Series, str], ...]:
    """Tooltip line: rows waiting at the review desk, for places that are unknown because of them."""
    return ((table["waiting"].where(waits(table)), "unit_waiting"),) if "waiting" in table else ()


def not_known_style(key: str) -> ClassStyle:
    """Style of "not reported" with another text, for results that are unknown for their own reason."""
    ground, line = NOTHING["not_reported"]
    return ClassStyle(ground, key, line)


def is_nothing(style: ClassStyle) -> bool:
    """Whether a class means "not known" or "not applicable"."""
    return style.hatch == NOT_REPORTED_LINE or style.color == NOTHING["not_applicable"][0]


def shades(number: int) -> list[str]:
    """Colours for a number of classes, the darkest for the highest."""
    if number <= 1:
        return [SEQUENTIAL[3]] * max(number, 1)
    step = (len(SEQUENTIAL) - 1) / (number - 1)
    return [SEQUENTIAL[round(index * step)] for index in range(number)]


def bounds_words(bounds: list[float], whole: bool) -> list[str]:
    """Labels of classes from upper bounds: ``1``, ``2–3``, ``4–7`` for counts, ``0–12``, ``12–40`` for measures."""
    ranges, start = [], None
    for bound in bounds:
        low = (1 if whole else 0) if start is None else (start + 1 if whole else start)
        ranges.append(f"{bound:,.0f}" if low == bound else f"{low:,.0f}–{bound:,.0f}")
        start = bound
    return ranges


def scale_styles(ranges: list[str], unit: str) -> dict[str, ClassStyle]:
    """Styles of the classes ``0 .. n-1`` of a scale, highest first; ``unit`` is a key with ``{}`` for the range."""
    colors = shades(len(ranges))
    return {
        str(number): ClassStyle(colors[number], unit, blanks={"range": words})
        for number, words in reversed(list(enumerate(ranges)))
    }


def count_bounds(largest: float) -> list[float]:
    """Upper bounds for a small count: 1, 2, 3, 4-5, 6 and more; equal for every year and filter."""
    fixed = [1.0, 2.0, 3.0, 5.0]
    return [bound for bound in fixed if bound < largest] + ([float(largest)] if largest >= 1 else [])


def coverage_of(scope: Scope, query: Query, measure: str, bounds: Sequence[float] | None = None) -> Choropleth:
    """Coverage under a query, classed by a measure; ``bounds`` by default those over every year."""
    bounds = coverage.breaks(scope, measure, query) if bounds is None else bounds
    return _coverage_of(scope, replace(query, district=None), measure, tuple(bounds))


@cached(256)
def _coverage_of(scope: Scope, query: Query, measure: str, bounds: tuple[float, ...]) -> Choropleth:
    return coverage_layer(coverage.coverage(scope, query), measure, list(bounds), estimated=query.split is not None)


def coverage_layer(table: pd.DataFrame, measure: str, bounds: list[float], *, estimated: bool = False) -> Choropleth:
    """Coverage classed by a measure (``agencies``, ``village_share``, ``per_head_baht``); "nothing" is off the scale.

    With ``estimated`` the stripe marks places whose figure contains a split share, otherwise places not covered except
    by support above the subdistrict. A village share needs villages: without any a place is not applicable.
    """
    values = table[measure] * 100 if measure == "village_share" else table[measure]
    scale = [bound * 100 for bound in bounds] if measure == "village_share" else bounds
    if measure == "agencies":
        scale = count_bounds(bounds[-1] if bounds else 0)
    unit, more = f"unit_{measure}", waiting_line(table)
    covered = table["status"].eq("covered")
    # where nobody reported, no figure is known, not even zero
    values = values.where(covered | table["status"].eq("none"))
    classes = classes_of(table["status"], values, scale)
    styles = scale_styles(bounds_words(scale, measure == "agencies"), unit)
    nothing = nothing_styles()
    not_known = NOTHING_LETTERS["not_reported"]
    if "missing_bases" in table:  # the nation's provinces have other text
        nothing[not_known] = replace(nothing[not_known], **_waiting(table))
    if measure == "village_share":
        off_scale = NOTHING_LETTERS["not_applicable"]
        classes[table["villages"].eq(0).fillna(False).astype(bool)] = off_scale
        nothing[off_scale] = ClassStyle(nothing[off_scale].color, "no_villages")
    if (unmeasured := classes.eq(map_classes.UNMEASURED)).any():
        values = values.mask(unmeasured)  # a record for the whole subdistrict names no village: no "0 %" in the tooltip
        styles[map_classes.UNMEASURED] = ClassStyle(UNMEASURED, f"unmeasured_{measure}")
    marks = table["is_estimated"] if estimated else table["supported_above"] & ~covered
    mark_key = "mark_estimated" if estimated else "mark_supported_above"
    second, second_unit = (
        ("agencies", "unit_agencies") if measure != "agencies" else ("amount_satang", "unit_amount_baht")
    )
    if second in table:
        figure = table[second].where(covered)
        more = (((figure / 100).round().astype("Float64") if second == "amount_satang" else figure, second_unit), *more)
    both = None
    if "whole_subdistrict" in table:
        both = covered & table["whole_subdistrict"] & table["covered_villages"].gt(0)
        more = (*more, (table["covered_villages"].where(both), "unit_whole_and_villages"))
    return Choropleth(
        styles | nothing,
        table["subdistrict_code"],
        classes,
        values,
        unit,
        marks,
        mark_key,
        more=more,
        dots=both,
        dot_key="mark_whole_and_villages",
    )


def gaps_layer(table: pd.DataFrame) -> Choropleth:
    """Need x support in four colours; unknown places are hatched."""
    letters, nothing = map_classes.QUADRANTS, NOTHING
    styles = {letters[name]: ClassStyle(color, f"quadrant_{name}") for name, color in QUADRANTS.items()}
    styles[letters["unknown_support"]] = not_known_style("quadrant_unknown_support")
    styles[letters["unknown_need"]] = ClassStyle(
        nothing["none"][0], "quadrant_unknown_need", nothing["not_reported"][1]
    )
    styles[letters["not_applicable"]] = ClassStyle(nothing["not_applicable"][0], "status_not_applicable")
    return Choropleth(
        styles,
        table["subdistrict_code"],
        map_classes.letters(table["quadrant"], letters),
        table["need_value"],
        "unit_need",
        table["supported_above"] & table["quadrant"].eq("gap"),
        "mark_supported_above",
        more=waiting_line(table),
    )


def clusters_layer(table: pd.DataFrame, unit: str) -> Choropleth:
    """Local clusters as a hint; unknown places are hatched. ``unit`` is the text key of the values."""
    letters = map_classes.CLUSTERS
    styles = {letters[name]: ClassStyle(color, f"cluster_{name}") for name, color in CLUSTERS.items()}
    styles[letters["not_known"]] = not_known_style("cluster_not_known")
    classes = map_classes.letters(table["cluster"], letters)
    return Choropleth(styles, table["subdistrict_code"], classes, table["value"], unit)


def overlaps_layer(by_area: pd.DataFrame, covered: pd.DataFrame, *, hatched: bool = True) -> Choropleth:
    """The gravest outcome per subdistrict, with a count badge only for suspected duplication.

    A place without a pair may still have support, by records that form no pair (a local government's): it is not known.
    """
    inside = by_area[by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    outcome = covered["subdistrict_code"].map(inside["outcome"])
    missing = nothing_classes(covered["status"]).fillna(outcomes.OUTCOMES["not_known"].letter)
    classes = map_classes.letters(outcome, outcomes.letters(), missing=missing)
    styles = {
        definition.letter: ClassStyle(
            OUTCOMES[code], f"outcome_{code}", OUTCOME_HATCH if hatched and definition.is_hatched else None
        )
        for code, definition in outcomes.drawn().items()
    }
    suspected = inside["suspected_duplication"]
    badges = {str(code): int(number) for code, number in suspected[suspected > 0].items()}
    unknown = [
        outcomes.OUTCOMES["not_known"].letter,
        NOTHING_LETTERS["not_reported"],
        NOTHING_LETTERS["not_applicable"],
    ]
    values = covered["subdistrict_code"].map(suspected).mask(classes.isin(unknown))
    stake = covered["subdistrict_code"].map(inside["at_stake_satang"]) if "at_stake_satang" in inside else None
    return Choropleth(
        styles | nothing_styles(),
        covered["subdistrict_code"],
        classes,
        values,
        "unit_duplication",
        badges=badges,
        more=()
        if stake is None
        else (((stake.astype("Float64") / 100).where(values.gt(0).fillna(False)), "unit_at_stake"),),
    )
