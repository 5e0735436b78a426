"""Who looks at the board.

With sign-in configured the role is read from our own table on every run; without it the board is for one person at
this machine (it is bound to 127.0.0.1) and says so.
"""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from loaders.problems import Refused
from loaders.store.privacy import Viewer

ALONE = Viewer("admin")


def _is_configured() -> bool | None:
    """Whether the secrets have ``[auth]``; ``None`` when there are secrets that cannot be read."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError as trouble:
        return False if trouble.error_id == "no-secrets-found" else None


def has_sign_in() -> bool:
    """Whether an identity provider is configured.

    A secrets file that cannot be read counts as one: a slip in it must not open the board to everybody.
    """
    return _is_configured() is not False


def is_broken() -> bool:
    """Whether there is a secrets file that cannot be read, so that nobody can sign in."""
    return _is_configured() is None


def name() -> str | None:
    """The sign-in name of this session, ``None`` for a visitor.

    An e-mail address counts only when the provider does not say that it is unverified: anybody may claim one.
    """
    if not _is_configured() or not st.user.is_logged_in:
        return None
    is_claimed = str(st.user.get("email_verified", True)).casefold() == "false"
    email = None if is_claimed else st.user.get("email")
    return str(email or st.user.get("sub") or "") or None


def team_only(seen: Viewer) -> None:
    """Refuse what only the data team may do."""
    if not seen.is_team:
        raise Refused("not_allowed")


def panel() -> None:
    """Sign in or out; without an identity provider, what that means."""
    from pages.session.text import t

    if not has_sign_in():
        st.caption(t("single_user"))
    elif is_broken():
        st.caption(t("sign_in_broken"))
    elif name() is None:
        st.button(t("sign_in"), on_click=st.login, key="sign-in")
    else:
        st.button(t("sign_out", name=name()), on_click=st.logout, key="sign-out")
