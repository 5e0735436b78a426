"""Page of the registers, one per "room": people by role, groups, villages, welfare funds, plans and others.

Here: ``page.view``, called by the shell; ``lists`` for words and map of entries, ``sheet`` for one entry, ``by_hand``
and ``classes`` for changes; the other modules for single rooms. May import components, queries, session and geo.
"""
