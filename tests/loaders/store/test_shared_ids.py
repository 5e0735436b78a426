"""Copies of two provinces whose rows have the same numbers: no reading of the nation takes one for the other's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pandas as pd
import pytest
from sqlalchemy import Connection, create_engine, delete, event, insert

from geo import nation as geo_nation
from geo.coverage.heard import may_concern
from loaders import store
from loaders.imports.ingest import ingest
from loaders.imports.review import may_be
from loaders.store import shared as publishing
from loaders.store import tables, users
from loaders.store.privacy import PUBLIC
from loaders.store.shared import copies, nation
from loaders.store.shared import tables as shared
from tests.support.import_files import ROWS, csv_file, new_store

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


STRAYS = [["ท่าศาลาา", "ท่าศาลา", "พอช.", "โทร 081-234-5678", "10"], ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ข", "20"],
          ["ไม่มีที่นี่", "", "กลุ่มบ้านลุงชม", "ค", "40"]]  # fmt: skip
SUMS = ["base", "province_code", "fiscal_year", "agency_code", "stream_code", "theme_code", "records", "amount_satang"]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_joined_province_is_never_none_where_a_row_waits(joined, is_read, tmp_path, monkeypatch):
    province = new_store(tmp_path, monkeypatch)
    if not is_read:  # a process that cannot read the cells of what waits
        monkeypatch.setattr(publishing, "WAITING_READERS", [])
        monkeypatch.setattr(copies, "WAITING_READERS", [])
    due, member = shared.named("due", is_partitioned=True), shared.member()
    joined.execute(insert(member).values(province_code="80", way="copy"))
    state = {"version": shared.VERSION, "holds": "real", "data_version": "x", "as_of": "x"}
    joined.execute(insert(shared.named("state", is_partitioned=True)).values(province_code="80", id=1, **state))
    owed = {"base": "codi", "register": "support", "area_code": "80", "is_asked": True}

    def said(**choices: str) -> str:
        """What the nation says of the province, all of whose reports are given, from what the province publishes now."""
        with store.reading(province) as connection:
            rows = [row for row in copies._dues(connection, "80").values() if row["base"] == shared.WAITS]
        joined.execute(delete(due))
        for number, row in enumerate([owed, *rows]):
            joined.execute(insert(due).values(province_code="80", id=number, **row))
        waiting = nation.read_shared_waiting(joined, viewer=PUBLIC)
        dues = nation.read_shared_dues(joined, viewer=PUBLIC)
        assert dues["base"].tolist() == ["codi"] and len(waiting) == len(rows)
        words = "".join(str(value) for row in rows for value in row.values())
        assert not any(cell in words for cell in ("081", "ท่าศาลา", "ลุงชม"))
        agencies = [choices["agency"]] if choices else None
        spoken = pd.DataFrame({"base": ["codi"], "area_code": ["80"], "fiscal_year": pd.array([None], dtype="Int64")})
        table = geo_nation.by_province(pd.DataFrame(columns=SUMS), dues, spoken, ["80"],
                                       waiting=may_concern(waiting, agencies=agencies), **choices)  # fmt: skip
        return table["status"].item()

    assert said() == "none"
    ingest(province, csv_file(tmp_path, [*ROWS, *STRAYS[:2]]), "codi", trusted=True)
    assert said() == said(agency="codi") == "not_reported"
    assert said(agency="nhso") == ("none" if is_read else "not_reported")
    ingest(province, csv_file(tmp_path, STRAYS[2:], "อื่น.csv"), "codi", trusted=True)
    assert said(agency="nhso") == "not_reported", "an agency that no list has may be anyone's other name"
    with store.writing(province) as connection:
        users.share(connection, "support", "codi", "private", "tester")
    assert said() == "none", "as the province's own board says to the public"


def test_a_waiting_row_is_told_for_every_year_that_it_may_be_of():
    days = [None, *(pd.Timestamp(f"{year}-{month}-01") for year in (2005, 2007, 2009, 2030) for month in ("03", "11"))]
    drawn = product(days, days, (None, 2004, 2007, 2009))
    rows = pd.DataFrame(drawn, columns=["starts_on", "ends_on", "fiscal_year"])
    rows = rows.astype({"starts_on": "datetime64[s]", "ends_on": "datetime64[s]", "fiscal_year": "Int64"})
    years = pd.Series([may_be._years(row) for row in rows.to_dict("records")])
    told = 0
    for asked in range(2002, 2034):
        published = years.map(lambda of_row, year=asked: of_row == [None] or year in of_row)
        concerned = rows.index.isin(may_concern(rows, asked).index)
        assert published[concerned].all(), rows[concerned & ~published].assign(asked=asked)
        told += int((~published).sum())
    assert told > 5_000, "years are told apart"
