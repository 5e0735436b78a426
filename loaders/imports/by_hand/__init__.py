"""Entries of registers added, corrected and ended by hand (``entries``), and papers kept with a place (``papers``).

An added entry is an ordinary row in a batch of its own; ``next_edition`` carries changes over when a file is replaced.
May import the rest of :mod:`loaders.imports`.
"""
