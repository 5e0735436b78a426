"""The only palette: every colour has one meaning, for all outputs (Leaflet, SVG, matplotlib, fpdf, slides, CSS).

``tests/geo/test_palette.py`` checks that colours of the same legend are distinguishable, and that the style sheets use
no colour that is not listed here. The scripts in the browser get :func:`for_browser`.
"""

from __future__ import annotations

# Sequential, for counts and rates of support (ColorBrewer YlGnBu-5, darkest = most). The lightest step is a stronger
# yellow than ColorBrewer's, which with tritan colour blindness cannot be told from the white of "none".
SEQUENTIAL = ["#ffeda0", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"]

# The three kinds of nothing are outside the scale; "not reported" differs by a hatch as well.
NONE = "#ffffff"
NOT_REPORTED, NOT_REPORTED_LINE = "#e3e3e3", "#8a8a8a"
NOT_APPLICABLE = "#8a7460"
# Coverage status -> (fill, hatch colour).
NOTHING: dict[str, tuple[str, str | None]] = {
    "none": (NONE, None),
    "not_reported": (NOT_REPORTED, NOT_REPORTED_LINE),
    "not_applicable": (NOT_APPLICABLE, None),
}

# Covered, but the mapped value is not stated.
UNMEASURED = "#cc99ff"

# Quadrants of need against support.
QUADRANTS = {"gap": "#f28e2b", "served": "#16325c", "low_need_supported": "#8cb9e0", "low_need_none": "#e9e9e9"}

# Outcomes of :data:`geo.overlaps.outcomes.OUTCOMES`; suspected duplication must stand out.
OUTCOMES = {
    "single": "#c5d3e0",
    "complementary": "#8cb9e0",
    "fragmented": "#f6d6a8",
    "overlapping": "#e08e3b",
    "suspected_duplication": "#7a1f4e",
    "not_known": "#b2a78f",
}
OUTCOME_HATCH = "#ffffff"  # for outcomes with ``is_hatched``

# A/B/C classes of communities, strongest to weakest: purple, white, orange.
CLASSES = {"A": "#5e3c99", "B": "#f7f4f9", "C": "#e66101"}

# Weak subdistricts by the number of agencies at work there.
WEAK = {"alone": "#a63603", "few": "#fdae6b", "several": "#6baed6", "other": "#f2f2f2"}

# Pilot subdistricts; subdistricts that need a decision, by number of reasons.
PILOTS = {"chosen": "#0b4f8a", "other": "#eef2f5"}
CALL = {0: "#f2f2f2", 1: "#f6c98b", 2: "#d9720f", 3: OUTCOMES["suspected_duplication"]}

# Clusters of :mod:`geo.clusters` (ColorBrewer PuOr).
CLUSTERS = {
    "weak": "#b35806",
    "weak_among_strong": "#fdb863",
    "strong_among_weak": "#b2abd2",
    "strong": "#542788",
    "not_significant": "#f7f7f7",
}

# Answers to the ten questions, by role of the class in the answer.
ROLES = {
    "found": OUTCOMES["suspected_duplication"],
    "beside": OUTCOMES["overlapping"],
    "some": OUTCOMES["complementary"],
    "rest": OUTCOMES["single"],
} | {f"scale{number}": color for number, color in enumerate(SEQUENTIAL)}

# Kinds of budget in the Sankey diagram; "" = not stated.
BUDGETS = {"regular": "#8cb9e0", "special": "#e08e3b", "": "#b9b2aa"}

# Common to all maps.
STRIPE = "#5f6b76"  # over a class: estimated, supported at a higher level, border class
EDGE, OUTLINE, CHOSEN = "#5b6670", "#22303c", "#b3005e"  # of a subdistrict, of a district, of the chosen place
SEA, BESIDE = "#dfe9ef", "#f0f2f4"  # around the province; districts other than the one shown
LABEL, HALO = "#10202c", "#ffffff"
BADGE, BADGE_TEXT = OUTCOMES["suspected_duplication"], "#ffffff"
DIMMED = 0.25  # opacity of subdistricts outside the chosen district

# Pages and paper.
INK, QUIET, PAPER = "#14202b", "#3c4a56", "#ffffff"
READABLE = 4.5  # contrast of text, WCAG 2.2 AA
LINE, FAINT, SHADE = "#b7c3cd", "#d5dce2", "#e7eef5"  # table rules, empty dot of a dot grid, background of a heading
ACCENT, BAR, BAR_STATED = "#0b4f8a", SEQUENTIAL[3], "#8a96a0"
GROUND = "#f4f7f9"
DEMO = ("#fff3c4", "#b38600")  # background and border of the label for invented data
# Backgrounds of boxes, headings and hovered items; hairlines.
TINTS = ("#f1f5f8", "#f7f9fb", "#f4f4f4", "#dfe9f2", "#e4ebf3", "#e0e9f1", "#dce9f5", "#c9d6e2", "#e3e8ec", "#dde4e9")


def for_browser() -> dict[str, str | float]:
    """Colours and opacity that the map scripts in the browser need in addition to the class styles."""
    return {
        "stripe": STRIPE,
        "edge": EDGE,
        "outline": OUTLINE,
        "chosen": CHOSEN,
        "badge": BADGE,
        "badge_text": BADGE_TEXT,
        "blank": NONE,
        "dimmed": DIMMED,
    }


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours as defined by WCAG 2, 1 to 21; text needs :data:`READABLE`."""
    lower, higher = sorted(map(_luminance, (colour, other)))
    return (higher + 0.05) / (lower + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(ground: str) -> str:
    """Text colour for a background: white or dark ink, the first with enough contrast, else black."""
    return next((ink for ink in (PAPER, INK) if contrast(ink, ground) >= READABLE), "#000000")
