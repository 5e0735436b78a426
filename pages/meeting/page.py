"""The meeting page: the full-screen wall, or with ``?desk=1`` the desk (storyboard, freeze, pack, decisions)."""

import streamlit as st

from pages.meeting import desk as meeting_desk
from pages.meeting import wall as meeting
from pages.session.scope import Scope
from pages.session.text import language


def view(scope: Scope) -> None:
    """The wall; the desk once the presenter has pressed Esc, or when the storyboard has no view that can be shown."""
    number = meeting.whole_number(st.query_params.get("frozen"))
    story = meeting.story_named(st.query_params.get("story"))
    if st.query_params.get("desk") or not meeting.can_show(meeting.facts_of(scope, number), story):
        meeting_desk.show(scope, number)
        return
    meeting_desk.cover()
    message = meeting.show(scope, number, story, language())
    if message is None:
        return
    if message["kind"] == "leave":
        st.query_params["desk"] = "1"
    elif message["kind"] == "decide":
        meeting.take(scope, message)
    st.rerun()
