"""Page of the A/B/C ranking of communities: classes with uncertainty, explanation of a class, agreed classes.

Here: ``page.view``, called by the shell; ``data`` for the cached rankings, ``controls`` for the method, ``panels``
and ``lists`` for the screen. May import components, queries, session and geo.
"""
