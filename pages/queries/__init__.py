"""The only door to the store, and what ``geo`` computes from it, cached by scope and query for all sessions.

Out: ``query.Query``, ``store`` (frames and writes), ``coverage``, ``gaps``, ``overlaps``, ``money``, ``map_files``.
May import session, ``geo`` and ``loaders``; draws nothing.
"""
