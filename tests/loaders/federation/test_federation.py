"""Three real servers: two provinces publish, the nation copies one and asks one live, one joins by its public package.

What is compared is compared to the satang with what the provinces themselves show to the public.
"""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest
from sqlalchemy import Engine, delete, insert, update

from loaders import setup, store
from loaders.exchange import package
from loaders.federation import lines, publisher, pulled, subscriber
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import PUBLIC
from loaders.store.shared import nation
from loaders.store.shared import tables as shared
from tests.support import postgres, stores

MORE = "-c wal_level=logical -c max_slot_wal_keep_size=64MB -c wal_retrieve_retry_interval=200 -c log_statement=all"
ACCESS = "local all postgres trust\nlocal replication postgres trust\nlocal all all scram-sha-256\n"
PHONE = "081-234-5678"
NATION = "99"


@dataclass
class Nation:
    """The servers by province, the stores on them, and where the passwords are."""

    folder: Path
    sockets: dict[str, str] = field(default_factory=dict)
    engines: dict[str, Engine] = field(default_factory=dict)
    at_home: Callable[[str], None] = print

    def address(self, code: str) -> str:
        return f"host={self.sockets[code]} dbname={self.engines[code].url.database} user=kradan_nation_{code}"

    def sums(self, code: str = NATION) -> dict[str | None, tuple[int, int]]:
        """Records and satang by province, as the nation reads them."""
        with store.reading(self.engines[code]) as connection:
            frame = nation.read_shared_sums(connection, viewer=PUBLIC)
        groups = frame.assign(province_code=frame["province_code"].fillna("-")).groupby("province_code")
        return {str(key): (int(one["records"].sum()), int(one["amount_satang"].sum())) for key, one in groups}

    def waits(self) -> list[str]:
        """Places about which rows wait, as the nation reads them."""
        with store.reading(self.engines[NATION]) as connection:
            return sorted(nation.read_shared_waiting(connection, viewer=PUBLIC)["area_code"])

    def own(self, code: str) -> dict[str, tuple[int, int]]:
        """The same as the province itself shows it to the public."""
        with store.reading(self.engines[code]) as connection:
            frame = store.read_register(connection, "support", code, viewer=PUBLIC)
        groups = frame.assign(province_code=frame["province_code"].fillna("-")).groupby("province_code")
        return {str(key): (len(one), int(one["amount_satang"].sum())) for key, one in groups}

    def until(self, read: Callable[[], object], wanted: object) -> None:
        end = time.monotonic() + 60
        while (found := read()) != wanted and time.monotonic() < end:
            time.sleep(0.05)
        assert found == wanted

    def refused(self, code: str, province: str, **more: bool) -> str:
        self.at_home(NATION)
        password = lines.password_in(self.folder / f"{province}.key")
        with pytest.raises(Refused) as stop:
            subscriber.subscribe(self.engines[NATION], code, self.address(province), password, "tester", **more)
        return stop.value.problem.code


def waiting_row(batch: int) -> dict:
    """A row about 800105 that waits, of a sheet that nobody can read any more: nothing but its place is known."""
    return {"batch_id": batch, "sheet": "1", "row": 9, "register": "support", "problem": "place_close", "candidates": "800105",
            "cells": f'{{"กิจกรรม": "โทร {PHONE}"}}'}  # fmt: skip


