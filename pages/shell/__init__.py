"""What stands around the pages: launcher, first page, headers, navigation, computing ahead, the doors of the server.

Out: ``navigation`` (for ``app.py``), ``first_page``, ``headers`` and ``doors`` (for ``asgi.py``), ``serve``.
The uppermost room: calls the pages, may import all of them.
"""
