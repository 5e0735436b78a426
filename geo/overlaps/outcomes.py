"""The table of overlap outcomes, the gravest first: everything else reads it when it is asked.

A new outcome is a line here, a rule in ``data/rules/overlap.toml``, a colour in :mod:`geo.maps.palette` and its words
``outcome_<code>`` in both text catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    ``letter``: its class on a map. ``from_rule``: a rule of the table may give it. ``of_pairs``: a pair can have it (else
    only a place). ``can_be_cleared``: an agency may explain it with a reason. ``is_hatched``: told by a hatch as well as
    by its colour. ``drawn_as``: the outcome whose class it shares on maps.
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
    "single": Outcome("s", from_rule=False, of_pairs=False),  # supports, but no two funders at once
    "not_known": Outcome("k"),  # the data are too poor to decide
    "cleared": Outcome("c", from_rule=False, drawn_as="complementary"),
}


def from_rules() -> list[str]:
    """What a rule of ``data/rules/overlap.toml`` may say."""
    return [code for code, outcome in OUTCOMES.items() if outcome.from_rule]


def of_pairs() -> list[str]:
    """What a pair can be."""
    return [code for code, outcome in OUTCOMES.items() if outcome.of_pairs]


def flags() -> list[str]:
    """What an agency may clear with a reason."""
    return [code for code, outcome in OUTCOMES.items() if outcome.can_be_cleared]


def drawn() -> dict[str, Outcome]:
    """The outcomes that are a class of their own on a map, in the order of the legend."""
    return {code: outcome for code, outcome in OUTCOMES.items() if not outcome.drawn_as}


def letters() -> dict[str, str]:
    """Class on a map of every outcome."""
    return {code: outcome.letter for code, outcome in OUTCOMES.items()}
