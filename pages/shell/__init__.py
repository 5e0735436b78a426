"""The frame around the pages: launcher, first page, headers, navigation, precomputation, request checks of the server.

Out: ``navigation`` (for ``app.py``), ``first_page``, ``headers`` and ``doors`` (for ``asgi.py``), ``serve``.
The uppermost package of ``pages``: may import all others.
"""
