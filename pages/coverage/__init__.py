"""Who is reached, by theme, agency, stream, year and level: one map, two maps, or a page of small maps.

Here: ``page.view``, called by the shell; ``compare`` for the maps, ``dimensions`` for what is compared, ``lists`` for
tables and sentences. May import components, queries, session and geo.
"""
