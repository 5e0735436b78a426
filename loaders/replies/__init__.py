"""Corrections by link: a signed link on every sheet, what people send back by it, the pictures they add.

Nothing that comes this way changes the board: it waits until a person decides (:mod:`loaders.imports.review.replies`). May
import ``loaders.store``, ``loaders.files``, ``loaders.problems`` and what they stand on.
"""
