"""Where everything comes from: files with their account, rows that wait, boundaries in use, methods.

Here: ``page.view``, called by the shell; the page alone. May import components, queries, session and geo.
"""
