"""Page and printed A4 sheet of one subdistrict: support, money, plans, groups, gaps, overlaps; card beside other pages.

Here: ``page.view`` and ``card.draw``, called by the shell; ``facts`` for lines of both, ``panels`` for the screen,
``print`` for the sheet, ``notes`` for notes. May import ranking, coverage, components, queries, session and geo.
"""
