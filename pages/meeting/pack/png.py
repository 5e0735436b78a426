"""Each view as a picture of 3840 x 2160, and its map alone for the slides, drawn by matplotlib."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from PIL import Image, ImageColor

from geo.maps.figures import draw_map
from geo.maps.palette import BAR, EDGE, INK, LINE, PAPER, QUIET, SEA, STRIPE
from pages.meeting.pack.content import Pack, Slide
from pages.meeting.pack.lines import font_file, wrap

WIDTH, HEIGHT, DPI = 3840, 2160, 240
MAP = (0.015, 0.075, 0.57, 0.76)  # left, bottom, width, height of the map, as shares (0-1) of the picture
POINTS = 72 * WIDTH / DPI  # width of the picture in points


@dataclass(frozen=True)
class Pictures:
    """PNG files of the whole view and of its map alone."""

    whole: bytes
    map: bytes


def picture(pack: Pack, slide: Slide) -> Pictures:
    """Draw one view."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    plain, bold = FontProperties(fname=str(font_file())), FontProperties(fname=str(font_file(True)))
    axes = figure.add_axes(MAP)
    step, codes = slide.step, pack.facts["codes"]
    styles = {row["k"]: (row["color"], row["hatch"]) for row in slide.legend if row["k"]}
    stripes = [code for code, mark in zip(codes, step["marks"] or "", strict=False) if mark == "1"]
    draw_map(
        axes,
        pack.shapes,
        dict(zip(codes, step["classes"], strict=True)),
        styles,
        stripes=stripes,
        labels=slide.labels,
        badges=step["badges"],
        font=bold,
        size=13,
    )
    _words(figure, pack, slide, plain, bold)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    left, bottom, wide, high = (
        round(share * side) for share, side in zip(MAP, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True)
    )
    whole = _few_colours(
        Image.fromarray(np.ascontiguousarray(pixels)), [row["color"] for row in slide.legend] + [PAPER, SEA, INK]
    )
    return Pictures(_png(whole), _png(whole.crop((left, HEIGHT - bottom - high, left + wide, HEIGHT - bottom))))


def _few_colours(picture: Image.Image, exact: list[str]) -> Image.Image:
    """Reduce to 256 colours, keeping those of the legend exact: near-white and white have different meanings."""
    usual = picture.resize((WIDTH // 4, HEIGHT // 4), Image.Resampling.NEAREST).quantize(
        256 - len(exact), method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    )
    fixed = [part for color in exact for part in ImageColor.getrgb(color)]
    palette = Image.new("P", (1, 1))
    palette.putpalette((fixed + (usual.getpalette() or []))[: 3 * 256])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def _png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=4)
    return target.getvalue()


def _words(figure: Figure, pack: Pack, slide: Slide, plain: FontProperties, bold: FontProperties) -> None:
    def say(
        x: float, y: float, text: str, size: float, font: FontProperties = plain, color: str = INK, right: bool = False
    ) -> None:
        figure.text(
            x, y, text, fontproperties=font, fontsize=size, color=color, va="top", ha="right" if right else "left"
        )

    lines = wrap(slide.title, 33, POINTS * 0.97, bold=True, most=2)
    size = 33 if len(lines) == 1 else 25
    lines = wrap(slide.title, size, POINTS * 0.97, bold=True, most=2)
    for number, line in enumerate(lines):
        say(0.015, 0.985 - number * size * 1.45 / (POINTS * 9 / 16), line, size, bold)
    say(0.015, 0.882, wrap(slide.ask, 16, POINTS * 0.97, most=1)[0] if slide.ask else "", 16, color=QUIET)
    y = 0.83
    for value, words in slide.figures:
        say(0.605, y, value, 22, bold)
        rows = wrap(words, 15, POINTS * 0.19, most=2)
        for number, line in enumerate(rows):
            say(0.79, y - 0.008 - number * 0.036, line, 15, color=QUIET)
        y -= 0.062 if len(rows) == 1 else 0.085
    y -= 0.012
    size, pitch = (16, 0.047) if len(slide.legend) < 8 else (14, 0.04)
    for row in slide.legend:
        _swatch(figure, 0.605, y - 0.032, row)
        say(0.985, y, f"{row['count']:,}", size, bold, right=True)
        for line in wrap(row["label"], size, POINTS * 0.285):
            say(0.645, y, line, size)
            y -= pitch
    y -= 0.012
    most = max((satang for _name, _value, satang, _share in slide.bars), default=1) or 1
    pitch = min(0.054, (y - 0.085) / max(len(slide.bars), 1))
    for name, value, satang, share in slide.bars:
        say(0.605, y, wrap(name, 13, POINTS * 0.23, most=1)[0], 13)
        say(0.985, y, value, 13, bold, right=True)
        for part, color in ((1.0, LINE), (share, BAR)) if share is not None else ((1.0, BAR),):
            box = (0.605, y - pitch * 0.82), 0.38 * satang / most * part, pitch * 0.13
            figure.add_artist(Rectangle(*box, facecolor=color, transform=figure.transFigure))
        y -= pitch
    for name, value in slide.places[: max(0, int((y - 0.09) / 0.042))]:
        say(0.605, y, wrap(name, 14, POINTS * 0.25, most=1)[0], 14)
        say(0.985, y, value, 14, bold, right=True)
        y -= 0.042
    for number, line in enumerate(wrap(f"{pack.heading} · {slide.foot}", 10.5, POINTS * 0.97, most=2)):
        say(0.015, 0.061 - number * 0.028, line, 10.5, color=QUIET)


def _swatch(figure: Figure, x: float, y: float, row: dict) -> None:
    line = row["hatch"] or (STRIPE if row.get("stripe") else None)
    hatch = "\\\\\\" if row.get("stripe") else "////"
    box: dict[str, Any] = {"width": 0.03, "height": 0.03, "transform": figure.transFigure}
    figure.add_artist(
        Rectangle(
            (x, y),
            facecolor=row["color"],
            edgecolor=line or EDGE,
            hatch=hatch if line else None,
            linewidth=0 if line else 0.8,
            **box,
        )
    )
    figure.add_artist(Rectangle((x, y), facecolor="none", edgecolor=EDGE, linewidth=0.8, **box))
