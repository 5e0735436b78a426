"""From one meeting to the next: what changed, what must be in before it, progress of work, notes, whom to ask."""

from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.loop import before, changed, notes, work
from pages.queries import coverage
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t

PARTS = {"changed": changed.show, "before": before.show, "work": work.show, "notes": notes.show, "ask": notes.ask}
PART_KEYS = {
    "changed": "loop_changed",
    "before": "loop_before",
    "work": "loop_work",
    "notes": "loop_notes",
    "ask": "loop_ask",
}
TEAM_PARTS = {"before", "work"}


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    shown = [name for name in PARTS if scope.viewer.is_team or name not in TEAM_PARTS]
    part = choices.switch("list", t("loop_part"), shown, lambda name: t(PART_KEYS[name]), shown[0])
    PARTS[part](scope, chosen, place)
    if part == "changed":
        panels.sources(scope, coverage.records(scope, chosen), chosen)


view = page(results=_results)
