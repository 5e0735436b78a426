"""The interface for other tools: read only, under ``/api``; OGC API Features, plain CSV and JSON, an OpenAPI description.

The same frames as the pages, from the same queries, for the same viewers. May import ``ranking``, ``queries`` and ``session``.
"""
