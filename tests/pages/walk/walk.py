"""A walk over every choice of a page, made from the widgets the page itself sends, without a browser.

A choice is sent as a browser sends it: with the fragment its widget stands in, so that what Streamlit draws alone is drawn
alone here too. What nothing but a fresh visit shows is seen, for each widget is tried in a session of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

from bench.support.client import Answer, Client
from loaders.words import catalogue

SHORT = 4  # a switch with so many options has all of them tried
MOST_OPTIONS = int(os.environ.get("KRADAN_WALK_OPTIONS", "1"))  # of a longer list (agencies, places), evenly spread
FAULTS = ("problem_view_failed", "problem_store_failed")
PLACE = "800101"  # where the map is clicked
FILTERS = ("year", "theme", "agency", "stream", "district", "tier")
AROUND = ("lang", "province")  # choices of the frame, the same on every page
LISTS = {"selectbox": "string_value", "radio": "string_value", "button_group": "string_array_value", "multiselect": "string_array_value"}  # fmt: skip


@dataclass(frozen=True)
class Widget:
    """One widget as the page sent it: what it may be set to, and the part of the page that runs when it is."""

    id: str
    kind: str
    fragment: str
    values: tuple[Any, ...]
    form: str = ""
    now: Any = None

    @property
    def key(self) -> str:
        """Its key where it has one; else what Streamlit made of its place, which another session makes the same."""
        return self.id.rsplit("-", 1)[-1] if not self.id.endswith("-None") else self.id


@dataclass
class Found:
    """What a walk saw: choices made, and each one that was answered with a fault."""

    made: int = 0
    faults: list[str] = field(default_factory=list)


class Walker(Client):
    """A session that keeps every widget of the page it is on."""

    def __init__(self, address: str, page: str, query: str) -> None:
        super().__init__(address, page, query)
        self.widgets: dict[str, Widget] = {}

    def _element(self, delta, answer: Answer) -> None:
        super()._element(delta, answer)
        if delta.WhichOneof("type") == "add_block":
            box = delta.add_block.expandable
            if delta.add_block.WhichOneof("type") == "expandable" and box.id:
                self._keep(box.id, "expander", delta.fragment_id, (not box.expanded,))
            return
        kind = delta.new_element.WhichOneof("type")
        proto = getattr(delta.new_element, kind) if kind else None
        if kind in LISTS:
            options = tuple(getattr(one, "content", one) for one in proto.options)
            now = set(proto.default) if kind in ("button_group", "multiselect") else {proto.default}
            others = [option for number, option in enumerate(options) if number not in now]
            chosen = options[min(now)] if now and options else None
            self._keep(proto.id, kind, delta.fragment_id, _some(others), proto.form_id, chosen)
        elif kind == "checkbox":
            self._keep(proto.id, kind, delta.fragment_id, (not proto.default,), proto.form_id)
        elif kind == "slider":
            values = tuple(proto.options[:1]) or (proto.max,)
            self._keep(proto.id, kind, delta.fragment_id, values, proto.form_id)
        elif kind == "number_input":
            step = proto.step or 1
            value = proto.default + (-step if proto.has_max and proto.default >= proto.max else step)
            self._keep(proto.id, kind, delta.fragment_id, (value,), proto.form_id)
        elif kind == "button" and not proto.disabled:
            self._keep(proto.id, "form_button" if proto.is_form_submitter else kind, delta.fragment_id, (True,))
        elif kind == "component_instance" and "st_folium" in proto.component_name:
            click = {"last_object_clicked_tooltip": PLACE, "last_object_clicked_count": 1}
            self._keep(proto.id, kind, delta.fragment_id, (json.dumps(click),))

    def _keep(
        self, id_: str, kind: str, fragment: str, values: tuple[Any, ...], form: str = "", now: Any = None
    ) -> None:
        if values:
            self.widgets[id_] = Widget(id_, kind, fragment, values, form, now)

    async def set(self, widget: Widget, value: Any) -> Answer:
        """Set a widget and wait for what comes of it."""
        state = self.put(widget, value)
        answer = await self.rerun(widget.fragment)
        if widget.kind.endswith("button"):  # pressed once
            self.state.widget_states.widgets.remove(state)
        return answer

    def put(self, widget: Widget, value: Any) -> WidgetState:
        """Have a widget say a value from the next run on."""
        state = next((one for one in self.state.widget_states.widgets if one.id == widget.id), None)
        state = state or self.state.widget_states.widgets.add(id=widget.id)
        if widget.kind in ("checkbox", "expander"):
            state.bool_value = value
        elif widget.kind.endswith("button"):
            state.trigger_value = value
        elif widget.kind == "component_instance":
            state.json_value = value
        elif widget.kind == "number_input":
            state.double_value = value
        elif widget.kind == "slider" and not isinstance(value, str):
            state.double_array_value.data[:] = [value]
        elif LISTS.get(widget.kind) == "string_value":
            state.string_value = value
        else:
            state.string_array_value.data[:] = [value]
        return state


def _some(options: list[Any]) -> tuple[Any, ...]:
    """All options of a short list; of a longer one so many as are asked for, evenly spread."""
    if len(options) <= max(SHORT, MOST_OPTIONS):
        return tuple(options)
    return tuple(options[(2 * step + 1) * len(options) // (2 * MOST_OPTIONS)] for step in range(MOST_OPTIONS))


def faults(answer: Answer) -> list[str]:
    """Calm boxes of the error boundary and Streamlit's own, among what an answer brought."""
    told = {catalogue(language)[key] for language in ("th", "en") for key in FAULTS}
    return [text for text in answer.errors if text in told or text.endswith("Error")]


