"""Corrections by link: a signed link on every sheet, what people send back by it, the pictures they attach.

Nothing that arrives this way changes the data: it waits until a person decides (:mod:`loaders.imports.review.replies`).
May import ``loaders.store``, ``files``, ``doors``, ``settings`` and ``problems``.
"""
