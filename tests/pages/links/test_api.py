"""The interface for other tools: what it says is what the board says, for whoever asks; GDAL and pandas read it."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import threading
import time

import pandas as pd
import pytest
import uvicorn
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo.ranking.spec import SpecError
from loaders import store
from loaders.replies import tokens
from loaders.store import tables, users
from pages.api import app, asking, collections
from pages.queries import coverage, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import cache
from pages.session.rates import Rate
from pages.shell import first_page, headers
from tests.support import seeds, served
from tests.support.stores import add_batch, support_rows

PHONE, SECRET = "0812345987", "งานลับของหน่วยงาน"


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The demo province and a private row of an agency, behind the board's own doors."""
    path = seeds.copied("demo", tmp_path_factory.mktemp("api") / "kradan.sqlite")
    engine = store.open_store(f"sqlite:///{path.as_posix()}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "engine", lambda: engine)
        for name in ("PUBLIC_RATE", "TOKEN_RATE"):
            patch.setattr(asking, name, Rate(500, 60))
        cache.clear()
        with store.writing(engine) as connection:
            batch = add_batch(connection, base="nhso", file_name="x.csv", file_sha256="e" * 64)
            more = {
                "agency_code": "nhso",
                "activity": f"=1+1 {SECRET}",
                "subdistrict_code": "800106",
                "district_code": "8001",
                "province_code": "80",
                "fiscal_year": 2007,
            }
            connection.execute(insert(tables.support).values(**support_rows(batch, 1)[0] | more))
            users.share(connection, "support", "nhso", "private", "tester")
            made = {name: tokens.grant(connection, name, "QGIS", "tester") for name in ("nhso", "codi")}
            store.touch(connection)
        yield engine, made
    cache.clear()
    engine.dispose()


@pytest.fixture(scope="module")
def client(board):
    with TestClient(
        Starlette(routes=list(app.routes("")), middleware=first_page.middleware()), base_url="http://127.0.0.1"
    ) as found:
        yield found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_what_it_says_is_what_the_board_says(client):
    rows = pd.DataFrame(client.get("/api/tables/subdistricts.json?year=2550").json()["rows"]).set_index(
        "subdistrict_code"
    )
    scope = queries.current_scope("80", asking.PUBLIC)
    chosen = Query(2007)
    expected = coverage.coverage(scope, chosen).set_index("subdistrict_code")
    assert list(rows["status"]) == list(expected["status"]) and len(rows) == 170
    assert rows["amount_baht"].sum() * 100 == expected["amount_satang"].sum()
    assert rows["amount_baht"].isna().sum() == expected["amount_satang"].isna().sum()  # unknown is never zero
    pairs = overlaps.overlaps(scope, chosen).by_area
    pairs = pairs[pairs["area_level"].eq("subdistrict")].set_index("area_code")["outcome"]
    assert rows["overlap"].dropna().to_dict() == pairs.to_dict()
    assert set(rows["strength_class"].dropna()) == {"A", "B", "C"} and set(rows["gap"].dropna()) >= {"gap"}
    inside = client.get("/api/tables/subdistricts.json?year=2550&district=8001").json()["rows"]
    assert {row["district_code"] for row in inside} == {"8001"}


def test_roles_and_masks_are_those_of_the_pages(client, board):
    engine, made = board
    for name in ("support", "role_holder"):
        public = client.get(f"/api/tables/{name}.json?year=all").text
        assert SECRET not in public and PHONE not in public
    assert '"person": null' in client.get("/api/tables/role_holder.json").text
    csv = client.get("/api/tables/support.csv?year=2550", headers=bearer(made["nhso"][1])).text
    assert f"'=1+1 {SECRET}" in csv  # its own row, and no live formula
    assert SECRET not in client.get("/api/tables/support.csv?year=2550", headers=bearer(made["codi"][1])).text
    basic = base64.b64encode(f"anybody:{made['nhso'][1]}".encode()).decode()
    assert SECRET in client.get("/api/tables/support.csv?year=2550", headers={"Authorization": f"Basic {basic}"}).text
    with store.writing(engine) as connection:
        number, token = tokens.grant(connection, "nhso", "one day", "tester", days=1)
        assert tokens.viewer_of(connection, token).agency == "nhso"
        tokens.revoke(connection, number, "tester")
    assert client.get("/api/tables/support.csv", headers=bearer(token)).status_code == 401


def test_a_description_names_every_way_and_its_filters(client):
    described = client.get("/api/openapi.json").json()
    assert {"/collections/{name}/items", "/tables/{name}.csv"} <= set(described["paths"])
    names = {one["name"] for one in described["paths"]["/tables/{name}.csv"]["get"]["parameters"]}
    assert {"year", "agency", "theme", "stream", "district", "tier", "split", "need", "province"} <= names


def rows_of(client, query: str) -> list[dict]:
    answer = client.get(f"/api/tables/{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def test_every_filter_of_a_register_is_honoured_or_refused(client):
    """Without a year the usual one, as documented; a filter that the table has no column for is never passed over."""
    for name in (name for name in collections.by_name() if name != collections.SUBDISTRICTS):
        whole = rows_of(client, f"{name}.json?year=all&agency=&need=")
        columns = set(client.get(f"/api/tables/{name}.csv?year=all").text.lstrip("\ufeff").split("\r\n")[0].split(","))
        years = pd.Series([row.get("fiscal_year") for row in whole], dtype="Int64").dropna()
        usual = rows_of(client, f"{name}.json")
        if "fiscal_year" in columns and len(years):
            assert {row["fiscal_year"] for row in usual} == {2007}
            assert (
                usual
                == [row for row in whole if row["fiscal_year"] == 2007]
                == rows_of(client, f"{name}.json?year=2550")
            )
        else:
            assert usual == whole
        for asked, column, value in (
            ("year", "fiscal_year", "2549"), ("agency", "agency_code", "codi"), ("theme", "theme_code", "health"), ("stream", "stream_code", "local_health_share"),
            ("district", "district_code", "8012"), ("tier", "agency_level", "local"), ("split", "", "equal"), ("need", "", "hardship_households"),
        ):  # fmt: skip
            every = "" if asked == "year" else "year=all&"
            answer = client.get(f"/api/tables/{name}.json?{every}{asked}={value}")
            if column not in columns:
                assert answer.status_code == 400 and asked in answer.json()["detail"], (name, asked)
                continue
            wanted = 2006 if asked == "year" else value
            assert answer.json()["rows"] == [row for row in whole if row[column] == wanted], (name, asked)
    assert {row["fiscal_year"] for row in rows_of(client, "welfare_fund.json?year=all")} == {2006, 2007}
    other = next(row for row in rows_of(client, "support.json?year=all") if row["fiscal_year"] != 2007)
    assert (
        client.get(f"/api/collections/support/items/{other['id']}").json()["properties"] == other
    )  # a key of any year


def test_a_register_without_rows_of_the_usual_year_begins_with_its_own(client, monkeypatch):
    monkeypatch.setattr(queries, "usual_year", lambda _scope: 1999)
    assert {row["fiscal_year"] for row in rows_of(client, "indicator.json")} == {2007}


def test_a_merged_code_stands_for_what_it_was_merged_into(client, monkeypatch):
    now = rows_of(client, "support.json?agency=codi")
    monkeypatch.setattr(collections.codes, "merged", lambda name: {"before": "codi"} if name == "agency" else {})
    assert now and rows_of(client, "support.json?agency=before") == now


def test_columns_are_the_same_with_and_without_a_ranking(client, monkeypatch):
    def impossible(*_: object) -> None:
        raise SpecError("weights")

    with_ranking = rows_of(client, "subdistricts.json?year=2550")
    monkeypatch.setattr(collections.ranking_data, "ranked", impossible)
    cache.clear()
    without = rows_of(client, "subdistricts.json?year=2550")
    cache.clear()
    assert list(with_ranking[0]) == list(without[0]) and {
        "strength_class",
        "strength_border",
        "strength_stability",
    } <= set(without[0])
    assert {row["strength_class"] for row in without} == {None} != {row["strength_class"] for row in with_ranking}


def test_a_box_is_four_numbers_or_six(client):
    here = "/api/collections/subdistricts/items"
    for wrong in (
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "",
        "a,b,c,d",
        "99,8,nan,9",
        "99,8,inf,9",
        "99,9,100,8",
        "99,8,5,100,9,1",
    ):
        for of in (here, here.replace("subdistricts", "plan")):
            answer = client.get(f"{of}?bbox={wrong}")
            assert answer.status_code == 400 and "bbox" in answer.json()["detail"], wrong

    def found(query: str) -> list[str]:
        return [one["id"] for one in client.get(f"{here}?{query}").json()["features"]]

    near = found("bbox=99.9,8.3,100,8.5")
    assert 0 < len(near) < 170 and found("bbox=99.9,8.3,-5,100,8.5,900") == near
    assert len(found("bbox=90,0,110,20")) == 170 == len(found("bbox=170,0,110,20")), "from 170 E round the world"
    assert found("bbox=110,0,90,20") == []
    parts = [
        client.get(f"{here}?f=csv{more}").text.count("\r\n") - 1
        for more in ("", "&bbox=99.9,8.3,100,8.5", "&limit=7&offset=165")
    ]
    assert parts == [170, len(near), 5], "CSV is of the same rows"


READ = """
import json, sys, pyogrio
names = [str(one[0]) for one in pyogrio.list_layers("OAPIF:" + sys.argv[1])]
whole = pyogrio.read_dataframe("OAPIF:" + sys.argv[1], layer="subdistricts")
part = pyogrio.read_dataframe("OAPIF:" + sys.argv[1], layer="subdistricts", bbox=(99.9, 8.3, 100.0, 8.5))
print(json.dumps([names, len(whole), whole.geom_type.unique().tolist(), sorted(whole.columns), len(part), str(whole.crs)]))
"""


def test_gdal_and_pandas_read_it_and_no_token_is_in_a_log(board, caplog, tmp_path):
    open_gdal = {name: value for name, value in os.environ.items() if not name.startswith("GDAL_")}  # not our guard's
    whole = Starlette(routes=list(app.routes("")), middleware=first_page.middleware())
    port, log = served.free_port(), tmp_path / "log"
    handler = logging.FileHandler(log)
    logging.getLogger().addHandler(handler)
    caplog.set_level("DEBUG")
    server = uvicorn.Server(uvicorn.Config(whole, port=port, log_level="debug", log_config=None, access_log=True))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        address = f"http://127.0.0.1:{port}/api"
        done = subprocess.run(
            [sys.executable, "-c", READ, address],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=open_gdal,
        )
        assert done.returncode == 0, done.stderr
        names, rows, kinds, columns, near, crs = json.loads(done.stdout)
        assert {"subdistricts", "support", "role_holder"} <= set(names)
        assert rows == 170 and set(kinds) <= {"Polygon", "MultiPolygon"} and 0 < near < 170
        assert any(name in crs for name in ("WGS 84", "4326", "CRS84"))
        assert {"status", "amount_baht", "overlap", "gap", "strength_class", "name_th"} <= set(columns)
        token = board[1]["nhso"][1]
        frame = pd.read_csv(f"{address}/tables/support.csv?year=all", storage_options=bearer(token), low_memory=False)
        assert frame["activity"].str.contains(SECRET).any() and "amount_baht" in frame
        pd.read_csv(f"{address}/tables/plan.csv")
    finally:
        server.should_exit = True
        thread.join(10)
        logging.getLogger().removeHandler(handler)
    told = log.read_text() + caplog.text
    assert "/api/tables/support.csv" in told  # what was asked for is in the log
    assert token not in told and token.removeprefix(tokens.MARK) not in told


def test_refusals_are_problems_and_a_state_is_told_once(client, board, monkeypatch):
    for path, status in (
        ("/api/collections/nothing", 404), ("/api/collections/subdistricts/items/000000", 404), ("/api/nothing", 404),
        ("/api/tables/subdistricts.json?foo=1", 400), ("/api/tables/subdistricts.json?year=2007", 400),
        ("/api/collections/subdistricts/items?bbox=1,2", 400), ("/api/tables/subdistricts.json?need=nothing", 400),
        ("/api/tables/subdistricts.json?agency=nobody", 400), ("/api/tables/support.json?stream=nothing", 400), ("/api/tables/support.json?theme=x", 400),
        ("/api/tables/plan.json?district=8101", 400), ("/api/tables/plan.json?province=99", 400), ("/api/tables/subdistricts.json?province=00", 400),
    ):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (status, status), path
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/tables/subdistricts.json").status_code == 405
    assert client.get("/api/", headers={"Host": "evil.example"}).status_code == 421
    bad = client.get("/api/", headers=bearer("kradan_guess"))
    assert bad.status_code == 401 and "Basic" in bad.headers["www-authenticate"]
    first = client.get("/api/tables/plan.csv")
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/tables/plan.csv", headers=tag).status_code == 304
    assert client.get("/api/tables/plan.csv?district=8001", headers=tag).status_code == 200
    assert client.get("/api/tables/plan.csv", headers=tag | bearer(board[1]["codi"][1])).status_code == 200
    with store.writing(board[0]) as connection:
        store.touch(connection)
    assert client.get("/api/tables/plan.csv", headers=tag).status_code == 200
    monkeypatch.setattr(asking, "PUBLIC_RATE", Rate(1, 60))
    codes = [client.get("/api/", headers=bearer("kradan_guess")) for _ in range(2)]
    assert [one.status_code for one in codes] == [401, 429] and int(codes[1].headers["retry-after"]) > 0


def test_only_named_sites_may_show_a_view_in_a_frame(monkeypatch):
    monkeypatch.delenv("KRADAN_EMBED_SITES", raising=False)
    assert headers.framed("/coverage", "embed=1") == {}
    monkeypatch.setenv("KRADAN_EMBED_SITES", "https://www.province.go.th/, javascript:alert(1), *, https://a_b")
    found = headers.framed("/coverage", "year=2550&embed=1")
    assert "frame-ancestors 'self' https://www.province.go.th;" in found["Content-Security-Policy"]
    assert "*" not in found["Content-Security-Policy"] and "javascript" not in found["Content-Security-Policy"]
    assert (
        found["X-Frame-Options"] == ""
        and headers.framed("/coverage", "year=2550") == {}
        and headers.framed("/", "xembed=1") == {}
    )
    assert headers.framed("/component/streamlit_folium/index.html", "") == found  # the map stands in the page's frame
