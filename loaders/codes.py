"""Code lists of ``data/rules`` (agencies, streams, themes ...), and the mapping of written words to codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial

from loaders import settings
from loaders.problems import Entry, Refused, stated
from loaders.thai import arabic_digits, normalise


def rule_file(name: str) -> Entry:
    """``data/rules/NAME.toml``, editable by the installation.

    Raises :class:`~loaders.problems.Refused` for a file that is no TOML, and on reading a key that the file lacks.
    """
    path = settings.RULES / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("rule_file_unreadable", value=path.name, suggestion=str(error)) from error
    return stated(table, path.name)


@cache
def _list(name: str, key: str) -> tuple[dict, ...]:
    """Every entry of ``NAME.toml`` and of the files that extend it (``NAME_*.toml``), in file order."""
    files = sorted([settings.RULES / f"{name}.toml", *settings.RULES.glob(f"{name}_*.toml")])
    return tuple(entry for path in files for entry in rule_file(path.stem)[key])


LISTS = {"agency": "agencies", "stream": "streams", "theme": "themes", "role": "roles"}  # list -> its shipped file
FIELDS = ("name_th", "name_en", "short_th", "level", "kind")
_stated: dict[str, tuple[dict, ...]] = {}  # entries that people added or changed, by list: see :func:`use`


def use(stated: Mapping[str, Iterable[dict]]) -> None:
    """Overlay the shipped lists with entries that people added or changed, for this process (which has one store).

    An entry has ``code``, the names, ``aliases`` (a list), ``merged_into`` and ``is_retired``.
    """
    new = {name: tuple(listed) for name, listed in stated.items()}
    if new != _stated:
        _stated.clear()
        _stated.update(new)
        words.cache_clear()
        entries.cache_clear()


def shipped(name: str) -> tuple[dict, ...]:
    """The shipped entries of a list (``agency``, ``stream``, ``theme``, ``role``)."""
    return _list(LISTS[name], name)


def merged(name: str) -> dict[str, str]:
    """Code -> the code it was finally merged into."""
    into = {entry["code"]: entry["merged_into"] for entry in _stated.get(name, ()) if entry.get("merged_into")}
    return {code: _end(code, into) for code in into}


def _end(code: str, into: Mapping[str, str]) -> str:
    seen = {code}
    while (nearer := into.get(code)) is not None and nearer not in seen:
        seen.add(code := nearer)
    return code


@cache
def entries(name: str, *, with_merged: bool = False) -> tuple[dict, ...]:
    """Shipped entries overlaid with people's edits, without merged ones unless ``with_merged``."""
    stated = {entry["code"]: entry for entry in _stated.get(name, ())}
    whole = [_over(entry, stated.pop(entry["code"], None)) for entry in shipped(name)]
    whole += [_over({}, entry) for entry in stated.values()]
    return tuple(entry for entry in whole if with_merged or not entry.get("merged_into"))


def retired(name: str) -> frozenset[str]:
    """Codes of a list that are no longer offered for new records."""
    return frozenset(entry["code"] for entry in _stated.get(name, ()) if entry.get("is_retired"))


def _over(entry: dict, stated: dict | None) -> dict:
    if stated is None:
        return entry
    named = {field: stated[field] for field in FIELDS if stated.get(field)}
    aliases = [
        *entry.get("aliases", ()),
        *filter(None, (entry.get("name_th"), entry.get("name_en"))),
        *stated.get("aliases", ()),
    ]
    whole = entry | named | {"code": stated["code"], "aliases": list(dict.fromkeys(aliases))}
    whole.setdefault("name_en", whole["name_th"])
    return whole | {"merged_into": stated.get("merged_into"), "is_retired": bool(stated.get("is_retired"))}


def agencies() -> tuple[dict, ...]:
    """Agencies: ``code``, ``name_th``, ``name_en``, ``short_th``, ``level``, ``functions``, ``aliases``."""
    return entries("agency")


def agency_name(code: str) -> str:
    """The short name of an agency; an unknown code unchanged."""
    names = {entry["code"]: entry.get("short_th") or entry["name_th"] for entry in agencies()}
    return names.get(code, code)


def streams() -> tuple[dict, ...]:
    """Funding streams: code, names, owner, kind, ``restricted``, ``condition_th``, theme, period, ``total_baht``."""
    return entries("stream")


def themes() -> tuple[dict, ...]:
    """Functions (themes) in display order: ``code``, ``name_th``, ``name_en``, ``to_be_confirmed``."""
    return entries("theme")


def roles() -> tuple[dict, ...]:
    """Roles of people in community work, in display order."""
    return entries("role")


@cache
def indicators() -> tuple[dict, ...]:
    """Indicators: code, names, units, direction (need, strength, context), theme, ``of`` (the total it is part of).

    An entry with ``numbers`` N is repeated N times, with ``{n}`` in its texts replaced by the number.
    """
    return tuple(indicator for entry in _list("indicators", "indicator") for indicator in _numbered(entry))


def _numbered(entry: dict) -> Iterator[dict]:
    if not (numbers := entry.get("numbers")):
        yield entry
        return
    for number in range(1, numbers + 1):
        yield entry | {name: text.replace("{n}", str(number)) for name, text in entry.items() if isinstance(text, str)}


def schemes() -> tuple[dict, ...]:
    """Declared co-financing schemes: code, names, streams, themes."""
    return _list("cofinancing", "scheme")


