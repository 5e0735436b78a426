"""Page of coverage by theme, agency, stream, year and agency level: one map, two maps, or a grid of small maps.

Here: ``page.view``, called by the shell; ``compare`` for the maps, ``dimensions`` for what is compared, ``lists`` for
tables and sentences. May import components, queries, session and geo.
"""
