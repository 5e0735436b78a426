"""The usual page: a place for the finding, a row of filters, and results that a filter reruns alone."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.filters import filters as show_filters
from pages.components.filters import results as show_results
from pages.queries.query import Query
from pages.session.scope import Scope


def page(
    *,
    results: Callable[[Scope, Query, DeltaGenerator], None],
    filters: Callable[[Scope], object] = show_filters,
) -> Callable[[Scope], None]:
    """Make the view of a page; ``results`` gets the scope, the query and the container above the filters."""

    def view(scope: Scope) -> None:
        place = st.container()
        filters(scope)
        show_results(scope, results, place)

    return view
