"""Map drawing: the folium base map, class breaks and class characters, the palette, matplotlib figures, small SVG maps.

Main results: ``board.base_map``, ``board.class_vector``, ``breaks.classify``, ``classes.letters``, ``palette``,
``simplify``, ``figures``, ``small_maps``. Imports ``geo.measure``, ``geo.statuses`` and ``loaders.settings`` only.
"""
