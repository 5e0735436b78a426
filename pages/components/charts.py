"""Charts: the Sankey diagram of currents, the matrix as a table, scatter plot and Lorenz curve (Altair).

Streamlit's HTML accepts no inline SVG, so the ribbons are an image, and the labels are text laid over it: in the page's
font, selectable, escaped. A table with the same content belongs beside every chart.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import altair as alt
import pandas as pd

from geo.frames import each_row
from geo.maps.palette import ACCENT, BUDGETS, EDGE, INK, NOTHING, OUTLINE, SEQUENTIAL, ink_on
from geo.money.currents import STEPS
from geo.money.sankey import Sankey
from pages.session.text import safe, t


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix: text, status (``covered`` or a kind of nothing), shade 0-4, link, tooltip."""

    text: str
    status: str
    shade: int = 0
    href: str = ""
    tip: str = ""


def _ribbon(link: object) -> str:
    x0, x1, y0, y1, thick = (float(getattr(link, name)) for name in ("x0", "x1", "y0", "y1", "thickness"))
    middle = (x0 + x1) / 2
    upper = f"M{x0:.1f} {y0:.2f}C{middle:.1f} {y0:.2f} {middle:.1f} {y1:.2f} {x1:.1f} {y1:.2f}"
    return f"{upper}V{y1 + thick:.2f}C{middle:.1f} {y1 + thick:.2f} {middle:.1f} {y0 + thick:.2f} {x0:.1f} {y0 + thick:.2f}Z"


def ribbons(drawing: Sankey) -> str:
    """Ribbons and node bars as SVG text; contains only numbers and colours, no text from data."""
    bands = "".join(f'<path d="{_ribbon(link)}" fill="{BUDGETS[link.kind]}"/>' for link in each_row(drawing.links))
    bars = "".join(
        f'<rect x="{node.x:.1f}" y="{node.y:.2f}" width="{drawing.node_width}" height="{max(node.thickness, 0.8):.2f}" fill="{OUTLINE}"/>'
        for node in each_row(drawing.nodes)
    )
    box = f'viewBox="0 0 {drawing.width:.0f} {drawing.height:.2f}" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><g fill-opacity=".62">{bands}</g>{bars}</svg>'


def sankey_html(
    drawing: Sankey, name: Callable[[str, str], str], money: Callable[[int], str], headings: Sequence[str], aria: str
) -> str:
    """The Sankey diagram as HTML: ribbons as an SVG image, with one label per node over it.

    Parameters
    ----------
    name
        (step, code) -> name of a node; escaped here.
    """
    picture = base64.b64encode(ribbons(drawing).encode()).decode()
    starts = [*sorted(set(drawing.nodes["x"])), drawing.width]
    reach = {start: (end - start) / drawing.width * 100 - 1.8 for start, end in pairwise(starts)}
    labels = []
    for node in each_row(drawing.nodes):
        words, amount = safe(name(STEPS[node.step], node.code)), safe(money(node.amount_satang))
        left = (node.x + drawing.node_width + 4) / drawing.width * 100
        top = node.y + max(node.thickness / 2 - 12, 0)
        labels.append(
            f'<div class="kradan-flow-node" title="{words} · {amount}" style="left:{left:.2f}%;top:{top:.1f}px;max-width:{reach[node.x]:.1f}%">'
            f"<span>{words}</span> <b>{amount}</b></div>"
        )
    heads = "".join(f"<span>{safe(heading)}</span>" for heading in headings)
    return (
        f'<div class="kradan-flow-frame" tabindex="0" role="region" aria-label="{safe(aria)}"><div class="kradan-flow-heads">{heads}</div>'
        f'<div class="kradan-flow" style="height:{drawing.height:.0f}px"><img alt="{safe(aria)}" src="data:image/svg+xml;base64,{picture}">{"".join(labels)}</div></div>'
    )


