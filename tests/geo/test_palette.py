"""Every palette in use, computed: four kinds of vision, 20 % light on the screen, CIEDE2000 at least 8."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from geo import statuses
from geo.maps import palette
from geo.overlaps import outcomes
from tests.conftest import ROOT
from tests.geo.palette_science import VISION, ciede2000, lab, linear, seen, worst

BAR = 8.0
OFF_SCALE = [palette.NONE, palette.NOT_APPLICABLE]
# What can stand in one legend. Hatched classes are told by their pattern; that the pattern shows is tested below.
LEGENDS = {
    "coverage": [*palette.SEQUENTIAL, palette.UNMEASURED, *OFF_SCALE],
    "gaps": [*palette.QUADRANTS.values(), palette.NOT_APPLICABLE],
    "overlaps": [*palette.OUTCOMES.values(), *OFF_SCALE],
    "classes": list(palette.CLASSES.values()),
    "weak": list(palette.WEAK.values()),
    "pilots": list(palette.PILOTS.values()),
    "call": list(palette.CALL.values()),
    "answer": [color for role, color in palette.ROLES.items() if not role.startswith("scale")] + OFF_SCALE,
    "clusters": list(palette.CLUSTERS.values()),
}
# Pairs 1, 4, 7, 10, 13, 16, 17, 20, 21, 25 and 34 of Sharma, Wu, Dalal: The CIEDE2000 Color-Difference Formula (2005), table 1.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0010), 7.1792),
    ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((50, 2.5, 0), (50, 3.1736, 0.5854), 1.0),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "published"), SHARMA)
def test_ciede2000_gives_the_published_differences(one, other, published):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(published, abs=5e-5)
    assert ciede2000(np.array(other), np.array(one)) == pytest.approx(published, abs=5e-5)


def test_lab_of_white_and_red_is_the_published_one():
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


def test_greys_stay_grey_in_every_vision_and_light_takes_contrast_away():
    for vision in VISION:
        assert np.abs(seen("#808080", vision)[1:]).max() < 0.5
    dark, light = seen("#000000"), seen("#ffffff")
    assert ciede2000(dark, light) < ciede2000(seen("#000000", ambient=0), seen("#ffffff", ambient=0))


@pytest.mark.parametrize("name", LEGENDS)
def test_the_worst_pair_of_every_legend_can_be_told_apart(name):
    difference, vision, one, other = worst(LEGENDS[name])
    assert difference >= BAR, f"{name}: {one} and {other} differ by {difference:.1f} for {vision} vision"


def test_hatch_and_stripe_show_on_their_grounds():
    lines = [
        (palette.NOT_REPORTED, palette.NOT_REPORTED_LINE),
        (palette.NONE, palette.NOT_REPORTED_LINE),
        (palette.NOT_REPORTED, palette.WEAK["alone"]),
    ]
    lines += [(ground, palette.STRIPE) for ground in palette.CLASSES.values()]
    for ground, line in lines:
        assert worst([ground, line])[0] >= BAR, (ground, line)


# What is drawn over or beside the classes, or stands on a page and not in a legend of classes.
OVER_OR_BESIDE = {
    "NOT_REPORTED", "NOT_REPORTED_LINE", "NOTHING", "OUTCOME_HATCH", "BUDGETS", "STRIPE", "EDGE", "OUTLINE", "CHOSEN", "SEA",
    "BESIDE", "LABEL", "HALO", "BADGE", "BADGE_TEXT", "DIMMED", "INK", "QUIET", "PAPER", "LINE", "FAINT", "SHADE", "ACCENT",
    "BAR", "BAR_STATED", "GROUND", "DEMO", "TINTS", "ROLES",
}  # fmt: skip


def colors_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return colors_in(list(value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(colors_in, value))
    return {value.lower()} if isinstance(value, str) and value.startswith("#") else set()


def named() -> dict[str, object]:
    return {name: value for name, value in inspect.getmembers(palette) if name.isupper()}


def test_no_palette_is_left_out():
    listed = {color for colors in LEGENDS.values() for color in colors}
    for name, value in named().items():
        assert name in OVER_OR_BESIDE or colors_in(value) <= listed, name


def test_every_outcome_and_every_kind_of_nothing_has_its_colour_and_one_letter():
    assert set(palette.OUTCOMES) == set(outcomes.drawn())
    assert set(palette.NOTHING) == set(statuses.NOTHING)
    taken = [outcome.letter for outcome in outcomes.drawn().values()] + list(statuses.NOTHING.values())
    assert len(taken) == len(set(taken))
    assert all(outcome.drawn_as in outcomes.drawn() for outcome in outcomes.OUTCOMES.values() if outcome.drawn_as)


# The page of telephones is one file with its style sheet and loads nothing.
HOLD_A_STYLE_SHEET = (ROOT / "pages" / "phone" / "html.py",)


def test_style_sheets_and_python_write_no_colour_of_their_own():
    known = colors_in(named()) | {"#fff"}
    sheets = [path for path in (ROOT / "static").rglob("*.css") if "vendor" not in path.parts]
    assert len(sheets) >= 3
    for path in sheets:
        written = set(re.findall(r"#[0-9a-f]{3,6}\b", path.read_text(encoding="utf-8").lower()))
        assert written <= known, (path.name, written - known)
    for path in (ROOT / "static").rglob("*.js"):
        if "vendor" not in path.parts:
            written = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower()))
            assert written <= known, (path.name, written - known)
    patterns = (ROOT / "static" / "shared" / "patterns.js").read_text(encoding="utf-8")
    assert f'STRIPE = "{palette.STRIPE}"' in patterns and f'NO_CLASS = {{ color: "{palette.NONE}" }}' in patterns
    for folder in ("pages", "geo"):
        for path in (ROOT / folder).rglob("*.py"):
            written = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower()))
            is_sheet = path in HOLD_A_STYLE_SHEET
            assert path.name == "palette.py" or (written <= known if is_sheet else not written), (path, written)
