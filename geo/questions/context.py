"""What a question is answered from, and what an answer holds: frames and codes, never words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo.overlaps.overlaps import Overlaps
from geo.statuses import NOTHING, nothing_classes

NOTHING_STYLES = {letter: (status, "") for status, letter in NOTHING.items()}


@dataclass(frozen=True)
class Context:
    """What the answers are made from, filtered to a year (and more, as a person wished).

    ``coverage``: :func:`geo.coverage.coverage`. ``support``: the records behind it. ``plans``: the plan register.
    ``adjacency``: neighbours. ``strength``, ``by_theme``, ``overlaps``, ``needs`` are calls, because only some questions
    need them: :func:`geo.money.alignment.strength`, coverage stacked by theme, :class:`Overlaps`, :func:`geo.gaps.gaps` of
    the need looked at (``None`` = no need known). ``district`` narrows what is counted; ``subdistrict`` is the one
    asked about.
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
        """Coverage of the subdistricts counted."""
        return (
            self.coverage if self.district is None else self.coverage[self.coverage["district_code"].eq(self.district)]
        )

    def is_inside(self, codes: pd.Series) -> pd.Series:
        """Which codes are counted."""
        return codes.isin(self.inside["subdistrict_code"])


@dataclass(frozen=True)
class Answer:
    """What is said, painted and listed; words are the pages'.

    ``classes``: ``subdistrict_code``, ``class`` (one character, a key of ``styles``), ``value`` (for the tooltip, may
    be NA). ``styles``: class -> (role, label key): roles ``found``, ``beside``, ``rest``, ``some`` and the three kinds
    of nothing; an empty label key means the role's usual words. ``sentence``: key of the sentence, ``blanks`` its
    numbers. ``listed``: the rows behind it, the most important first. ``link``: view and choices that show more.
    ``badges``: counts on the map. ``unit``: key of the words for ``value``. ``marked``: codes that bear a stripe;
    ``mark_label``: the key of its words.
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
    """Class of every subdistrict: its own class, else ``rest`` where somebody is, else the kind of nothing."""
    table = context.coverage[["subdistrict_code", "status"]]
    own = nothing_classes(table["status"]).fillna(rest or "r") if rest is None else pd.Series(rest, index=table.index)
    picked = table["subdistrict_code"].map(dict(classes)).fillna(own)
    value = table["subdistrict_code"].map(values) if values is not None else pd.NA
    return pd.DataFrame(
        {"subdistrict_code": table["subdistrict_code"], "class": picked.astype("object"), "value": value}
    )


def variant(code: str, number: int, is_known: bool = True) -> str:
    """Key of the sentence: something found, nothing found, or not known."""
    return f"answer_{code}" + ("" if number and is_known else "_zero" if is_known else "_unknown")
