"""Data problems: collected as rows, never raised one by one; texts are in the text catalogue.

A ``Problem`` states what was found and where, in codes. Pages turn ``code`` into Thai or English with the template
``problem_<code>`` of ``data/text``; the command line prints code and position. ``Refused`` rejects a whole file or
action.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["refused", "quarantined", "excluded", "note"]


@dataclass(frozen=True)
class Problem:
    """One fault or remark, with its position in the file as a person sees it.

    ``row`` is the 1-based row number as a spreadsheet shows it (of a text file, the number of the record); ``None``
    for the whole sheet or file. ``suggestion`` is a proposal, never applied automatically.
    """

    code: str
    severity: Severity = "note"
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, str | int]:
        """The fields that are set, ready for JSON."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class Refused(Exception):
    """The whole file or action is refused; ``problem.code`` says why. Nothing is stored."""

    def __init__(self, problem: Problem | str, **where: Any) -> None:
        self.problem = problem if isinstance(problem, Problem) else Problem(problem, "refused", **where)
        super().__init__(self.problem.code)


def _refused(where: str, key: str) -> Exception:
    return Refused("rule_key_missing", value=where, suggestion=key)


class Entry(dict):
    """A table of an editable file. Reading a key that it lacks raises what ``refuse`` makes of its place and the key."""

    def __init__(self, table: Mapping[str, Any], where: str, refuse: Callable[[str, str], Exception]) -> None:
        super().__init__(table)
        self.where, self.refuse = where, refuse

    def __missing__(self, key: str) -> Any:
        raise self.refuse(self.where, key)

    def __or__(self, other: Mapping[str, Any]) -> Entry:
        return Entry({**self, **other}, self.where, self.refuse)


def stated(table: Mapping[str, Any], where: str, refuse: Callable[[str, str], Exception] = _refused) -> Entry:
    """A parsed document as :class:`Entry`, with all tables in it; a table is named by its ``code``, else its number.

    A document that already is one keeps its own refusal.
    """
    if isinstance(table, Entry):
        return table
    parts: dict[str, Any] = {}
    for name, part in table.items():
        if isinstance(part, Mapping):
            parts[name] = stated(part, f"{where}, {name}", refuse)
        elif isinstance(part, list):
            parts[name] = [
                stated(row, f"{where}, {name} {row.get('code', number)}", refuse) if isinstance(row, Mapping) else row
                for number, row in enumerate(part, start=1)
            ]
        else:
            parts[name] = part
    return Entry(parts, where, refuse)


def count_by_code(problems: Iterable[Problem]) -> dict[str, int]:
    """Number of problems by code, sorted by code."""
    return dict(sorted(Counter(problem.code for problem in problems).items()))