def listed(column: str) -> tuple[dict, ...]:
    """Codes of a coded column without a list of its own (target_group, activity_code, status), in display order."""
    return _list("coded_words", column)


@cache
def plain_words(kind: str) -> frozenset[str]:
    """Squeezed words that mean ``none``, ``unknown``, ``yes`` or ``no``."""
    return frozenset(squeeze(word) for entry in listed("plain") if entry["code"] == kind for word in entry["words"])


def name_of(code: str, language: str) -> str:
    """The name of a code in a language (``th``, ``en``); an unknown code unchanged."""
    lists = (
        streams,
        themes,
        roles,
        schemes,
        *(partial(listed, column) for column in ("target_group", "activity_code", "status")),
    )
    matching = (entry for entries in lists for entry in entries() if entry["code"] == code)
    return next((str(entry.get(f"name_{language}") or entry["name_th"]) for entry in matching), code)


@lru_cache(1 << 14)
def squeeze(text: str) -> str:
    """A word normalised, without spaces, dots and case, so that spellings compare equal."""
    return normalise(text).replace(" ", "").replace(".", "").casefold()


@cache
def words(column: str) -> dict[str, str]:
    """Squeezed word -> code for a coded column; codes are words too, and merged entries map to their target."""
    of_list = {
        "agency": "agency",
        "source": "agency",
        "stream": "stream",
        "theme": "theme",
        "priority_theme": "theme",
        "role": "role",
    }
    ends = merged(of_list[column]) if column in of_list else {}
    if column in of_list:
        listed_entries = entries(of_list[column], with_merged=True)
    else:
        listed_entries = schemes() if column == "cofinancing" else listed(column)
    by_word: dict[str, str] = {}
    for entry in listed_entries:
        names = [
            entry["code"],
            entry["name_th"],
            entry.get("name_en"),
            entry.get("short_th"),
            *entry.get("aliases", ()),
        ]
        by_word |= {squeeze(name): ends.get(entry["code"], entry["code"]) for name in names if name}
    return by_word


# Cells of coded columns contain codes or names, or words for none, unknown, yes and no; any other word is quarantined
# with the most similar codes.
LISTED = frozenset({"target_group", "activity_code", "status", "role"})
CODED = LISTED | {"agency", "source", "stream", "theme", "priority_theme", "cofinancing"}
SEVERAL = frozenset({"target_group", "activity_code", "priority_theme"})  # a cell may hold several codes
COUNTED = re.compile(
    r"\([^)]*\)|(?:จำนวน|ประมาณ|อย่างน้อย|ไม่น้อยกว่า)?\s*\d[\d,]*\s*(?:คน|ราย|ครัวเรือน|ครอบครัว|หลัง|แห่ง|persons?|people|households?)"
)
WHERE = re.compile(r"\s*ใน(?:พื้นที่|เขต|ตำบล|หมู่บ้าน|ชุมชน|อำเภอ|จังหวัด).*$|\s+(?:ตำบล|ต\.|อำเภอ|อ\.|หมู่).*$")
APART = re.compile(r"[,;/+&·]|และ|กับ|\band\b")
LIKE = 45.0  # minimum similarity (of 100) of a proposed word
MOST_PROPOSED = 3


def says_nothing(text: str) -> bool:
    """Whether a cell means "none" or "unknown", which is no code and must not compare equal to another such cell."""
    return squeeze(text) in plain_words("none") | plain_words("unknown")


def flag(text: str) -> bool | None:
    """Yes, no, or None for unknown; ``KeyError`` for any other word."""
    word = squeeze(text)
    if word == "" or word in plain_words("unknown"):
        return None
    if word in plain_words("yes") or word in plain_words("no"):
        return word in plain_words("yes")
    raise KeyError(text)


def code_of(text: str, by_word: Mapping[str, str]) -> str | None:
    """The code of one word, ignoring a count of people or a place after it; None for an unknown word."""
    bare = WHERE.sub("", COUNTED.sub("", arabic_digits(normalise(text))))
    for word in (text, bare, bare.strip().removeprefix("กลุ่ม")):
        if code := by_word.get(squeeze(word)):
            return code
    return None


def codes_of(text: str, column: str, by_word: Mapping[str, str]) -> list[str] | None:
    """The codes of a cell; several only in columns of :data:`SEVERAL`, and only when every part is known."""
    if code := code_of(text, by_word):
        return [code]
    if column not in SEVERAL:
        return None
    parsed: list[str | None] = []
    for part in filter(str.strip, APART.split(COUNTED.sub("", text))):
        if says_nothing(part):
            continue
        code = code_of(part, by_word)
        parsed += [code] if code else [code_of(word, by_word) for word in part.split()]
    codes = [code for code in parsed if code]
    return codes if codes and len(codes) == len(parsed) else None


def nearest(text: str, by_word: Mapping[str, str]) -> list[str]:
    """Codes with words similar to an unknown one, most similar first; proposed to a person, never applied."""
    from rapidfuzz import fuzz, process  # slow import, needed only for proposals

    scored = process.extract(squeeze(text), list(by_word), scorer=fuzz.WRatio, score_cutoff=LIKE, limit=12)
    return list(dict.fromkeys(by_word[word] for word, _, _ in scored))[:MOST_PROPOSED]
