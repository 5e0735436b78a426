"""HTML pages of a publication: all text escaped, no script, nothing from another host, a strict policy in each page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from geo.maps import palette
from pages.meeting.pack.content import Slide
from pages.meeting.words import Words
from pages.session.text import LANGUAGES, safe

ENDS = {"th": ".html", "en": ".en.html"}
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"
MOST_ROWS = 200
STYLE = f"""
@font-face{{font-family:Sarabun;src:url("fonts/Sarabun-Regular.ttf")}}
@font-face{{font-family:Sarabun;font-weight:700;src:url("fonts/Sarabun-Bold.ttf")}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:62rem;padding:.6rem 1rem 3rem;font:17px/1.75 Sarabun,sans-serif;color:{palette.INK};background:#fff;overflow-wrap:anywhere}}
h1{{font-size:1.7rem;line-height:1.5;margin:.4rem 0}}h2{{font-size:1.15rem;margin:1.4rem 0 .3rem}}p{{margin:.2rem 0 .6rem}}a{{color:{palette.BAR}}}
header,footer{{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;justify-content:space-between;color:{palette.QUIET}}}
footer{{margin-top:2rem;border-top:1px solid {palette.LINE};padding-top:.5rem;display:block;font-size:.92rem}}
.figures{{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem}}
.figures div{{border:1px solid {palette.LINE};border-radius:6px;padding:.3rem .8rem}}.figures b{{display:block;font-size:1.4rem;line-height:1.5}}
table{{width:100%;border-collapse:collapse;font-size:.95rem}}th,td{{text-align:left;vertical-align:top;border-bottom:1px solid {palette.LINE};padding:.3rem .5rem}}
td.n,th.n{{text-align:right}}img{{max-width:100%;height:auto}}.wide{{overflow-x:auto}}
i{{display:inline-block;width:1.6rem;height:1.05rem;border:1px solid {palette.EDGE};vertical-align:middle;margin-right:.5rem}}
@media print{{body{{max-width:none;font-size:11pt}}header a{{display:none}}.wide{{overflow:visible}}thead{{display:table-header-group}}tr{{break-inside:avoid}}}}
"""


def page(
    words: Words, name: str, title: str, body: str, foot: str, note: str, *, style: str = "", is_index: bool = False
) -> str:
    """A complete page in one language, with a link to the other."""
    other = next(language for language in LANGUAGES if language != words.language)
    home = "" if is_index else f'<a href="index{ENDS[words.language]}">{safe(words.say("publish_all"))}</a>'
    switch = f'<a href="{safe(name)}{ENDS[other]}">{safe(words.say("other_language"))}</a>'
    about = f"<p>{safe(note)}</p>" if note else ""
    more = f'<link rel="stylesheet" href="{safe(style)}">' if style else ""
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>{safe(title)}</title>'
        f'<link rel="stylesheet" href="style.css">{more}</head><body><header><span>{safe(words.say("board_name"))} {home}</span>{switch}</header>'
        f"<main><h1>{safe(title)}</h1>{about}{body}</main><footer>{foot}</footer></body></html>\n"
    )


def index(listed: Sequence[tuple[str, list[tuple[str, str]]]]) -> str:
    """The list of pages by kind."""
    parts = []
    for heading, links in listed:
        entries = "".join(f'<li><a href="{safe(name)}">{safe(title)}</a></li>' for name, title in links)
        parts.append(f"<h2>{safe(heading)}</h2><ul>{entries}</ul>")
    return "".join(parts)


def foot(facts: dict, words: Words, day: date) -> str:
    """Footer: date of the copy, data version, and every file behind it."""
    rows = [
        (words.base(facts, source["base"]), source["file"], f"{source['rows']:,}", words.day(source["day"]))
        for source in facts["sources"]
        if source["base"] != "reference"
    ]
    heads = ["column_base", "column_file", "column_rows_loaded", "column_loaded_at"]
    frozen = words.say("publish_frozen", day=words.day(day.isoformat()), version=facts["version"])
    return f"<p>{safe(frozen)}</p><details open><summary>{safe(words.say('view_sources'))}</summary>{table(words, heads, rows, {2})}</details>"


def table(words: Words, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int] | None = None) -> str:
    """A table; columns in ``numbers`` are aligned right."""
    right = [' class="n"' if number in (numbers or set()) else "" for number in range(len(heads))]
    head = "".join(f"<th{mark}>{safe(words.say(key))}</th>" for key, mark in zip(heads, right, strict=True))
    body = ""
    for row in rows:
        cells = (f"<td{mark}>{safe(cell)}</td>" for cell, mark in zip(row, right, strict=True))
        body += f"<tr>{''.join(cells)}</tr>"
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def figures(pairs: Sequence[Sequence[str]]) -> str:
    """Large figures with labels."""
    cells = "".join(f"<div><b>{safe(value)}</b><span>{safe(words)}</span></div>" for value, words in pairs)
    return f'<div class="figures">{cells}</div>'


def subdistrict(facts: dict, words: Words, card: dict, rows: list[dict[str, Any]], name: str) -> str:
    """Body of a subdistrict's page: figures, lines, its support records."""
    lines = "".join(f"<tr><th>{safe(label)}</th><td>{safe(value)}</td></tr>" for label, value in card["lines"])
    listed = [
        (
            words.base(facts, str(row["agency_code"] or "")),
            str(row["activity"] or ""),
            words.theme(row["theme_code"]),
            words.baht(row["amount_satang"]),
        )
        for row in rows[:MOST_ROWS]
    ]
    heads = ["column_agency", "column_what", "column_theme", "column_amount"]
    own = table(words, heads, listed, {3}) if listed else f"<p>{safe(card['nobody'])}</p>"
    data = _data(words, f"{name}.csv", f"{name}.json")
    rest = f"<p>{safe(words.say('publish_rest', number=len(rows) - MOST_ROWS))}</p>" if len(rows) > MOST_ROWS else ""
    return (
        f'{figures(card["big"])}<div class="wide"><table><tbody>{lines}</tbody></table></div>'
        f"<h2>{safe(words.say('meeting_who_supports'))}</h2>{own}{rest}{data}"
    )


def swatches(slide: Slide) -> str:
    """Colours of a finding's legend as a style sheet file: the policy forbids styles inside a page."""
    rules = []
    for number, row in enumerate(slide.legend):
        line = row["hatch"] or (palette.STRIPE if row.get("stripe") else None)
        angle = 45 if row.get("stripe") else -45  # same directions as on the map
        over = (
            f";background-image:repeating-linear-gradient({angle}deg,transparent 0 4px,{line} 4px 5.5px)"
            if line
            else ""
        )
        rules.append(f".c{number}{{background-color:{row['color']}{over};print-color-adjust:exact}}")
    return "\n".join(rules) + "\n"


def finding(words: Words, slide: Slide, picture: str, data: str) -> str:
    """Body of a finding's page: question, figures, map, legend, places."""
    legend = "".join(
        f'<tr><td><i class="c{number}"></i>{safe(row["label"])}</td><td class="n">{row["count"]:,}</td></tr>'
        for number, row in enumerate(slide.legend)
    )
    places = [tuple(map(str, place[:2])) for place in slide.places]
    listed = table(words, ["column_place", "publish_value"], places, {1}) if places else ""
    return (
        f'<p>{safe(slide.ask)}</p>{figures(slide.figures)}<p><img src="{picture}" alt="{safe(slide.title)}"></p>'
        f'<div class="wide"><table><tbody>{legend}</tbody></table></div>{listed}<p>{safe(slide.foot)}</p>{_data(words, data)}'
    )


def decision(words: Words, rows: Sequence[tuple[str, str]], card: dict | None, name: str) -> str:
    """Body of a decision's page: person, content, place, due day, outcome; figures of its place when published."""
    lines = "".join(f"<tr><th>{safe(words.say(key))}</th><td>{safe(value)}</td></tr>" for key, value in rows if value)
    place = f"<h2>{safe(words.say('publish_place_figures'))}</h2>{figures(card['big'])}" if card else ""
    return f'<div class="wide"><table><tbody>{lines}</tbody></table></div>{place}{_data(words, f"{name}.json")}'


def _data(words: Words, *names: str) -> str:
    links = " · ".join(f'<a href="{name}" download>{safe(name)}</a>' for name in names)
    return f"<p>{safe(words.say('publish_data'))}: {links}</p>"
