"""What two records in one place and year are to each other: the table of outcomes, the rules, the pairs, clearings.

Out: ``outcomes.OUTCOMES``, ``rules``, ``overlaps.overlaps``. Imports ``geo.frames`` and ``geo.periods`` only.
"""
