"""Page of supports that meet in one place and year: map of outcomes, pairs with rule and source rows, clearings.

Here: ``page.view``, called by the shell; ``lists`` for tables and charts, ``clearing`` to explain a flagged pair.
May import components, queries, session and geo.
"""
