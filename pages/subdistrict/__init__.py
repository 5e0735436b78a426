"""One subdistrict on one page and on one printed sheet: support, money, plans, groups, gaps, overlaps.

Here: ``page.view``, called by the shell; ``facts`` for the lines both say, ``panels`` for the screen, ``print`` for
the paper. May import components, queries, session and geo.
"""
