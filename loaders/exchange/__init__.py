"""The store as files that other programs read, and back: CSV tables with a data package, GeoJSON, 360Giving, 3W.

Out come ``package.export``, ``package.load``, ``package.wipe``; ``tables`` writes CSV and Excel without live formulas;
``due_sheet`` reads expected reports back. May import everything of ``loaders`` up to ``imports``.
"""
