"""Written places to area codes with evidence (``matcher.Places``), and points to codes (``coordinates.locate``).

``text`` parses cells and texts, ``gazetteer`` looks names up, ``rules`` accept a place or leave it to a person.
"""
