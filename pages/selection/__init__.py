"""Page "which subdistricts next": N places under a budget, proven optimal, beside a simple rule.

Here: ``page.view``, called by the shell; ``data`` for the wish in the link and its solution, ``panels`` for the
screen. May import ranking, welfare, components, queries, session and geo.
"""
