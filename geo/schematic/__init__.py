"""Maps without a boundary file: a schematic map of cells, a grid of equal tiles, tiles in the order of their codes.

Main results: ``schematic.schematic``, ``tile_grid.tile_grid``, ``ordered_tiles.ordered_tiles``; ``fit`` runs offline.
Imports ``geo.measure`` and ``loaders.files.sandbox`` only.
"""
