"""Colours with one meaning each; a test computes that every pair in use can be told apart."""

from __future__ import annotations

# Sequential, for counts and rates of support (ColorBrewer YlGnBu-5, darkest = most).
SEQUENTIAL = ["#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"]

# The three kinds of nothing are off the scale, and told apart by pattern too.
NONE = "#ffffff"
NOT_REPORTED, NOT_REPORTED_LINE = "#e3e3e3", "#8a8a8a"
NOT_APPLICABLE = "#b9b2aa"

# Need x support, 2x2.
QUADRANTS = {"gap": "#f28e2b", "served": "#16325c", "low_need_supported": "#8cb9e0", "low_need_none": "#e9e9e9"}

# Outcomes of two supports in one place; suspected duplication is the one to see.
OUTCOMES = {
    "none": "#ffffff",
    "single": "#e7eef5",
    "complementary": "#8cb9e0",
    "fragmented": "#f6d6a8",
    "overlapping": "#e08e3b",
    "suspected_duplication": "#7a1f4e",
}
