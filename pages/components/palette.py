"""Colours with one meaning each; a test computes that every pair in use can be told apart."""

from __future__ import annotations

# Sequential, for counts and rates of support (ColorBrewer YlGnBu-5, darkest = most). The lightest step is a stronger yellow
# than ColorBrewer's: #ffffcc cannot be told from the white of "none" with tritan vision in a lit room (CIEDE2000 3.6).
SEQUENTIAL = ["#ffeda0", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"]

# The three kinds of nothing are off the scale, and told apart by pattern too.
NONE = "#ffffff"
NOT_REPORTED, NOT_REPORTED_LINE = "#e3e3e3", "#8a8a8a"
NOT_APPLICABLE = "#8a7460"

# Supported, but the measure of the scale is not stated.
UNMEASURED = "#cc99ff"

# Need x support, 2x2.
QUADRANTS = {"gap": "#f28e2b", "served": "#16325c", "low_need_supported": "#8cb9e0", "low_need_none": "#e9e9e9"}

# Outcomes of two supports in one place; suspected duplication is the one to see.
OUTCOMES = {
    "none": "#ffffff",
    "single": "#c5d3e0",
    "complementary": "#8cb9e0",
    "fragmented": "#f6d6a8",
    "overlapping": "#e08e3b",
    "suspected_duplication": "#7a1f4e",
}
NOT_KNOWN = "#b2a78f"  # an outcome that the data are too poor to decide

# A, B, C of the community side: purple, white, orange.
CLASSES = {"A": "#5e3c99", "B": "#f7f4f9", "C": "#e66101"}

# Weak subdistricts by who stands there.
WEAK = {"alone": "#a63603", "few": "#fdae6b", "several": "#6baed6", "other": "#f2f2f2"}

# Places to begin with, and places that call for a decision by how many signs they bear.
PILOTS = {"chosen": "#0b4f8a", "other": "#eef2f5"}
CALL = {0: "#f2f2f2", 1: "#f6c98b", 2: "#d9720f", 3: "#7a1f4e"}

# Hints of local statistics: weak together, strong together, unlike the neighbours (ColorBrewer PuOr).
CLUSTERS = {
    "weak": "#b35806",
    "weak_among_strong": "#fdb863",
    "strong_among_weak": "#b2abd2",
    "strong": "#542788",
    "not_significant": "#f7f7f7",
}
