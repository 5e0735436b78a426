"""The meeting: a full-screen storyboard run by keys, and the desk (storyboard, frozen meetings, pack, decisions).

Here: ``page.view``. ``board`` and ``steps`` compute codes and numbers, ``facts`` collects them, ``words`` formats them
in a language, ``wall`` exchanges messages with the browser. May import the pages it shows, components, queries,
session and geo.
"""
