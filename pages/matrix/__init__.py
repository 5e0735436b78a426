"""Theme x area: which theme reaches which district, what lies open, and who could fill it.

Here: ``page.view``, called by the shell; ``panels`` for the cells and an empty cell. May import components, queries,
session and geo.
"""
