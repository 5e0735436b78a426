"""Benches of the source tree: measures of its modules, and the path of a filter change. Run by name only."""
