"""From classes to a picture: the base map for folium, breaks and classes, the one palette, figures and small maps.

Out: ``board.base_map``, ``board.class_vector``, ``breaks.classify``, ``classes.letters``, ``palette``, ``simplify``,
``figures`` (matplotlib) and ``small_maps`` (SVG text). Imports ``geo.measure`` and ``loaders.settings`` only.
"""
