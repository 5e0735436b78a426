"""The only access of pages to the store, and what ``geo`` computes from it, cached per scope and query.

Out: ``query.Query``; ``store`` (frames and writes); ``coverage``, ``gaps``, ``overlaps``, ``money``, ``registers``,
``loop``, ``reported``, ``replies``, ``map_files``. May import ``pages.session``, ``geo`` and ``loaders``; draws
nothing.
"""
