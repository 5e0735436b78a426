"""Input and output of a question: frames, codes and text keys, never texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo.overlaps.overlaps import Overlaps
from geo.statuses import NOTHING, nothing_classes

NOTHING_STYLES = {letter: (status, "") for status, letter in NOTHING.items()}


@dataclass(frozen=True)
class Context:
    """Input of all questions, filtered to a year and by the other choices of a person.

    ``coverage``: from :func:`geo.coverage.coverage.coverage`. ``support``: the records behind it. ``plans``: the plan
    register. ``adjacency``: pairs of neighbours. ``strength``, ``by_theme``, ``overlaps`` and ``needs`` are functions,
    because only some questions need their result: :func:`geo.money.alignment.strength`, coverage stacked by theme,
    :class:`Overlaps`, :func:`geo.coverage.gaps.gaps` of the chosen need (``None`` = no need is known). ``district``
    restricts what is counted and listed, not the map; ``subdistrict`` is the chosen one.
    """

    coverage: pd.DataFrame
    support: pd.DataFrame
    plans: pd.DataFrame
    adjacency: pd.DataFrame
    strength: Callable[[], pd.DataFrame]
    by_theme: Callable[[], pd.DataFrame]
    overlaps: Callable[[], Overlaps]
    needs: Callable[[], pd.DataFrame | None]
    district: str | None = None
    subdistrict: str | None = None

    @property
    def inside(self) -> pd.DataFrame:
        """Rows of ``coverage`` in the chosen district, or all."""
        return (
            self.coverage if self.district is None else self.coverage[self.coverage["district_code"].eq(self.district)]
        )

    def is_inside(self, codes: pd.Series) -> pd.Series:
        """Mask of the subdistrict codes in the chosen district."""
        return codes.isin(self.inside["subdistrict_code"])


@dataclass(frozen=True)
class Answer:
    """Answer to a question: a sentence, a map and a list.

    ``classes``: ``subdistrict_code``, ``class`` (one character, a key of ``styles``), ``value`` (for the tooltip, may
    be NA). ``styles``: class -> (role, label key); roles are ``found``, ``beside``, ``some``, ``rest``, ``scale0`` ..
    ``scale4`` and the kinds of nothing; an empty label key means the default label of the role. ``sentence``: text key,
    ``blanks``: its values. ``listed``: rows behind it, most important first. ``link``: page and choices that show more.
    ``badges``: code -> count on the map. ``unit``: text key for ``value``. ``chosen``: subdistrict to outline.
    ``marked``: codes drawn with a stripe; ``mark_label``: its text key.
    """

    classes: pd.DataFrame
    styles: Mapping[str, tuple[str, str]]
    sentence: str
    blanks: Mapping[str, object]
    listed: pd.DataFrame
    link: tuple[str, Mapping[str, str]]
    badges: Mapping[str, int] = field(default_factory=dict)
    unit: str = ""
    chosen: str | None = None
    marked: frozenset[str] = frozenset()
    mark_label: str = ""


def painted(
    context: Context, classes: Mapping[str, str], rest: str | None = None, values: pd.Series | None = None
) -> pd.DataFrame:
    """Class of every subdistrict: that of ``classes`` (by code), else ``rest``.

    Without ``rest`` the others get ``r`` if covered, else the class of their kind of nothing. ``values`` by code.
    """
    table = context.coverage[["subdistrict_code", "status"]]
    own = nothing_classes(table["status"]).fillna(rest or "r") if rest is None else pd.Series(rest, index=table.index)
    picked = table["subdistrict_code"].map(dict(classes)).fillna(own)
    value = table["subdistrict_code"].map(values) if values is not None else pd.NA
    return pd.DataFrame(
        {"subdistrict_code": table["subdistrict_code"], "class": picked.astype("object"), "value": value}
    )


def variant(code: str, number: int, is_known: bool = True) -> str:
    """Text key of the answer to question ``code``; ends in ``_unknown``, or in ``_zero`` when ``number`` is 0."""
    return f"answer_{code}" + ("" if number and is_known else "_zero" if is_known else "_unknown")
