"""Copies of two provinces whose rows have the same numbers: no reading of the nation takes one for the other's."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, delete, event, insert

from loaders.store import tables
from loaders.store.privacy import PUBLIC
from loaders.store.shared import nation
from loaders.store.shared import tables as shared

PROVINCES = ("84", "85")
WORDS = {
    "base": ("codi", "dla"),
    "agency_code": ("codi", "lao", None),
    "stream_code": ("s1", None),
    "theme_code": ("health", None),
}


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A nation's store with the schema of copies beside it, without servers: SQLite holds what PostgreSQL would."""
    engine = create_engine("sqlite://")

    @event.listens_for(engine, "connect")
    def beside(connection, _record) -> None:
        connection.execute("ATTACH DATABASE ':memory:' AS shared")
        connection.create_function("set_config", 3, lambda *said: said[1])

    monkeypatch.setattr(shared, "is_there", lambda *_: True)
    monkeypatch.setattr(nation, "_workers", lambda _: dict.fromkeys(PROVINCES, True))
    with engine.connect() as connection:
        tables.metadata.create_all(connection)
        shared.described(True).create_all(connection)
        shared.member().create(connection)
        for code in PROVINCES:
            connection.execute(insert(shared.member()).values(province_code=code, way="copy"))
            state = {
                "province_code": code,
                "id": 1,
                "version": shared.VERSION,
                "holds": "real",
                "data_version": "x",
                "as_of": "x",
            }
            connection.execute(insert(shared.named("state", is_partitioned=True)).values(**state))
        yield connection
    engine.dispose()


def drawn(chance: random.Random, code: str) -> dict[str, list[dict]]:
    """Rows of a province, numbered from 1 as every province's are."""
    key = [{"province_code": code, "id": number} for number in range(1, chance.randint(3, 9))]

    def words(*names: str) -> dict:
        return {name: chance.choice(WORDS[name]) for name in names}

    support = [
        one | words(*WORDS) | {"placed_in": chance.choice((code, shared.NOWHERE)), "fiscal_year": chance.choice((2007, 2008, None)),
                               "amount_satang": chance.choice((None, chance.randint(0, 10**9)))}
        for one in key
    ]  # fmt: skip
    about = {"register": "support", "area_code": code, "fiscal_year": 2007}
    dues = [one | words("base") | about | {"is_asked": True} for one in key]
    said = [{"list": "agency", "code": f"{code}x", "name_th": code, "name_en": code} | one for one in key[:1]]
    return {"support": support, "report": [one | words("base") | about for one in key], "due": dues, "word": said}


def read(connection: Connection) -> list[list[tuple]]:
    """Everything that the nation reads of its provinces, in an order of its own."""
    found = [
        nation.read_shared_sums(connection, viewer=PUBLIC),
        nation.read_shared_reports(connection, viewer=PUBLIC),
        nation.read_shared_dues(connection, viewer=PUBLIC),
        nation.read_shared_words(connection, "agency", viewer=PUBLIC),
    ]
    return [
        sorted(frame.astype(object).where(frame.notna(), "-").itertuples(index=False, name=None), key=str)
        for frame in found
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_two_provinces_share_is_what_each_shares_alone_though_their_numbers_are_equal(joined, seed):
    chance = random.Random(seed)
    rows, alone = {code: drawn(chance, code) for code in PROVINCES}, {}

    def hold(*codes: str) -> list[list[tuple]]:
        for name in ("support", "report", "due", "word"):
            table = shared.named(name, is_partitioned=True)
            joined.execute(delete(table))
            for one in (one for code in codes for one in rows[code][name]):  # one by one: columns differ
                joined.execute(insert(table).values(**one))
        return read(joined)

    for code in PROVINCES:
        alone[code] = hold(code)
    assert {one["id"] for one in rows["84"]["support"]} & {one["id"] for one in rows["85"]["support"]}
    together = hold(*PROVINCES)
    sums, *others = together
    places = {code: [row for row in alone[code][0] if row[1] == code] for code in PROVINCES}
    assert [row for row in sums if row[1] in PROVINCES] == sorted([*places["84"], *places["85"]], key=str)
    satang = sum(one["amount_satang"] or 0 for code in PROVINCES for one in rows[code]["support"])
    assert sum(row[-1] for row in sums if row[-1] != "-") == satang
    assert sum(row[-2] for row in sums) == sum(len(rows[code]["support"]) for code in PROVINCES)
    for number, found in enumerate(others, start=1):
        assert found == sorted([*alone["84"][number], *alone["85"][number]], key=str)


def test_the_copies_are_told_apart_by_province_and_number():
    assert shared.KEY == ("province_code", "id")
    for table in shared.described(False).sorted_tables:
        assert [column.name for column in table.primary_key] == list(shared.KEY)
    assert not any("id" in frame for frame in (nation.SUM_KEYS, nation.STATE_COLUMNS))
