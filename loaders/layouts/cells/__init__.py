"""Interpretation of single cells: columns combined into one, names and telephones of people, rows without support.

``combined``, ``people`` and ``no_support`` are used by :mod:`loaders.layouts.values` and ``recognise``, and by
``imports``.
"""
