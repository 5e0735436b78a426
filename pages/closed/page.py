"""Sign-in is not configured for this entrance: the reason, and the steps that let the team in."""

import streamlit as st

from pages.components import panels
from pages.session import sign_in
from pages.session.scope import Scope
from pages.session.text import coded, t


def view(scope: Scope) -> None:
    """Short message for a visitor, steps for the administrator."""
    panels.title(t("sign_in_closed"), t("sign_in_closed_note"))
    st.info(coded("closed_", sign_in.now().code))
    st.markdown(t("sign_in_closed_steps"))
