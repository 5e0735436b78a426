"""Page of matching funds: who pays how much for which subdistrict, under which conditions, and what was received.

Here: ``page.view``, called by the shell; ``data`` for the scheme and its money, ``rules`` for the editor, ``panels``
for the rest of the screen. May import ranking, components, queries, session and geo.
"""
