"""Who looks at the board.

With sign-in configured the role is read from our own table on every run. Without it the board is for one person at this
machine; who comes another way (from another machine, under another name, through a proxy) is the public, and so is
everybody when sign-in is set up wrongly (:mod:`loaders.doors`).
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
    except Exception:  # noqa: BLE001 - a folder, a file of somebody else: nobody can sign in with it
        return doors.sign_in(None, is_readable=False)


def now() -> doors.SignIn:
    """How this session may sign in; ``closed`` also for visitors from elsewhere where no sign-in is set up."""
    configured = _configured()
    if is_embedded():  # a page around the board could guide somebody's hand
        return doors.SignIn("closed", "embedded")
    if configured.state != "alone" or _is_here():
        return configured
    return doors.SignIn("closed", "sign_in_from_elsewhere")


def _is_here() -> bool:
    seen = caller()
    if seen is None:  # no server: the program itself asks
        return True
    peer, headers = seen
    if not headers:  # the browser left in the middle of a run: what it was before
        return bool(st.session_state.get("_is_here"))
    st.session_state["_is_here"] = doors.is_here(peer, headers)
    return st.session_state["_is_here"]


def may_be_alone() -> bool:
    """Whether one person at this machine may work here without signing in."""
    return _configured().state == "alone"


def has_sign_in() -> bool:
    """Whether who looks is somebody only by signing in; a closed board counts as one where nobody can."""
    return now().state != "alone"


def is_closed() -> bool:
    """Whether nobody can sign in here though somebody would have to."""
    return now().state == "closed"


def name() -> str | None:
    """The sign-in name of this session, ``None`` for a visitor.

    An e-mail address counts only when the provider does not say that it is unverified: anybody may claim one.
    """
    if is_embedded() or _configured().state != "provider" or not st.user.is_logged_in:
        return None
    is_claimed = str(st.user.get("email_verified", True)).casefold() == "false"
    email = None if is_claimed else st.user.get("email")
    return str(email or st.user.get("sub") or "") or None


def person() -> str:
    """Who acts, for the audit trail: the name signed in with, else the one of this machine."""
    return name() or settings.person()


def team_only(seen: Viewer) -> None:
    """Refuse what only the data team may do."""
    if not seen.is_team:
        raise Refused("not_allowed")


def panel() -> None:
    """Sign in or out; on a closed board, where it is said what the administrator has to do."""
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
