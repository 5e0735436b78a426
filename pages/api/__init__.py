"""Read-only API under ``/api``: OGC API Features, CSV and JSON tables, an OpenAPI description.

It serves the frames of the pages, from the same queries and with the same rights of viewers.
May import ``pages.ranking``, ``pages.queries`` and ``pages.session``.
"""
