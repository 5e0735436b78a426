"""Where the money comes from, through whose hands, for what, where it ends, and whether it meets the plans.

Here: ``page.view``, called by the shell; ``panels`` for the currents, the map and the lists. May import components,
queries, session and geo.
"""
