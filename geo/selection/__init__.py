"""Selection of pilot subdistricts: the best N under constraints, the simple rule "top N", the price of each constraint.

Main results: ``selection.select`` (takes a ``solver.Wish``) and ``selection.worth``. Imports the shared modules only.
"""
