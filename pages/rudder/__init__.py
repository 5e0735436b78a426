"""Page "rudder": money that can still be re-allocated, effects of moving it, and the proven best re-allocation.

Here: ``page.view``, called by the shell; ``data`` for the moves of the link and their evaluation (also for the wall),
``panels`` for the screen. May import components, queries, session, geo and ``pages.welfare.data``.
"""
