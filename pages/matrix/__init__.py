"""Page of the matrix theme x area: which theme reaches which district, which cells are empty, who could fill them.

Here: ``page.view``, called by the shell; ``panels`` for the cells and an empty cell. May import components, queries,
session and geo.
"""
