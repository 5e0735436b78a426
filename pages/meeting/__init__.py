"""The meeting: a full-screen storyboard on keys, and the desk beside it (storyboard, frozen meetings, pack, decisions).

Here: ``page.view``; ``board`` and ``steps`` compute codes and numbers, ``facts`` gathers them, ``words`` puts them into a
language, ``wall`` speaks with the browser, ``desk`` is the desk. May import components, queries, session and geo.
"""
