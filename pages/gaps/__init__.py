"""Page of need against support: places without help, places not known, plan demands, clusters.

Here: ``page.view``, called by the shell; ``lists`` for the tables. May import components, queries, session and geo.
"""
