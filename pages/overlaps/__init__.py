"""Supports that meet in one place and year: the map of outcomes, pairs with rule and source rows, clearing with a reason.

Here: ``page.view``, called by the shell; ``lists`` for tables and matrices, ``clearing`` for the reason.
May import components, queries, session and geo.
"""
