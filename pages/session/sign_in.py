"""The viewer of a session: signed in, alone at this machine, or the public.

With sign-in configured the role is read from our own table on every run. Without it the board serves one person at this
machine; a request from another machine, under another host name or through a proxy is the public, and so is everybody
when sign-in is misconfigured (:mod:`loaders.doors`).
"""

from __future__ import annotations

import html

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from loaders import doors, settings
from loaders.problems import Refused
from loaders.store.privacy import Viewer
from pages.session.insides import caller, is_embedded

ALONE = Viewer("admin")


def _configured() -> doors.SignIn:
    try:
        return doors.sign_in(st.secrets.to_dict())
    except StreamlitSecretNotFoundError as trouble:
        return doors.sign_in(None, is_readable=trouble.error_id == "no-secrets-found")
    except Exception:  # noqa: BLE001 - a folder, a file owned by somebody else: sign-in cannot work with it
        return doors.sign_in(None, is_readable=False)


def now() -> doors.SignIn:
    """How this session may sign in; also ``closed`` for visitors from elsewhere when no sign-in is set up."""
    configured = _configured()
    if is_embedded():  # the surrounding page could trick a person into clicks (clickjacking)
        return doors.SignIn("closed", "embedded")
    if configured.state != "alone" or _is_here():
        return configured
    return doors.SignIn("closed", "sign_in_from_elsewhere")


def _is_here() -> bool:
    seen = caller()
    if seen is None:  # no server: the program itself calls
        return True
    peer, headers = seen
    if not headers:  # the browser disconnected during a run: use the last answer
        return bool(st.session_state.get("_is_here"))
    st.session_state["_is_here"] = doors.is_here(peer, headers)
    return st.session_state["_is_here"]


def may_be_alone() -> bool:
    """Whether one person at this machine may work here without signing in."""
    return _configured().state == "alone"


def has_sign_in() -> bool:
    """Whether a person gets a role only by signing in; true also on a closed board, where nobody can."""
    return now().state != "alone"


def is_closed() -> bool:
    """Whether sign-in would be needed here and is impossible."""
    return now().state == "closed"


def name() -> str | None:
    """The sign-in name of this session, ``None`` for a visitor.

    An e-mail address is ignored when the provider says that it is unverified: anybody may claim one.
    """
    if is_embedded() or _configured().state != "provider" or not st.user.is_logged_in:
        return None
    is_claimed = str(st.user.get("email_verified", True)).casefold() == "false"
    email = None if is_claimed else st.user.get("email")
    return str(email or st.user.get("sub") or "") or None


def person() -> str:
    """Who acts, for the audit trail: the sign-in name, else the user of this machine."""
    return name() or settings.person()


def team_only(seen: Viewer) -> None:
    """Raise ``Refused`` (``not_allowed``) unless the viewer is of the data team."""
    if not seen.is_team:
        raise Refused("not_allowed")


def panel() -> None:
    """Button to sign in or out; on a closed board a link to the page that says what the administrator has to do."""
    from pages.session.text import t

    setup = now()
    if is_embedded():
        return
    if setup.state == "closed":
        st.html(f'<a class="kradan-closed" href="closed">{html.escape(t("sign_in_closed"))}</a>')
    elif name() is None:
        st.button(t("sign_in"), on_click=st.login, args=[setup.name] if setup.name else [], key="sign-in")
    else:
        st.button(t("sign_out", name=name()), on_click=st.logout, key="sign-out")
