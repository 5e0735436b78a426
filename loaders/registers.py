"""Registers defined as data: one TOML file of ``data/registers`` gives a register its template, import, page, masks.

A definition names the columns with headings in both languages and their form; template, import, list, search, map,
changes by hand and export use it. Rows of all defined registers are in the table ``entry``, their columns as JSON.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from loaders import settings

if TYPE_CHECKING:
    import pandas as pd

FORMS = ("text", "count", "satang", "date", "year", "yes_no", "themes", "agency", "code")
NUMBERS = ("count", "satang", "year")
# Our column names as layouts write them -> as the store has them: money in satang, names as codes.
STORED = {
    "amount": "amount_satang", "committed": "committed_satang", "paid": "paid_satang", "savings": "savings_satang",
    "promised": "promised_satang", "received": "received_satang", "agency": "agency_code", "stream": "stream_code",
    "theme": "theme_code", "total": "total_satang",
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A column of a defined register; ``codes``: code -> words (Thai, English, then other spellings)."""

    name: str
    th: str
    en: str
    form: str = "text"
    example: str = ""
    hint: str = ""
    codes: Mapping[str, list[str]] | None = None
    is_required: bool = False
    is_private: bool = False
    private_when: tuple[str, str] | None = None  # column and code: only then this one names a person
    is_searched: bool = False
    is_kind: bool = False

    @property
    def stored(self) -> str:
        """Name of the column in the store: money ends in ``_satang``."""
        is_plain_money = self.form == "satang" and not self.name.endswith("_satang")
        return STORED.get(self.name, f"{self.name}_satang" if is_plain_money else self.name)


@dataclass(frozen=True)
class Definition:
    """One register. ``title``: the column that names an entry; ``without_place``: outcome of a row without a place."""

    name: str
    th: str
    en: str
    title: str
    columns: tuple[Column, ...]
    without_place: str = "quarantine"

    @property
    def private(self) -> tuple[str, ...]:
        """Stored columns that only viewers with access to contact data see."""
        return tuple(column.stored for column in self.columns if column.is_private or column.private_when)

    @property
    def identity(self) -> tuple[str, ...]:
        """Stored columns that identify an entry across editions of its file: the title and the required ones."""
        required = (column.stored for column in self.columns if column.is_required and column.name != self.title)
        return (STORED.get(self.title, self.title), *required)

    def names_people(self, column: str, values: Any) -> Any:
        """Whether a private column names people: a bool for one row (a mapping), a boolean series for a frame."""
        when = next(
            (tuple(field.private_when) for field in self.columns if field.stored == column and field.private_when),
            None,
        )
        return True if when is None else values[when[0]] == when[1]

    @property
    def layout(self) -> dict[str, Any]:
        """The layout of its template, as ``data/layouts/templates.toml`` would state it."""
        columns = {column.name: [column.th, column.en] for column in self.columns}
        place = {"place_code": ["รหัสตำบล"], "subdistrict": ["ตำบล"], "district": ["อำเภอ"], "moo": ["หมู่ที่"]}
        required = [column.th for column in self.columns if column.is_required]
        words = {
            c.name: {word: code for code, words in c.codes.items() for word in words} for c in self.columns if c.codes
        }
        return {
            "code": f"template_{self.name}", "base": "unnamed_base", "register": self.name, "headings": [*required, "ตำบล", "อำเภอ"],
            "columns": place | columns, "codes": words, "without_place": self.without_place, "new_agencies": True,
        }  # fmt: skip

    def texts(self, language: str, finding: str) -> dict[str, str]:
        """Text key -> text in a language, added to the catalogues; ``finding``: a title with ``{name}``."""
        name = {"th": self.th, "en": self.en}[language]
        texts = {
            f"room_{self.name}": name,
            f"register_{self.name}": name,
            f"finding_{self.name}": finding.replace("{name}", name),
        }
        for column in self.columns:
            heading = {"th": column.th, "en": column.en}[language]
            keys = (f"entry_{self.name}_{column.stored}", f"entry_{column.stored}", f"ours_{column.name}")
            texts |= dict.fromkeys(keys, heading)
            texts |= {f"kind_of_{self.name}": heading} if column.is_kind else {}
            for code, words in (column.codes or {}).items():
                texts[f"{self.name}_{column.name}_{code}"] = words[0 if language == "th" or len(words) < 2 else 1]
        return texts


@cache
def defined() -> dict[str, Definition]:
    """Every defined register by name, in file order."""
    return {definition.name: definition for definition in map(_read, sorted(settings.REGISTERS.glob("*.toml")))}


def _read(path: Any) -> Definition:
    """Read one definition. Raises ``ValueError`` for an unknown form, missing codes, or a title that is no column."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    columns = tuple(Column(name, **column) for name, column in content.pop("columns").items())
    definition = Definition(columns=columns, **content)
    if wrong := [
        column.name for column in columns if column.form not in FORMS or (column.form == "code") != bool(column.codes)
    ]:
        raise ValueError(f"{path.name}: expected one of {FORMS} (and codes for 'code') in {wrong}: correct the file")
    if definition.title not in {column.name for column in columns}:
        raise ValueError(f"{path.name}: title {definition.title!r} is no column of it: name one of its columns")
    return definition


def form(register: str, column: str) -> str | None:
    """The form of a column of a defined register; ``None`` for any other."""
    if (definition := defined().get(register)) is None:
        return None
    return next((field.form for field in definition.columns if field.name == column), None)


def stored(register: str) -> dict[str, str]:
    """Column names of a register as layouts write them -> as stored, where they differ."""
    definition = defined().get(register)
    return STORED | {column.name: column.stored for column in definition.columns} if definition else STORED


class WithDefined(Mapping[str, T]):
    """Mapping of registers: fixed ones, and ``made(definition)`` for each defined register (``None``: no entry)."""

    def __init__(self, fixed: Mapping[str, T], made: Callable[[Definition], T | None]) -> None:
        self.fixed, self.made = fixed, made

    def __getitem__(self, name: str) -> T:
        if name in self.fixed:
            return self.fixed[name]
        if (definition := defined().get(name)) is not None and (value := self.made(definition)) is not None:
            return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self.fixed
        yield from (name for name, definition in defined().items() if self.made(definition) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def packed(values: Mapping[str, Any]) -> str:
    """Columns of a row as JSON: without missing values, dates as ISO."""
    import pandas as pd  # small commands do not load pandas

    stated = {name: value for name, value in values.items() if value is not None and not pd.isna(value)}
    return json.dumps(stated, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item()


def unpacked(frame: pd.DataFrame, register: str) -> pd.DataFrame:
    """Rows of ``entry`` with the columns of their register instead of the JSON; missing values are NA."""
    import pandas as pd  # small commands do not load pandas

    stated = json.loads(f"[{','.join(frame['content'])}]")  # one call for all rows is faster
    columns = {
        name: as_form(pd.Series([row.get(name) for row in stated], frame.index, dtype=object), form)
        for name, form in ((column.stored, column.form) for column in defined()[register].columns)
    }
    return frame.drop(columns=["content", "register"]).assign(**columns)


def as_form(values: pd.Series, kind: str) -> pd.Series:
    """Stored values with the dtype of a form."""
    import pandas as pd  # small commands do not load pandas

    if kind in NUMBERS:
        return values.astype("Int64")
    if kind == "date":
        return pd.to_datetime(values, errors="coerce")
    return values.astype("boolean" if kind == "yes_no" else "string")
