"""Any table file of an agency -> text frames that keep the row numbers of the file; use ``read.read_sheets``.

Each kind of file has one reader and one line in ``read.READERS``; a reader returns ``raw.RawSheet`` without
interpretation, ``rows.understand`` interprets. May import ``files``, ``problems`` and ``thai``.
"""
