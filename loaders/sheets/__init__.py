"""Any table an agency hands out -> text frames that keep the position of every row; ``read.read_sheets`` is the door.

A kind of file is one reader and one line in ``read.READERS``; a reader gives ``raw.RawSheet`` and interprets nothing,
``rows.understand`` does. Imports files and thai.
"""