def kind_legend(present: set[str]) -> str:
    """Legend of the Sankey ribbons: one colour per kind of budget."""
    items = [(kind, t(f"kind_{kind or 'unknown'}")) for kind in BUDGETS if kind in present]
    rows = "".join(
        f'<li><i class="kradan-swatch" style="background-color:{BUDGETS[kind]}"></i><span>{safe(words)}</span></li>'
        for kind, words in items
    )
    return f'<ul class="kradan-legend kradan-row">{rows}</ul>'


def matrix_html(
    heading: str, columns: Sequence[str], rows: Sequence[tuple[str, str, Sequence[Cell]]], caption: str
) -> str:
    """The matrix as an HTML table.

    Parameters
    ----------
    rows
        (heading, link, cells) of each row; everything is escaped here.
    """
    head = "".join(f'<th scope="col">{safe(words)}</th>' for words in columns)
    body = []
    for words, href, cells in rows:
        label = f'<a href="{safe(href)}">{safe(words)}</a>' if href else safe(words)
        body.append(f'<tr><th scope="row">{label}</th>{"".join(_cell(cell) for cell in cells)}</tr>')
    return (
        f'<div class="kradan-matrix" tabindex="0" role="region" aria-label="{safe(caption)}"><table><thead><tr><th scope="col">{safe(heading)}</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    ground = SEQUENTIAL[cell.shade] if cell.status == "covered" else NOTHING[cell.status][0]
    ink = ink_on(ground) if cell.status == "covered" else INK
    hatch = ' class="kradan-hatch"' if cell.status == "not_reported" else ""
    inner = f'<a href="{safe(cell.href)}" style="color:{ink}">{safe(cell.text)}</a>' if cell.href else safe(cell.text)
    return f'<td{hatch} style="background-color:{ground};color:{ink}" title="{safe(cell.tip)}">{inner}</td>'


def speed_direction(table: pd.DataFrame, words: Mapping[str, str]) -> alt.LayerChart:
    """Streams by speed (``paid_share``) and direction (``direction``), both shares 0-1; size by ``million`` baht."""
    share = alt.Scale(domain=[0, 1])
    x = alt.X("direction:Q", title=words["direction"], axis=alt.Axis(format=".0%"), scale=share)
    y = alt.Y("paid_share:Q", title=words["speed"], axis=alt.Axis(format=".0%"), scale=share)
    size = alt.Size("million:Q", title=words["million"], scale=alt.Scale(range=[60, 2400]))
    base = alt.Chart(table.assign(paid_share=table["paid_share"].astype(float).clip(0, 1)))
    circles = base.mark_circle(color=ACCENT, opacity=0.7).encode(x=x, y=y, size=size, tooltip=["stream:N", "million:Q"])  # ty: ignore[missing-attribute]
    labels = base.mark_text(dy=-16, fontSize=14).encode(x=x, y=y, text="stream:N")  # ty: ignore[missing-attribute]
    return (
        alt.layer(circles, labels)
        .properties(height=380)
        .configure_axis(labelFontSize=15, titleFontSize=16)
        .configure(font="Sarabun")
    )


def lorenz_chart(curve: pd.DataFrame, words: Mapping[str, str]) -> alt.LayerChart:
    """Lorenz curve with the line of equality."""
    x = alt.X("people_share:Q", title=words["people"], axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("amount_share:Q", title=words["money"], axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    line = alt.Chart(curve).mark_line(color=ACCENT, strokeWidth=3).encode(x=x, y=y, order="people_share:Q")  # ty: ignore[missing-attribute]
    equal = pd.DataFrame({"people_share": [0.0, 1.0], "amount_share": [0.0, 1.0]})
    even = alt.Chart(equal).mark_line(color=EDGE, strokeDash=[6, 4]).encode(x=x, y=y)  # ty: ignore[missing-attribute]
    return (
        alt.layer(even, line)
        .properties(height=340)
        .configure_axis(labelFontSize=15, titleFontSize=16)
        .configure(font="Sarabun")
    )
