"""Overlaps: pairs of records of different agencies in the same place and period, judged by a table of rules.

Main results: ``outcomes.OUTCOMES``, ``rules``, ``overlaps.overlaps``. Imports ``geo.frames`` and ``geo.periods`` only.
"""
