"""Everything that crosses the border of the program: files in, the store, packages and backups out. No Streamlit.

One folder per subject; ``settings``, ``codes``, ``registers``, ``problems`` and ``words`` serve all of them. ``python
-m loaders`` is the command line (``commands``). Imports nothing of ``geo`` or ``pages``, except ``commands.store``,
which hands ``geo.coverage.exported`` to the export.
"""
