"""The desk of a meeting: start, frozen meetings and changes since, pack, decisions, storyboard."""

from __future__ import annotations

import uuid

import streamlit as st

from geo import registers
from geo.frames import each_row
from geo.maps import palette
from loaders.decisions import meetings
from loaders.problems import Refused
from loaders.thai.dates import parse_date
from loaders.thai.text import Unreadable
from pages.components import panels, reply_link
from pages.components.registers.layer import title_key
from pages.meeting import wall as meeting
from pages.meeting.board import VIEWS
from pages.meeting.facts import difference, gather, shipped_story
from pages.meeting.publish import panel as publish
from pages.meeting.words import Words, title_of
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import day, flat, language, problem_text, safe, t

COVER = """<style>
.stApp { background: GROUND; }
.stApp:has(.st-key-wall) * { visibility: hidden; }
.stApp .st-key-wall, .stApp .st-key-wall * { visibility: visible; }
.st-key-wall { position: fixed; inset: 0; z-index: 1000000; background: GROUND; }
.st-key-wall iframe { position: fixed; inset: 0; width: 100vw !important; height: 100dvh !important; border: 0; background: GROUND; }
</style>""".replace("GROUND", palette.GROUND)


def cover() -> None:
    """Style that lets the wall cover everything of Streamlit and takes the rest out of the tab order."""
    st.html(COVER)


def show(scope: Scope, number: int | None) -> None:
    """Draw the desk; ``number`` is the frozen meeting that is open, ``None`` for the present data."""
    words = Words(language())
    facts = meeting.facts_of(scope, number)
    panels.title(t("view_meeting"), t("meeting_desk_note", version=facts["version"], day=words.day(facts["as_of"])))
    if number is not None:
        st.info(t("meeting_frozen_note", number=number))
    story = meeting.story_named(st.query_params.get("story"))
    if not meeting.can_show(facts, story):
        st.warning(flat(words.no_view(story)))
    if st.button(t("meeting_start"), type="primary", key="start-wall"):
        st.query_params.pop("desk", None)
        st.rerun()
    left, right = st.columns(2, gap="large")
    with left:
        _pack(scope, number, facts, story)
    if not reply_link.on_wall(scope, ())[0]:
        st.caption(t("meeting_code_off"))
    if not scope.viewer.is_team:
        return
    with left:
        _frozen(scope, number)
        publish.panel(scope, number)
    with right:
        _decisions(scope, number, words, facts)
        _story(words, facts)


def _pack(scope: Scope, number: int | None, facts: dict, story: list[dict]) -> None:
    st.html(f'<h2 class="kradan-side">{safe(t("meeting_pack"))}</h2>')
    st.caption(t("meeting_pack_note"))
    sheets = st.checkbox(t("meeting_pack_all_sheets"), key="pack-sheets")
    decisions = meeting.decisions_of(scope, number)
    key = [number, facts["version"], language(), sheets, story, decisions.to_csv(index=False)]  # content of the pack
    if st.button(t("meeting_pack_make"), key="make-pack"):
        from pages.meeting.pack import make

        bar = st.progress(0.0, text=t("meeting_pack_doing"))

        def tick(share: float, name: str) -> None:
            bar.progress(share, text=name)

        st.session_state["_pack"] = (
            key,
            make.pack(
                facts,
                story,
                decisions,
                language(),
                all_sheets=sheets,
                tick=tick,
                reply=lambda kind, code: reply_link.sticker(scope, kind, code),
            ),
        )
        bar.empty()
    made = st.session_state.get("_pack")
    if made and made[0] == key:
        st.download_button(
            t("meeting_pack_get"),
            made[1],
            f"kradan-{facts['version']}.zip",
            "application/zip",
            key="get-pack",
            on_click="ignore",
        )


def _frozen(scope: Scope, number: int | None) -> None:
    st.html(f'<h2 class="kradan-side">{safe(t("meeting_freeze"))}</h2>')
    name = st.text_input(t("meeting_freeze_name"), key="freeze-name")
    if st.button(t("meeting_freeze_now"), key="freeze-now"):
        with errors.refusals_told(st.warning):
            with queries.writing() as connection:
                made = meetings.freeze(connection, name, gather(scope), sign_in.person(), queries.basis(scope))
            st.success(t("meeting_frozen_done", number=made))
    with queries.reading(scope.viewer) as connection:
        kept = meetings.read_snapshots(connection, viewer=scope.viewer)
    if number is not None and st.button(t("meeting_to_now"), key="to-now"):
        st.query_params.pop("frozen", None)
        st.rerun()
    for row in each_row(kept.head(12)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"kept-{row.id}"):
            st.html(f"<span>{row.id} · {safe(row.name)} · {safe(day(row.made_at))} · {safe(row.data_version)}</span>")
            if st.button(t("meeting_reopen"), key=f"reopen-{row.id}"):
                st.query_params["frozen"] = str(row.id)
                st.rerun()
    if number is not None:
        _difference(scope, meeting.facts_of(scope, number))