def add_rows(engine: Engine, province: str, number: int, baht: int, base: str = "codi", **more) -> int:
    """A batch of records of one subdistrict of the province."""
    place = {"province_code": province, "area_code": f"{province}0101", "subdistrict_code": f"{province}0101",
             "district_code": f"{province}01"}  # fmt: skip
    with store.writing(engine) as connection:
        batch = stores.add_batch(
            connection, base=base, summary=f'{{"province": "{province}"}}', file_sha256=f"{time.monotonic_ns():064d}"
        )
        rows = stores.support_rows(batch, number, **(place | {"amount_satang": baht * 100 + 1} | more))
        connection.execute(insert(tables.support), rows)
        store.finish_batch(connection, batch)
    return batch


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nation]:
    """Province 80 and 84 with records, and the nation's store; 80 is copied, 84 answers live."""
    found = Nation(tmp_path_factory.mktemp("federation"))
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        found.at_home = functools.partial(patch.setenv, "KRADAN_PROVINCE")
        patch.setenv("KRADAN_BACKUPS", str(found.folder / "backups"))
        for code in ("80", "84", NATION):
            found.at_home(code)
            found.sockets[code] = stack.enter_context(postgres.server(more=MORE))
            (Path(found.sockets[code]) / "data" / "pg_hba.conf").write_text(ACCESS, encoding="ascii")
            with psycopg.connect(
                host=found.sockets[code], user="postgres", dbname="postgres", autocommit=True
            ) as connection:
                connection.execute("SELECT pg_reload_conf()")
                connection.execute(
                    "CREATE DATABASE kradan"
                )  # goes with its server: who is connected cannot be asked to leave
            url = f"postgresql+psycopg://postgres@/kradan?host={found.sockets[code]}"
            found.engines[code] = store.open_store(url, create=True)
            stack.callback(found.engines[code].dispose)
            if code != NATION:
                setup.ensure_code_lists(found.engines[code])
                add_rows(found.engines[code], code, 40, 10)
                publisher.publish(found.engines[code], found.folder / f"{code}.key", "tester")
        found.at_home(NATION)
        for code in ("80", "84"):
            password = lines.password_in(found.folder / f"{code}.key")
            subscriber.subscribe(
                found.engines[NATION], code, found.address(code), password, "tester", live=code == "84"
            )
        found.until(lambda: found.sums(), found.own("80") | found.own("84"))
        yield found


