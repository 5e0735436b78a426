"""The register room: find, map, open and hand out people by role, groups, communities, welfare funds and plans.

``page`` is the view, ``lists`` puts entries into words and makes its map. May import geo, pages.components, pages.queries.
"""
