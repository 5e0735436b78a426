"""What we reach into of Streamlit: each reach is tried on the version we pin, and the board stands without most of them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import streamlit_folium
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from geo.matching_funds.rules import FundError
from geo.overlaps.rules import OverlapRuleError
from geo.ranking.spec import SpecError
from loaders.problems import Refused
from pages.session import cache, errors, insides, text
from pages.session.text import LANGUAGES
from pages.shell import serve
from tests.conftest import ROOT
from tests.support import seeds


def scripts() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in (insides.front_end() / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("net", ["boundary", "refusals_told"])
def test_streamlits_signals_pass_an_error_boundary(net):
    def page(net: str) -> None:
        import streamlit as st

        from pages.session import errors

        with getattr(errors, net)():
            if st.session_state.setdefault("runs", 0) < 1:
                st.session_state["runs"] += 1
                st.rerun()
            st.write("again")
            st.stop()
        st.write("never")

    shown = AppTest.from_function(page, args=(net,)).run()
    assert ([element.value for element in shown.markdown], len(shown.error)) == (["again"], 0)


def test_a_refusal_is_told_and_what_follows_it_is_not_done():
    def page() -> None:
        import streamlit as st

        from loaders.problems import Refused
        from pages.session import errors

        for show in (st.error, st.warning):
            with errors.refusals_told(show):
                raise Refused("base_unknown", value="[x](y)")
                st.write("never")
        st.write("on")

    shown = AppTest.from_function(page).run()
    assert [element.value for element in shown.markdown] == ["on"]
    (error,), (warning,) = shown.error, shown.warning
    assert error.value == warning.value
    assert r"\[x\](y)" in error.value


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "stop",
    [FundError("rule_key_missing", "f.toml, scheme a", "payer"), SpecError("rule_key_missing", "f.toml, scheme a", "payer"),
     OverlapRuleError("overlap_word_unknown", "f.toml, scheme a", "payer"), OverlapRuleError("overlap_rule_codes", "f.toml, scheme a payer"),
     OverlapRuleError("overlap_member_twice", "f.toml, scheme a", "payer"), Refused("rule_key_missing", value="f.toml, scheme a", suggestion="payer"),
     Refused("rule_file_unreadable", value="f.toml, scheme a", suggestion="payer")],
)  # fmt: skip
def test_a_view_says_in_the_language_what_is_wrong_with_a_rule_file(monkeypatch, lang, stop):
    said, before = [], errors.swallowed
    monkeypatch.setattr(errors, "st", SimpleNamespace(warning=said.append, error=None))
    token = text._read_in.set(lang)
    try:
        with errors.boundary():
            raise stop
    finally:
        text._read_in.reset(token)
    assert len(said) == 1 and "f.toml, scheme a" in said[0] and "payer" in said[0] and errors.swallowed == before
    assert bool(re.search("[ก-๙]", said[0])) == (lang == "th")


def test_uploads_that_lie_on_disk_leave_the_memory(monkeypatch):
    manager = MemoryUploadedFileManager("/upload")
    for name in ("kept", "gone"):
        manager.add_file("session", UploadedFileRec(name, f"{name}.csv", "text/csv", b"1"))
    run = SimpleNamespace(uploaded_file_mgr=manager, session_id="session")
    monkeypatch.setattr(insides, "get_script_run_ctx", lambda: run)
    insides.release_uploads([SimpleNamespace(file_id="gone")])
    assert [record.file_id for record in manager.get_files("session", ["kept", "gone"])] == ["kept"]


def test_a_board_is_busy_while_a_script_runs_for_somebody(monkeypatch):
    assert "_state" in AppSession.__init__.__code__.co_names
    states = [AppSessionState.APP_NOT_RUNNING, AppSessionState.SHUTDOWN_REQUESTED]
    sessions = SimpleNamespace(
        list_active_sessions=lambda: [SimpleNamespace(session=SimpleNamespace(_state=state)) for state in states]
    )
    assert not insides.is_busy()  # no server
    monkeypatch.setattr(insides.runtime, "exists", lambda: True)
    monkeypatch.setattr(insides.runtime.Runtime, "instance", lambda: SimpleNamespace(_session_mgr=sessions))
    assert not insides.is_busy()
    states.append(AppSessionState.APP_IS_RUNNING)
    assert insides.is_busy()


def test_the_folder_named_pages_is_ignored(monkeypatch):
    assert isinstance(PagesManager.uses_pages_directory, bool | None)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    insides.ignore_pages_directory()
    assert PagesManager.uses_pages_directory is False


def test_every_name_of_the_front_end_that_our_style_speaks_of_is_there():
    style, front = (ROOT / "static" / "shell" / "app.css").read_text(encoding="utf-8"), scripts()
    named = set(re.findall(r'data-testid="(\w+)"', style + insides.FILE_BUTTON + insides.FILE_LIMIT))
    named |= {name for name in ("data-stale", "data-test-script-state") if name in style}
    assert len(named) > 5
    assert [name for name in sorted(named) if name not in front] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_opens_with_streamlits_own_menu(language, tmp_path, monkeypatch):
    monkeypatch.setenv("KRADAN_STORE", str(seeds.copied("empty", tmp_path / seeds.NAME)))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cache.clear()
    assert serve.script().endswith("asgi.py")
    monkeypatch.setenv("KRADAN_PLAIN_NAVIGATION", "1")
    assert serve.script().endswith("app.py")
    board = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    board.query_params["lang"] = language
    board.run()
    bodies = "".join(element.proto.body for element in board.get("html"))
    cache.clear()
    assert not board.exception and not board.error
    assert '<nav class="kradan-menu"' not in bodies and '<h1 class="kradan-title"' in bodies


def test_held_files_are_counted_by_session_and_together(monkeypatch):
    manager = MemoryUploadedFileManager("/upload")
    for session, size in (("a", 100), ("a", 5), ("b", 70)):
        manager.add_file(session, UploadedFileRec(f"{size}", "x.csv", "text/csv", b"1" * size))
    server = SimpleNamespace(uploaded_file_mgr=manager)
    monkeypatch.setattr(insides.runtime, "exists", lambda: True)
    monkeypatch.setattr(insides.runtime.Runtime, "instance", lambda: server)
    assert [insides.held_bytes(one, 10) for one in ("a", "b", "c", None)] == [110, 70, 0, 180]


def test_this_machines_public_address_is_never_looked_up(monkeypatch):
    from streamlit import net_util
    from streamlit.web.server import server_util

    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *_, **__: pytest.fail("asked a foreign host"))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    insides.never_look_up_this_machine()
    assert not server_util.is_url_from_allowed_origins("http://evil.example")


def test_outside_a_server_nobody_calls(monkeypatch):
    assert insides.caller() is None
    monkeypatch.setattr(insides.runtime.Runtime, "_instance", object.__new__(insides.runtime.Runtime))
    assert insides.caller() == (None, [])  # a thread of a server without a session is nobody


def test_the_frames_of_maps_and_of_the_wall_are_told_by_the_address_of_their_component():
    """What names, looks at and tours the frames says them in one way, and the components have these names."""
    wanted = {insides.MAP_FRAME: streamlit_folium._component_func.name, insides.WALL_FRAME: "kradan_meeting"}
    for selector, name in wanted.items():
        assert re.fullmatch(r'iframe\[src\*="(\w+)"\]', selector)[1] in name
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "static" / "shell").glob("*.?s*")]
    spoken = [found for text in texts for found in re.findall(r"iframe\[[^\]]*\]", text)]
    assert len(spoken) > 2 and set(spoken) == set(wanted)
