"""Edit code lists: add, rename, merge and retire agencies, streams, functions and roles, all with an audit entry.

The shipped lists of ``data/rules`` and what files registered stay unchanged; a row of the table ``word`` overrides
them. A merge changes no record: reading replaces the merged code, and undoing the merge restores it.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rapidfuzz import fuzz
from sqlalchemy import Connection, insert, select, update

from loaders import codes, store
from loaders.problems import Refused
from loaders.store import code_lists, tables
from loaders.thai import normalise

LISTS = tuple(codes.LISTS)
ALIKE = 86.0  # of 100: two names this similar may be the same entry
SHORTEST = 4  # letters; shorter names cannot be compared by spelling
MOST_ALIKE = 40
OFFICE = re.compile("^(?:สำนักงาน|สนง|ที่ทำการ|ศูนย์|กรม|กอง|มูลนิธิ|สมาคม|จังหวัด)|(?:จังหวัด)?นครศรีธรรมราช$|จำกัด$|\\(มหาชน\\)$")
_word = tables.word


class Alike(NamedTuple):
    """Two entries of a list that may be the same: codes, names, similarity of 100."""

    one: str
    other: str
    one_name: str
    other_name: str
    score: int


def listed(connection: Connection, name: str) -> list[dict[str, Any]]:
    """Every entry of a list (shipped, from files, edited), with ``merged_into``, ``is_retired``, ``is_shipped``."""
    code_lists.lay_over(connection)
    by_code = {entry["code"]: dict(entry) for entry in codes.entries(name, with_merged=True)}
    for row in _from_files(connection, name):
        entry = by_code.setdefault(row["code"], row)
        for field in codes.FIELDS:
            entry[field] = entry.get(field) or row.get(field)
    shipped = {entry["code"] for entry in codes.shipped(name)}
    plain = {"merged_into": None, "is_retired": False, "aliases": []}
    return [plain | entry | {"is_shipped": entry["code"] in shipped} for entry in by_code.values()]


def _from_files(connection: Connection, name: str) -> list[dict[str, Any]]:
    if name in ("agency", "stream"):
        rows = []
        for table in (tables.metadata.tables[f"{name}_entry"], tables.metadata.tables[name]):
            fields = [column for column in ("code", *codes.FIELDS) if column in table.c]
            query = select(*(table.c[field] for field in fields))
            if "batch_id" in table.c:
                batch = tables.import_batch
                query = (
                    query.join(batch, batch.c.id == table.c.batch_id)
                    .where(batch.c.is_active)
                    .order_by(table.c.id.desc())
                )
            rows += [dict(row) for row in connection.execute(query).mappings()]
        return rows
    if name == "role":
        roles = connection.execute(select(tables.role_holder.c.role).distinct()).scalars()
        return [{"code": role, "name_th": role} for role in sorted(filter(None, roles))]
    return []


def _entry(connection: Connection, name: str, code: str) -> dict[str, Any]:
    entry = next((entry for entry in listed(connection, name) if entry["code"] == code), None)
    if entry is None:
        raise Refused("word_unknown", value=code)
    return entry


def add(connection: Connection, name: str, fields: Mapping[str, Any], who: str) -> str:
    """Add an entry; returns its code. Raises ``Refused``: ``word_without_name``, ``word_known`` (suggests a code)."""
    fields = _clean(fields)
    if not fields.get("name_th"):
        raise Refused("word_without_name")
    present = listed(connection, name)
    written = {codes.squeeze(text) for text in (fields["name_th"], fields.get("short_th")) if text}
    for entry in present:
        if written & _spellings(entry):
            raise Refused("word_known", value=str(entry["name_th"]), suggestion=entry["code"])
    code = _new_code(fields, {entry["code"] for entry in present})
    _write(connection, name, code, fields, who)
    _done(connection, who, "word_add", name, code, {}, fields)
    return code


def change(connection: Connection, name: str, code: str, fields: Mapping[str, Any], who: str) -> None:
    """Change names, level, kind or aliases of an entry. Raises ``Refused``: ``word_unknown``, ``word_without_name``."""
    before, fields = _entry(connection, name, code), _clean(fields)
    whole = before | {
        field: fields[field] if field in fields else before.get(field) for field in (*codes.FIELDS, "aliases")
    }
    if not whole["name_th"]:
        raise Refused("word_without_name")
    _write(connection, name, code, whole, who)
    _done(connection, who, "word_change", name, code, before, whole)


def merge(connection: Connection, name: str, code: str, into: str, who: str) -> None:
    """Read ``code`` as ``into``. Raises ``Refused``: ``word_unknown``, ``word_merged_with_itself``."""
    before, target = _entry(connection, name, code), _entry(connection, name, into)
    if code == codes.merged(name).get(into, into):
        raise Refused("word_merged_with_itself", value=str(target["name_th"]))
    _write(connection, name, code, before | {"merged_into": into}, who)
    _done(connection, who, "word_merge", name, code, before, {"merged_into": into})


def undo_merge(connection: Connection, name: str, code: str, who: str) -> None:
    """Undo a merge. Raises ``Refused``: ``word_unknown``."""
    before = _entry(connection, name, code)
    _write(connection, name, code, before | {"merged_into": None}, who)
    _done(connection, who, "word_undo_merge", name, code, before, {"merged_into": None})


def retire(connection: Connection, name: str, code: str, who: str, *, is_retired: bool = True) -> None:
    """Stop offering an entry for new records (or offer it again); records that use it keep it."""
    before = _entry(connection, name, code)
    _write(connection, name, code, before | {"is_retired": is_retired}, who)
    _done(
        connection,
        who,
        "word_retire" if is_retired else "word_use_again",
        name,
        code,
        before,
        {"is_retired": is_retired},
    )


def apply(connection: Connection, name: str, rows: Iterable[Mapping[str, Any]], who: str) -> dict[str, int]:
    """Apply a filled template: rows with a code change that entry, rows without add one.

    All or nothing, provided the caller's transaction is rolled back on ``Refused`` (as on the page). Returns ``added``
    and ``changed``.
    """
    before_all = code_lists.said(connection)
    try:
        return _apply(connection, name, rows, who)
    except Refused:
        codes.use(before_all)  # the code lists of this process must follow the rolled back transaction
        raise


def _apply(connection: Connection, name: str, rows: Iterable[Mapping[str, Any]], who: str) -> dict[str, int]:
    done = dict.fromkeys(("added", "changed"), 0)
    by_code = {entry["code"]: entry for entry in listed(connection, name)}
    for row in rows:
        fields, code = _clean(row), str(row.get("code") or "").strip()
        if not code:
            add(connection, name, fields, who)
            done["added"] += 1
            continue
        before = by_code.get(code)
        if before is None:
            raise Refused("word_unknown", value=code)
        if any(
            (fields.get(field) or None) != (before.get(field) or None) for field in fields if field != "aliases"
        ) or ("aliases" in fields and set(fields["aliases"]) - _names(before)):
            change(connection, name, code, fields, who)
            done["changed"] += 1
    return done


def alike(entries: Iterable[Mapping[str, Any]]) -> list[Alike]:
    """Pairs of entries with such similar spellings that they may be the same, most similar first.

    Nothing is merged automatically. The first of a pair, proposed to stay, is the one listed first (shipped entries
    come first).
    """
    active = [entry for entry in entries if not entry.get("merged_into") and not entry.get("is_retired")]
    cores = [{core for text in _names(entry) if len(core := _core(text)) >= SHORTEST} for entry in active]
    pairs = []
    for first, second in itertools.combinations(range(len(active)), 2):
        if active[first].get("is_shipped") and active[second].get("is_shipped"):
            continue  # shipped entries are known to differ
        score = max((fuzz.ratio(a, b, score_cutoff=ALIKE) for a in cores[first] for b in cores[second]), default=0.0)
        if score:
            pair = (active[first], active[second])
            pairs.append(Alike(*(str(e["code"]) for e in pair), *(str(e["name_th"]) for e in pair), round(score)))
    return sorted(pairs, key=lambda pair: -pair.score)[:MOST_ALIKE]


def nearest(entries: Iterable[Mapping[str, Any]], text: str) -> dict[str, Any] | None:
    """The entry with the spelling most similar to ``text``, or ``None`` when none is similar enough."""
    written = _core(text)
    scored = [
        (max((fuzz.ratio(written, _core(name)) for name in _names(entry)), default=0.0), entry) for entry in entries
    ]
    score, entry = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return dict(entry) if entry is not None and score >= ALIKE and len(written) >= SHORTEST else None


def _names(entry: Mapping[str, Any]) -> set[str]:
    texts = (entry.get("name_th"), entry.get("name_en"), entry.get("short_th"), *(entry.get("aliases") or ()))
    return {str(text) for text in texts if text}


def _spellings(entry: Mapping[str, Any]) -> set[str]:
    return {codes.squeeze(text) for text in (*_names(entry), str(entry["code"]))}


def _core(text: str) -> str:
    """A name without the parts that offices share (สำนักงาน ... จังหวัด), which would make any two of them similar."""
    squeezed = codes.squeeze(text)
    while (shorter := OFFICE.sub("", squeezed)) != squeezed and len(shorter) >= SHORTEST:
        squeezed = shorter
    return squeezed


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Normalise texts, empty becomes None; aliases become a list."""
    cleaned: dict[str, Any] = {
        name: normalise(str(fields[name] or "")) or None for name in codes.FIELDS if name in fields
    }
    if "aliases" in fields:
        aliases = fields["aliases"]
        parts = re.split(r"[\n;|]", aliases) if isinstance(aliases, str) else aliases or []
        cleaned["aliases"] = [text for part in parts if (text := normalise(str(part)))]
    return cleaned