def _choices(widgets: dict[str, Widget], seen: set[str]) -> Iterator[Widget]:
    for widget in list(widgets.values()):
        if widget.key not in seen and widget.key not in AROUND and not widget.form:
            seen.add(widget.key)
            yield widget


async def walk(address: str, page: str, query: str, most_depth: int) -> Found:
    """Make every choice of a page once, and the choices that a choice brings up after it.

    Each widget in a fresh visit, for a fault may show in the first choice alone; the shared filters share one (each is
    set back with the next), and so do numbers of one kind.
    """
    found, seen, paths = Found(), set(), [((), ())]
    for visit, (path, group) in enumerate(paths):
        async with Walker(address, page, query) as session:
            answer = await session.rerun()
            if visit == 0:  # it tells what there is to choose, and makes the first of it
                found.faults += [f"{page}?{query}: {fault}" for fault in faults(answer)]
                first, *others = _visits(list(_choices(session.widgets, seen))) or [()]
                group = first
                paths += [((), one) for one in others]
            for step, value in path:
                await session.set(step, value)
            for widget, value in ((one, value) for one in group for value in one.values):
                session.widgets = {}
                answer = await session.set(widget, value)
                found.made += 1
                where = " > ".join(f"{step.key}={said}" for step, said in [*path, (widget, value)])
                found.faults += [f"{page}?{query}: {where}: {fault}" for fault in faults(answer)]
                if len(path) < most_depth:
                    brought = _visits(list(_choices(session.widgets, seen)))
                    paths += [((*path, (widget, value)), one) for one in brought]
                if widget.key in FILTERS:
                    session.put(widget, widget.now)
    return found


def _visits(widgets: list[Widget]) -> list[tuple[Widget, ...]]:
    """Which widgets share a visit; of numbers of one kind (weights, rates) two stand for the rest unless all are asked for."""
    filters = tuple(widget for widget in widgets if widget.key in FILTERS)
    numbers = tuple(widget for widget in widgets if widget.kind in ("number_input", "slider"))[: 2 * MOST_OPTIONS]
    shared = {*filters, *(widget for widget in widgets if widget.kind in ("number_input", "slider"))}
    alone = [(widget,) for widget in widgets if widget not in shared]
    return [group for group in (filters, *alone, numbers) if group]
