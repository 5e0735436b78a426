"""Agencies, streams, functions and roles: add, rename, merge two spellings, retire; by form or by a filled template."""

import streamlit as st

from pages.components import filters as choices
from pages.components import panels
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import t
from pages.words import panels as word_panels


def view(scope: Scope) -> None:
    """One list at a time: its forms, its table, its template."""
    place = st.container()
    name = choices.switch("words", t("words_list"), word_panels.LISTS, lambda name: t(word_panels.LIST_KEYS[name]))
    entries = queries.word_list(name)
    with place:
        panels.title(
            t("finding_words", list=t(word_panels.LIST_KEYS[name]), **word_panels.counts(entries)), t("note_words")
        )
    word_panels.add(name, entries)
    word_panels.suggestions(name, entries)
    word_panels.merge(name, entries)
    word_panels.change(name, entries)
    word_panels.table(scope, name, entries)
    word_panels.template(name, entries)
