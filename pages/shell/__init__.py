"""What stands around the pages: launcher, first page, headers, navigation, computing ahead, reaches into Streamlit.

Out: ``navigation`` (for ``app.py``), ``first_page`` and ``headers`` (for ``asgi.py``), ``serve``; ``insides`` for whoever
must reach into what Streamlit does not promise. The uppermost room: calls the pages, may import all of them.
"""
