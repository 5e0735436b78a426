"""Which subdistricts next: N places under a budget, proven best, beside the simple rule.

Here: ``page.view``, called by the shell; ``data`` for the choice of the link and its answer, ``panels`` for the
screen. May import components, queries, session and geo.
"""
