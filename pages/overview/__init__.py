"""The first screen, the board: the map, and beside it one of three lenses (who looks after what, currents, A B C) or the questions.

Comes out: :func:`pages.overview.page.view`. May import the data and panels of the pages it looks through.
"""
