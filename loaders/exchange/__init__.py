"""The store as files that others read, and back: one CSV per table with a data package, GeoJSON, 360Giving, 3W.

Out: ``package.export``, ``package.load``, ``package.wipe``; ``tables`` writes CSV and Excel without live formulas.
May import areas, boundaries, store and the shared modules.
"""
