"""Maps without a boundary file: a schematic of cells, a grid of equal tiles, tiles in the order of their codes.

Out: ``schematic.schematic``, ``tile_grid.tile_grid``, ``ordered_tiles.ordered_tiles``; ``fit`` is run once, offline.
Imports ``measure`` only.
"""