def _difference(scope: Scope, before: dict) -> None:
    """Changes from the frozen meeting to the present data."""
    words, now = Words(language()), gather(scope)
    changes = difference(before, now)
    st.html(f"<b>{safe(t('meeting_difference'))}</b>")
    lines = [t("meeting_came", files=", ".join(changes["came"]))] if changes["came"] else []
    lines += [t("meeting_went", files=", ".join(changes["went"]))] if changes["went"] else []
    for view, change in changes["steps"].items():
        if change["title_changed"] or change["moved"]:
            names = ", ".join(words.place(now, code, district=False) for code in change["moved"][:8])
            old, new = title_of(words, before["steps"][view]), title_of(words, now["steps"][view])
            lines.append(t("meeting_changed", before=old, now=new, places=len(change["moved"]), names=names or "–"))
    st.html("<ul>" + "".join(f"<li>{safe(line)}</li>" for line in lines or [t("meeting_no_difference")]) + "</ul>")


def _decisions(scope: Scope, number: int | None, words: Words, facts: dict) -> None:
    st.html(f'<h2 class="kradan-side">{safe(t("meeting_decisions"))}</h2>')
    # a new form after each saved decision; a refused one keeps its text for correction
    with st.form(f"decide-{st.session_state.get('_noted', 0)}"):
        who, what = st.text_input(t("meeting_decide_who")), st.text_area(t("meeting_decide_what"), height=80)
        due_text = st.text_input(t("meeting_decide_due"), placeholder=t("meeting_decide_due_hint"))
        if st.form_submit_button(t("meeting_decide_save")):
            try:
                due = parse_date(due_text)
                with queries.writing() as connection:
                    key = f"desk-{uuid.uuid4()}"
                    meetings.decide(
                        connection,
                        key,
                        who,
                        what,
                        due,
                        noted_by=sign_in.person(),
                        basis=queries.basis(scope),
                        snapshot_id=number,
                    )
                st.session_state["_noted"] = st.session_state.get("_noted", 0) + 1
                st.rerun()
            except Unreadable:
                st.warning(t("meeting_decide_due_wrong"))
            except Refused as stop:
                st.warning(flat(problem_text(stop.problem.as_dict())))
    for row in each_row(meeting.decisions_of(scope, number)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"decision-{row.id}"):
            place = f" · {words.place(facts, row.area_code)}" if isinstance(row.area_code, str) else ""
            st.html(f"<span><b>{safe(row.who)}</b>: {safe(row.what)}{safe(place)} {safe(words.day(row.due_on))}</span>")
            if st.button(t("meeting_strike"), key=f"strike-{row.id}"):
                with queries.writing() as connection:
                    meetings.strike(connection, int(row.id), sign_in.person())
                st.rerun()


def _story(words: Words, facts: dict) -> None:
    """Order and texts of the views; where no title is written, the computed finding is shown."""
    st.html(f'<h2 class="kradan-side">{safe(t("meeting_story"))}</h2>')
    seen = queries.viewer()
    with queries.reading(seen) as connection:
        saved = list(meetings.storyboards(connection, viewer=seen))
    present = st.query_params.get("story") or ""
    chosen = st.selectbox(t("meeting_story_open"), ["", *saved], index=([*saved].index(present) + 1) if present in saved else 0,
                          format_func=lambda name: name or shipped_story()[f"name_{words.language}"], key="story-open")  # fmt: skip
    if chosen != present:
        st.query_params.pop("story", None)
        if chosen:
            st.query_params["story"] = chosen
        st.rerun()
    steps = meeting.story_named(chosen)
    by_view = {step["view"]: step for step in steps}
    order = st.multiselect(t("meeting_story_order"), [view for view in VIEWS if view in facts["steps"]], default=[step["view"] for step in steps if step["view"] in facts["steps"]],
                           format_func=lambda name: t(f"meeting_view_{name}"), key=f"story-order-{chosen}")  # fmt: skip
    with st.form(f"story-{chosen}"):
        edited = [_edit(words, facts, view, by_view.get(view, {"view": view}), chosen) for view in order]
        name = st.text_input(t("meeting_story_name"), value=chosen)
        if st.form_submit_button(t("meeting_story_save")):
            with errors.refusals_told(st.warning):
                with queries.writing() as connection:
                    meetings.save_storyboard(connection, name, edited, sign_in.person())
                st.query_params["story"] = name.strip()
                st.rerun()


def _edit(words: Words, facts: dict, view: str, step: dict, story: str) -> dict:
    lang = words.language
    st.html(f"<b>{safe(t(f'meeting_view_{view}'))}</b>")
    title = st.text_input(
        t("meeting_story_title"),
        value=step.get(f"title_{lang}", ""),
        placeholder=title_of(words, facts["steps"][view]),
        key=f"t-{story}-{view}",
    )
    ask = st.text_input(t("meeting_story_ask"), value=step.get(f"ask_{lang}", ""), key=f"a-{story}-{view}")
    names = ["", *registers.over_names()]
    over = st.selectbox(
        t("meeting_story_over"), names, names.index(step.get("over", "")) if step.get("over") in names else 0,
        format_func=lambda name: t(title_key(name) if name else "meeting_layer_off"), key=f"o-{story}-{view}",
    )  # fmt: skip
    written = {"view": view, f"title_{lang}": title.strip(), f"ask_{lang}": ask.strip(), "over": over}
    return {key: value for key, value in (step | written).items() if value}
