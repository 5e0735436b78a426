"""Files of a publication by name: pages in Thai and English, their figures as JSON and CSV, style sheet, fonts."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from PIL import Image

from loaders.decisions.meetings import canonical, digest
from loaders.exchange.cells import written
from loaders.store.contacts import redact_text
from loaders.store.privacy import PUBLIC
from pages.meeting.facts import gather
from pages.meeting.pack import png as png_pack
from pages.meeting.pack.content import Pack
from pages.meeting.pack.lines import font_file
from pages.meeting.publish import html
from pages.meeting.wall import card_of, decisions_of
from pages.meeting.words import Words
from pages.queries import loop
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import LANGUAGES

COLUMNS = ("agency_code", "activity", "theme_code", "area_level", "area_code", "fiscal_year", "amount_satang", "base", "file_name", "sheet", "row")  # fmt: skip
TOLD = ("state", "lead", "partners", "ends_on", "measure", "before_value", "after_value", "outcome")
PICTURE_POINTS = 1400


@dataclass(frozen=True)
class Chosen:
    """What to publish: subdistrict codes, views of findings, decisions (rows of :func:`decided`)."""

    subdistricts: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    decisions: tuple[dict[str, Any], ...] = field(default=())


def facts_of(province: str) -> dict:
    """The facts as the public sees them, whoever calls."""
    return gather(queries.current_scope(province, PUBLIC))


def decided(scope: Scope, number: int | None) -> pd.DataFrame:
    """Decisions of a meeting with their latest progress: state, lead, end, outcome, figure before and after."""
    work = loop.work(scope)
    outcomes = work[work["subject"].eq("decision")].set_index("subject_key")
    rows = decisions_of(scope, number)
    latest = outcomes.reindex(rows["id"].astype(str))[[*TOLD]].astype(object).set_axis(rows.index)
    return rows.assign(**{name: latest[name] for name in TOLD})


def files(facts: dict, chosen: Chosen, day: date) -> dict[str, bytes]:
    """Every file by name; ``SHA256SUMS`` lists their digests.

    ``facts`` must be those of :func:`facts_of`. Only decisions come from elsewhere, with contacts redacted.
    """
    made: dict[str, bytes] = {"style.css": html.STYLE.encode()}
    for bold in (False, True):
        made[f"fonts/{font_file(bold).name}"] = font_file(bold).read_bytes()
    for language in LANGUAGES:
        words = Words(language)
        pack = Pack(facts, words, [{"view": view} for view in chosen.findings], [])
        foot = html.foot(facts, words, day)
        listed: list[tuple[str, list[tuple[str, str]]]] = []
        for heading, pages in (
            ("publish_subdistricts", _subdistricts(facts, words, chosen)),
            ("publish_findings", _findings(pack, made)),
            ("publish_decisions", _decisions(facts, words, chosen)),
        ):
            links = []
            for name, title, body in pages:
                style = f"{name}.css" if f"{name}.css" in made else ""
                whole = html.page(words, name, title, body, foot, pack.heading, style=style)
                made[f"{name}{html.ENDS[language]}"] = whole.encode()
                links.append((f"{name}{html.ENDS[language]}", title))
            if links:
                listed.append((words.say(heading), links))
        index = html.page(words, "index", pack.heading, html.index(listed), foot, "", is_index=True)
        made[f"index{html.ENDS[language]}"] = index.encode()
    for name, content in _data(facts, chosen):
        made[name] = content
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(made.items())]
    made["SHA256SUMS"] = ("\n".join(sums) + "\n").encode()
    return made


def _subdistricts(facts: dict, words: Words, chosen: Chosen) -> Iterator[tuple[str, str, str]]:
    for code in chosen.subdistricts:
        area = facts["areas"][code]
        title = f"{words.say('subdistrict_named', name=words.name(area))} · {words.district(area)}"
        name = f"subdistrict-{code}"
        yield name, title, html.subdistrict(facts, words, card_of(facts, words, code), support_of(facts, code), name)


def _findings(pack: Pack, made: dict[str, bytes]) -> Iterator[tuple[str, str, str]]:
    for slide in pack.slides:
        name = f"finding-{slide.view}"
        picture = f"{name}-{pack.words.language}.png"
        made[f"{name}.css"] = html.swatches(slide).encode()
        made[picture] = _smaller(png_pack.picture(pack, slide).map)
        yield name, slide.title, html.finding(pack.words, slide, picture, f"{name}.json")


def _decisions(facts: dict, words: Words, chosen: Chosen) -> Iterator[tuple[str, str, str]]:
    for decision in chosen.decisions:
        what = redact_text(str(decision["what"]))
        place = words.place(facts, decision["area_code"]) if decision.get("area_code") else ""
        rows = [("meeting_decide_who", redact_text(str(decision["who"]))), ("meeting_decide_what", what), ("column_place", place),
                ("meeting_decide_due", words.day(decision.get("due_on"))), *_told(words, decision)]  # fmt: skip
        name, code = f"decision-{decision['id']}", str(decision.get("area_code") or "")[:6]
        card = card_of(facts, words, code) if code in facts["cards"] else None
        yield name, what, html.decision(words, rows, card, name)


def _told(words: Words, decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Latest progress of a decision as (text key, value); a figure without a measurement is "not known"."""
    outcome = {name: value for name in TOLD if (value := decision.get(name)) is not None and not pd.isna(value)}
    rows = [("column_state", words.say(f"work_{outcome['state']}"))] if "state" in outcome else []
    for name, key in (("lead", "work_lead"), ("partners", "work_partners"), ("outcome", "work_outcome")):
        rows += [(key, redact_text(str(outcome[name])))] if name in outcome else []
    rows += [("column_ends", words.day(str(outcome["ends_on"])[:10]))] if "ends_on" in outcome else []
    if "measure" in outcome:
        was, now = (
            f"{outcome[column]:,.10g}" if column in outcome else words.say("not_known")
            for column in ("before_value", "after_value")
        )
        rows.append(("work_figure", f"{redact_text(str(outcome['measure']))}: {was} → {now}"))
    return rows


