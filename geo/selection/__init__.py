"""Which places next: choose N under a budget, proven best, beside the simple rule, with the price of every wish.

Out: ``selection.select`` and ``selection.worth``; ``solver.Wish`` goes in. Imports the shared modules only.
"""
