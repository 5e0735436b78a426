"""The table of overlap outcomes, most serious first; all other code derives its lists from it.

A new outcome needs a line here, a rule in ``data/rules/overlap.toml``, a colour in :mod:`geo.maps.palette` and the text
``outcome_<code>`` in both catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    ``letter``: class character on maps. ``from_rule``: a rule may assign it. ``of_pairs``: pairs can have it, not only
    places. ``can_be_cleared``: an agency may clear it with a reason. ``is_hatched``: drawn with a hatch in addition to
    its colour. ``drawn_as``: the outcome whose class it shares on maps.
    """

    letter: str
    from_rule: bool = True
    of_pairs: bool = True
    can_be_cleared: bool = False
    is_hatched: bool = False
    drawn_as: str = ""


OUTCOMES = {
    "suspected_duplication": Outcome("d", can_be_cleared=True, is_hatched=True),
    "overlapping": Outcome("o", can_be_cleared=True),
    "fragmented": Outcome("f"),
    "complementary": Outcome("c"),
    "single": Outcome("s", from_rule=False, of_pairs=False),  # records, but no pair of agencies at the same time
    "not_known": Outcome("k"),  # too little is stated to decide
    "cleared": Outcome("c", from_rule=False, drawn_as="complementary"),
}


def from_rules() -> list[str]:
    """Codes that a rule of ``data/rules/overlap.toml`` may assign."""
    return [code for code, outcome in OUTCOMES.items() if outcome.from_rule]


def of_pairs() -> list[str]:
    """Codes that a pair can have."""
    return [code for code, outcome in OUTCOMES.items() if outcome.of_pairs]


def flags() -> list[str]:
    """Codes that an agency may clear with a reason."""
    return [code for code, outcome in OUTCOMES.items() if outcome.can_be_cleared]


def drawn() -> dict[str, Outcome]:
    """Outcomes with a map class of their own, in the order of the legend."""
    return {code: outcome for code, outcome in OUTCOMES.items() if not outcome.drawn_as}


def letters() -> dict[str, str]:
    """Map class character by outcome code."""
    return {code: outcome.letter for code, outcome in OUTCOMES.items()}