def test_every_change_arrives_masked_and_what_is_taken_back_goes(whole):
    province = whole.engines["80"]
    whole.at_home("80")
    add_rows(province, "80", 3, 7, people_reached=3, activity=f"โทร {PHONE}", base="gsb")
    nowhere = add_rows(
        province, "80", 2, 5, province_code=None, area_code=None, subdistrict_code=None, district_code=None
    )
    wanted = {"80": (43, 40 * 1001 + 3 * 701), "-": (2, 2 * 501), "84": (40, 40 * 1001)}
    assert whole.own("80") | whole.own("84") == wanted
    whole.until(whole.sums, wanted)
    with psycopg.connect(
        host=whole.sockets[NATION], user="postgres", dbname=whole.engines[NATION].url.database
    ) as connection:
        said = connection.execute(
            "SELECT activity, people_reached, is_masked FROM shared.support WHERE activity IS NOT NULL"
        ).fetchall()
        numbers = connection.execute(
            "SELECT id FROM shared.support GROUP BY id HAVING count(DISTINCT province_code) > 1"
        ).fetchall()
        columns = {row[0] for row in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'shared' AND table_name LIKE 'role_holder%'")}  # fmt: skip
    assert len(numbers) >= 40, "rows of two provinces have equal numbers, and the sums above are each one's own"
    assert len(said) == 3
    assert all(PHONE not in text and people is None and masked for text, people, masked in said)
    assert columns
    assert not columns & {"person", "phone", "retain_until", shared.LOCAL}

    with store.writing(province) as connection:  # a data set is shared with fewer, a batch is withdrawn
        connection.execute(
            insert(tables.sharing).values(
                register="support", base="gsb", level="private", decided_by="t", decided_at="t"
            )
        )
        store.touch(connection)
        store.set_active(connection, [nowhere], False, "test", "tester")
    whole.until(whole.sums, {"80": (40, 40 * 1001), "84": (40, 40 * 1001)})
    assert whole.waits() == []
    with store.writing(province) as connection:  # a row comes to the review desk, and a person settles it
        connection.execute(insert(tables.quarantine).values(waiting_row(nowhere - 2)))
        store.touch(connection)
    whole.until(whole.waits, ["800105"])
    with store.writing(province) as connection:
        connection.execute(delete(tables.quarantine))
        store.touch(connection)
    whole.until(whole.waits, [])
    with store.writing(province) as connection:
        connection.execute(update(tables.support).where(tables.support.c.row == 1).values(amount_satang=99))
        store.touch(connection)
    whole.until(whole.sums, whole.own("80") | {"84": (40, 40 * 1001)})


def test_an_account_of_the_nation_reads_the_copies_alone_and_no_log_knows_its_password(whole):
    for code in ("80", "84"):
        password = lines.password_in(whole.folder / f"{code}.key")
        with psycopg.connect(lines.remote(whole.address(code), password), autocommit=True) as connection:
            assert connection.execute("SELECT count(id) FROM shared.support").fetchone()
            for query in ("SELECT * FROM support", "SELECT digest FROM shared.support", "SELECT * FROM role_holder",
                          "CREATE TABLE mine (a int)", "DELETE FROM shared.support", "CREATE ROLE other"):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(query)
    logs = [(Path(socket) / "log").read_text(errors="replace") for socket in whole.sockets.values()]
    assert all("statement:" in log for log in logs)
    for code in ("80", "84"):
        assert not any(lines.password_in(whole.folder / f"{code}.key") in log for log in logs)


def test_a_province_that_is_away_stops_nothing_and_comes_back_whole(whole):
    before = whole.sums()
    for code in ("80", "84"):
        postgres.stop(whole.sockets[code], "immediate")
    whole.at_home(NATION)
    whole.until(whole.sums, {key: value for key, value in before.items() if key != "84"})  # the copy of 80 stays
    whole.until(lambda: subscriber.status(whole.engines[NATION])["not_answering"], ["80", "84"])
    for code in ("80", "84"):
        postgres.start(whole.sockets[code], f"{postgres.USUAL} {MORE}")
        whole.engines[code].dispose()
    nation.SILENT.clear()  # else it is asked again after half a minute
    whole.until(whole.sums, before)
    whole.at_home("80")
    add_rows(whole.engines["80"], "80", 5, 3)
    whole.until(whole.sums, whole.own("80") | whole.own("84"))
    whole.until(lambda: subscriber.status(whole.engines[NATION])["not_answering"], [])
    (slot,) = subscriber.status(whole.engines["80"])["publishes"]["subscribers"]
    assert slot["is_connected"]


def test_a_wipe_of_a_province_takes_its_rows_back_and_the_next_import_arrives(whole):
    whole.at_home("84")
    package.wipe(whole.engines["84"], "tester")
    assert "84" not in whole.sums()
    whole.at_home("84")
    add_rows(whole.engines["84"], "84", 4, 2)
    assert whole.sums()["84"] == (4, 4 * 201)


def test_what_does_not_fit_is_refused_with_the_reason(whole):
    engine = whole.engines[NATION]
    assert whole.refused("80", "80") == "federation_joined"
    assert whole.refused("81", "80") == "federation_other_province"
    with store.writing(whole.engines["80"]) as connection:
        connection.execute(update(shared.named("state")).values(version=shared.VERSION + 1))
    whole.until(lambda: subscriber.status(engine)["provinces"][0]["is_counted"], False)
    assert "80" not in whole.sums()  # of another version: not counted until both sides say the same
    whole.at_home("80")
    before = whole.own("80")
    add_rows(whole.engines["80"], "80", 1, 9)  # copies of another version rest and stop no import
    assert whole.own("80") != before
    assert subscriber.status(whole.engines["80"])["publishes"]["is_of_another_version"]
    publisher.publish(whole.engines["80"], whole.folder / "80.key", "tester")  # tables anew: the nation joins anew
    whole.at_home(NATION)
    subscriber.leave(engine, "80", "tester")
    password = lines.password_in(whole.folder / "80.key")
    subscriber.subscribe(engine, "80", whole.address("80"), password, "tester")
    whole.until(lambda: whole.sums().get("80"), whole.own("80")["80"])
    for address, code in (
        ("dbname=x", "federation_address"),
        ("host=x password=y", "federation_password"),
        ("= =", "federation_address"),
    ):
        with pytest.raises(Refused) as stop:
            lines.remote(address, "secret")
        assert stop.value.problem.code == code
    with pytest.raises(Refused) as stop:
        publisher.publish(engine, whole.folder / "n.key", "tester")
    assert stop.value.problem.code == "federation_is_nation"


def test_a_province_in_a_file_joins_by_its_public_package(whole, sqlite_engine, tmp_path):
    whole.at_home("96")
    setup.ensure_code_lists(sqlite_engine)
    add_rows(sqlite_engine, "96", 6, 11, activity=f"โทร {PHONE}")
    folder = tmp_path / "package"
    package.export(sqlite_engine, folder, viewer=PUBLIC)
    serve = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address, engine = f"http://127.0.0.1:{server.server_port}/", whole.engines[NATION]
        whole.at_home(NATION)
        done = pulled.pull(engine, "96", address, "tester")
        assert done["rows"]["support"] == 6
        assert whole.sums()["96"] == (6, 6 * 1101)
        whole.at_home("96")
        batch = add_rows(sqlite_engine, "96", 1, 1)
        with store.writing(sqlite_engine) as connection:
            connection.execute(insert(tables.quarantine).values(waiting_row(batch) | {"candidates": "960102"}))
        package.export(sqlite_engine, folder, viewer=PUBLIC)
        whole.at_home(NATION)
        pulled.pull(engine, "96", address, "tester")
        assert whole.sums()["96"] == (7, 6 * 1101 + 101)
        assert whole.waits() == ["960102"]
        assert PHONE not in (folder / "tables" / "waiting.csv").read_text(encoding="utf-8-sig")
        described = folder / "datapackage.json"
        newer = described.read_text(encoding="utf-8").replace('"schema_version": ', '"schema_version": 9')
        whole_package = described.read_text(encoding="utf-8")
        described.write_text(newer, encoding="utf-8")
        _Quiet.asked.clear()
        with pytest.raises(Refused) as stop:
            pulled.pull(engine, "96", address, "tester")
        assert stop.value.problem.code == "federation_other_version"
        assert _Quiet.asked == ["/datapackage.json"]  # no table of it is fetched
        assert "96" in subscriber.status(engine)["not_answering"]
        described.write_text(whole_package, encoding="utf-8")
        pulled.pull(engine, "96", address, "tester")
        assert "96" not in subscriber.status(engine)["not_answering"]
        (folder / "tables" / "support.csv").write_text("id\n1\n", encoding="utf-8")
        with pytest.raises(Refused) as stop:
            pulled.pull(engine, "96", address, "tester")
        assert stop.value.problem.code == "federation_package"
        server.shutdown()
    assert whole.sums()["96"] == (7, 6 * 1101 + 101)  # what was there stays, and the province is named
    assert "96" in subscriber.status(engine)["not_answering"]
    for address in ("http://example.org/", "file:///etc/passwd", "ftp://127.0.0.1/"):
        with pytest.raises(Refused) as stop:
            pulled.pull(engine, "97", address, "tester")
        assert stop.value.problem.code in ("fetch_unsafe", "fetch_away")
    assert subscriber.leave(engine, "96", "tester")["left"] == "96"
    assert "96" not in whole.sums()


def test_who_leaves_takes_everything_along(whole):
    whole.at_home(NATION)
    subscriber.leave(whole.engines[NATION], "84", "tester")
    assert set(whole.sums()) == {"80"}
    postgres.stop(whole.sockets["80"], "immediate")  # an office that was closed can be left, too
    assert subscriber.leave(whole.engines[NATION], "80", "tester") == {"left": "80", "slot_removed_there": False}
    assert whole.sums() == {}
    postgres.start(whole.sockets["80"], f"{postgres.USUAL} {MORE}")
    whole.engines["80"].dispose()
    whole.at_home("80")
    assert publisher.leave(whole.engines["80"], "tester") == {"left": "80"}
    with psycopg.connect(
        host=whole.sockets["80"], user="postgres", dbname=whole.engines["80"].url.database
    ) as connection:
        left = connection.execute(
            "SELECT (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_publication)"
            " + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'kradan%%') + (SELECT count(*) FROM pg_namespace WHERE nspname = 'shared')"
        ).fetchone()
    assert left == (0,)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass
