"""First page, the board: the map, and beside it one of three lenses (agencies, currents, A/B/C) or the questions.

Here: ``page.view``, called by the shell; ``lenses`` for map and panel of each. May import other pages' data and panels.
"""
