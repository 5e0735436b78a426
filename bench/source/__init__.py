"""Benches of the source tree itself: its measures, and the way of a filter through it. They run by name only."""
