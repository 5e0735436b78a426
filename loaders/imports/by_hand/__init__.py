"""Entries of registers as people add, correct and end them by hand, and papers kept with a place.

May import the rest of :mod:`loaders.imports`; an added entry is an ordinary row in a batch of its own.
"""
