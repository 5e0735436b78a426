"""Written places to codes with ordered evidence: ``matcher.Places``; points to codes: ``coordinates.locate``.

``text`` cuts what is written, ``gazetteer`` says what it may name, ``rules`` settle it or leave it to a person.
"""