def _new_code(fields: Mapping[str, Any], taken: set[str]) -> str:
    """A free code: lower-case ASCII from the English name, numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", str(fields.get("name_en") or "")).encode("ascii", "ignore").decode()
    stem = "_".join(re.findall(r"[a-z0-9]+", plain.lower()))[:40] or "entry"
    candidates = itertools.chain([stem] if stem != "entry" else [], (f"{stem}_{n}" for n in itertools.count(1)))
    return next(code for code in candidates if code not in taken)


def _write(connection: Connection, name: str, code: str, entry: Mapping[str, Any], who: str) -> None:
    values = {field: entry.get(field) for field in (*codes.FIELDS, "merged_into")} | {
        "aliases": "\n".join(entry.get("aliases") or ()) or None,
        "is_retired": bool(entry.get("is_retired")),
        "decided_by": who,
        "decided_at": store.now(),
    }
    mine = (_word.c.list == name) & (_word.c.code == code)
    if not connection.execute(update(_word).where(mine).values(**values)).rowcount:
        connection.execute(insert(_word).values(list=name, code=code, **values))


def _done(connection: Connection, who: str, action: str, name: str, code: str, before: Mapping, after: Mapping) -> None:
    changed = {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}
    detail = {"list": name, "code": code} | changed
    store.note(connection, who, action, json.dumps(detail, ensure_ascii=False, default=str))
    store.touch(connection)
    code_lists.lay_over(connection)
