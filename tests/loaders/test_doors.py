"""Closed by default: what counts as this machine, which names the board answers to, how sign-in is set up."""

from __future__ import annotations

import pytest

from loaders import doors

SET_UP = {
    "redirect_uri": "https://board.example.go.th/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "kradan",
    "client_secret": "never told",
    "server_metadata_url": "https://id.example.go.th/.well-known/openid-configuration",
}


@pytest.mark.parametrize(
    ("peer", "host", "more", "here"),
    [
        ("127.0.0.1", "127.0.0.1:8501", {}, True),
        ("::1", "[::1]:8501", {}, True),
        ("::ffff:127.0.0.1", "LOCALHOST.:8501", {}, True),
        ("127.0.0.1", "board.example.go.th", {}, False),
        ("127.0.0.1", "127.0.0.1.evil.example", {}, False),
        ("127.0.0.1", "localhost@evil.example", {}, False),
        ("127.0.0.1", "", {}, False),
        ("10.1.2.3", "127.0.0.1", {}, False),
        (None, "127.0.0.1", {}, False),
        ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", "127.0.0.1", {"x-forwarded-proto": "http"}, False),
        ("127.0.0.1", "127.0.0.1", {"Forwarded": ""}, False),
        ("127.0.0.1", "127.0.0.1", {"X-Real-IP": "127.0.0.1"}, False),
        ("127.0.0.1", "127.0.0.1", {"Via": "1.1 proxy"}, False),
        ("127.0.0.1", "127.0.0.1", {"CF-Connecting-IP": "127.0.0.1"}, False),
        ("127.0.0.1", "127.0.0.1", {"X-Viewer": "no proxy's"}, True),
    ],
)
def test_only_this_machine_itself_is_here(peer, host, more, here):
    assert doors.is_here(peer, [("Host", host), *more.items()]) is here


def test_two_hosts_are_none():
    assert not doors.is_here("127.0.0.1", [("Host", "127.0.0.1"), ("host", "127.0.0.1")])


def test_names_of_the_board(monkeypatch):
    monkeypatch.setenv("KRADAN_HOSTS", "Board.example.go.th:443, other.example;")
    answers = ("board.example.go.th", "BOARD.example.go.th:8443", "other.example.", "127.0.0.1:1", "[::1]")
    assert [doors.is_ours(host) for host in answers] == [True] * 5
    strange = (
        "example",
        "evil.example",
        "board.example.go.th.evil.example",
        "a@other.example",
        "other.example/x",
        "",
        None,
    )
    assert [doors.is_ours(host) for host in strange] == [False] * 7
    monkeypatch.delenv("KRADAN_HOSTS")
    assert not doors.is_ours("board.example.go.th")


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501", True),
        ("https://board.example", "board.example:443", True),
        ("https://Board.example", "board.example", True),
        ("http://127.0.0.1:3000", "127.0.0.1:8501", False),  # another web app of this machine
        ("http://localhost:8501", "127.0.0.1:8501", False),
        ("https://board.example:8443", "board.example", False),
        ("null", "127.0.0.1:8501", False),
        ("127.0.0.1:8501", "127.0.0.1:8501", False),
        ("file://127.0.0.1:8501", "127.0.0.1:8501", False),
    ],
)
def test_a_page_of_another_origin_is_foreign(origin, host, same):
    assert doors.is_same_origin(origin, host) is same


@pytest.mark.parametrize(
    ("secrets", "wanted", "state", "code"),
    [
        (None, "", "alone", ""),
        (None, "required", "closed", "sign_in_required"),
        (None, "Required ", "closed", "sign_in_required"),
        (None, "requierd", "closed", "sign_in_setting_unknown"),
        (None, "alone", "alone", ""),
        ({"auth": SET_UP}, "", "provider", ""),
        ({"auth": SET_UP}, "alone", "provider", ""),
        ({"auth": SET_UP}, "requierd", "provider", ""),
        ({"Auth": SET_UP}, "", "closed", "sign_in_misspelt"),
        ({"atuh": SET_UP}, "required", "closed", "sign_in_misspelt"),
        (SET_UP, "", "closed", "sign_in_misspelt"),
        ({"auth": {}}, "", "closed", "sign_in_incomplete"),
        ({"auth": "on"}, "", "closed", "sign_in_missing"),
        ({"auth": SET_UP | {"client_secret": " "}}, "", "closed", "sign_in_incomplete"),
        (
            {"auth": {key: value for key, value in SET_UP.items() if key != "redirect_uri"}},
            "",
            "closed",
            "sign_in_incomplete",
        ),
        ({"auth": SET_UP | {"cookie_secret": "secret"}}, "", "closed", "cookie_secret_short"),
        ({}, "", "closed", "sign_in_missing"),
        ({"connections": {"a": 1}}, "alone", "alone", ""),
    ],
)
def test_what_is_not_set_up_whole_closes_the_board(secrets, wanted, state, code, monkeypatch):
    monkeypatch.setenv("KRADAN_SIGN_IN", wanted)
    found = doors.sign_in(secrets)
    assert (found.state, found.code) == (state, code)


def test_a_provider_in_a_section_of_its_own(monkeypatch):
    shared = {key: SET_UP[key] for key in doors.SHARED_KEYS}
    own = {key: SET_UP[key] for key in doors.PROVIDER_KEYS}
    assert doors.sign_in({"auth": shared | {"thaid": own}}) == doors.SignIn("provider", name="thaid")
    assert doors.sign_in({"auth": shared | {"thaid": own | {"client_id": ""}}}).state == "closed"
