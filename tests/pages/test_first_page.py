"""The first page and the headers: what a browser gets before Streamlit speaks."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from streamlit import file_util

from loaders.words import catalogue
from pages.session.text import LANGUAGES
from pages.shell import first_page
from pages.shell import headers as headers_
from tests.support import served

FRONT = Path(file_util.get_static_dir())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = served.make_store(tmp_path_factory.mktemp("doorway") / "store.sqlite", demo=False)
    with served.board(store) as found:
        yield found


def answer(address: str) -> tuple[int, Message, str]:
    try:
        with urllib.request.urlopen(address, timeout=60) as found:
            return found.status, found.headers, found.read().decode()
    except urllib.error.HTTPError as found:
        return found.code, found.headers, found.read().decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_is_ours_and_all_it_asks_for_is_there(language: str):
    found = first_page.page(language)
    assert f'<html lang="{language}">' in found
    assert re.findall("<title>(.*?)</title>", found) == [catalogue(language)["board_name"]]
    assert re.search(f"<noscript>.*{catalogue(language)['needs_javascript']}", found)
    assert found.index("BACKEND_BASE_URL") < found.index("static/js/index")  # said before Streamlit asks
    hints = re.findall(r'modulepreload" crossorigin href="\./(static/js/[^"]+)"', found)
    assert len(hints) == len(set(hints)) > 60
    assert all((FRONT / hint).is_file() for hint in hints)


def test_no_page_around_the_board_may_steer_it(address: str):
    """Streamlit's own answer names the hosts of its cloud."""
    assert json.loads(answer(f"{address}/_stcore/host-config")[2])["allowedOrigins"] == []


def test_parts_of_the_front_end_are_found_with_all_they_import(tmp_path: Path):
    (tmp_path / "Html.aa.js").write_text('import{x}from"./deep.bb.js";export default 1')
    (tmp_path / "deep.bb.js").write_text('import"./gone.cc.js";import a from"./Html.aa.js"')
    assert first_page.needed(tmp_path, ("Html", "NoLongerThere")) == ["Html.aa.js", "deep.bb.js"]
    named = first_page.needed(FRONT / "static" / "js")
    assert all(any(name.startswith(f"{part}.") for name in named) for part in first_page.PARTS)


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [
        ("/app/static/board/board.js", "", headers_.ASK),
        ("/app/static/board/load.js", "v=0123abcd", headers_.FOREVER),
        ("/app/static/v-0123abcd/shared/dom.js", "", headers_.FOREVER),
        ("/app/static/geo/true-119f1869.json", "", headers_.FOREVER),
        ("/app/static/vendor/fonts/Sarabun-Bold.ttf", "", headers_.A_WEEK),
        ("/component/meeting/wall.css", "", headers_.ASK),
        ("/component/streamlit_folium.st_folium/static/js/main.521860b0.js", "", headers_.FOREVER),
        ("/static/js/index.js", "", None),
        ("/nation", "v=1", None),
    ],
)
def test_how_long_a_file_may_be_kept(path: str, query: str, kept: str | None):
    assert headers_.keep_for(path, query) == kept


def test_pages_and_files_come_with_our_headers(address: str):
    for path, language in (("", "th"), ("/start", "th"), ("/nation?lang=en", "en"), ("/imports?lang=xx", "th")):
        status, headers, page = answer(f"{address}{path}")
        assert (status, headers["Cache-Control"]) == (200, headers_.ASK)
        assert f'<html lang="{language}">' in page
        for name, value in headers_.HEADERS.items():
            assert headers.get_all(name) == [value]
    _, headers, script = answer(f"{address}/app/static/board/board.js")
    assert headers["Cache-Control"] == headers_.ASK
    assert "export const paint" in script
    _, headers, marked = answer(f"{address}/app/static/v-0123abcd/board/board.js")  # its imports carry the mark, too
    assert (headers["Cache-Control"], marked) == (headers_.FOREVER, script)
    status, headers, _ = answer(f"{address}/app/static/v-0123abcd/board/gone.js")
    assert (status, headers["Cache-Control"]) == (404, headers_.ASK)
    status, headers, _ = answer(f"{address}/app/static/geo/not-there-yet.json")
    assert (status, headers["Cache-Control"]) == (404, headers_.ASK)
    status, headers, page = answer(f"{address}/_stcore/health")
    assert (status, page, headers["X-Content-Type-Options"]) == (200, "ok", "nosniff")
    assert "_streamlit_xsrf" in headers["Set-Cookie"]


def test_a_board_under_a_path_of_another_site_has_the_same_doorway(tmp_path: Path):
    store = served.make_store(tmp_path / "store.sqlite", demo=False)
    with served.board(store, STREAMLIT_SERVER_BASE_URL_PATH="kradan") as address:
        assert address.endswith("/kradan")
        for path in ("/", "/coverage"):
            status, headers, page = answer(f"{address}{path}?lang=en")
            assert (status, headers["Cache-Control"], '<html lang="en">' in page) == (200, headers_.ASK, True)
            assert first_page.HERE in page
        assert answer(f"{address}/app/static/board/load.js?v=0123abcd")[1]["Cache-Control"] == headers_.FOREVER
        assert answer(f"{address}/app/static/v-0123abcd/board/board.js")[0] == 200
        with served.browser(served.SHELL) as chromium:
            seen = served.visit(chromium, f"{address}/coverage")
            assert seen.painted() == 170
            assert seen.foreign == seen.errors == []
