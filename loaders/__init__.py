"""The outside world: files of agencies and boundaries in, the store, packages and backups out. No Streamlit.

A folder per subject; ``settings``, ``codes``, ``problems`` and ``words`` are for all of them. ``python -m loaders`` is the
command line (``commands``). Imports nothing of ``geo`` or ``pages``.
"""