def support_of(facts: dict, code: str) -> list[dict[str, Any]]:
    """Support records of a subdistrict and its villages, most money first."""
    names = facts["support"]["columns"]
    rows = [dict(zip(names, row, strict=True)) for row in facts["support"]["rows"]]
    own = [row for row in rows if row["subdistrict_code"] == code]
    return sorted(own, key=lambda row: -(row["amount_satang"] or 0))


def _data(facts: dict, chosen: Chosen) -> Iterator[tuple[str, bytes]]:
    """The figures behind every page: JSON with its digest, and the records of a subdistrict as CSV."""
    about = {name: facts[name] for name in ("version", "province", "fiscal_year", "as_of", "is_demo", "sources")}
    for code in chosen.subdistricts:
        card = {"area": facts["areas"][code], "figures": facts["cards"][code]}
        yield f"subdistrict-{code}.json", _frozen(about | card | {"code": code})
        target = io.StringIO()
        writer = csv.writer(target)
        writer.writerow([name.replace("_satang", "_baht") for name in COLUMNS])
        for row in support_of(facts, code):
            writer.writerow([_cell(name, row[name]) for name in COLUMNS])
        yield f"subdistrict-{code}.csv", ("\ufeff" + target.getvalue()).encode()
    for decision in chosen.decisions:
        published = {
            name: redact_text(str(decision[name]))
            for name in ("who", "what", "area_code", "due_on", *TOLD)
            if not pd.isna(decision.get(name))
        }
        code = str(decision.get("area_code") or "")[:6]
        card = {"figures": facts["cards"][code]} if code in facts["cards"] else {}
        yield f"decision-{decision['id']}.json", _frozen(about | card | {"decision": published})
    for view in chosen.findings:
        if view in facts["steps"]:
            yield f"finding-{view}.json", _frozen(about | {"codes": facts["codes"], "figures": facts["steps"][view]})


def _cell(name: str, value: Any) -> str:
    if name == "amount_satang" and value is not None:
        return f"{int(value) / 100:.2f}"
    return written(value)


def _frozen(content: dict) -> bytes:
    text = canonical(content)
    return canonical({"sha256": digest(text), "facts": content}).encode()


def _smaller(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as image:
        small = image.convert("RGB")
    small.thumbnail((PICTURE_POINTS, PICTURE_POINTS), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    small.quantize(128, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target.getvalue()
