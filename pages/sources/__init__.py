"""Page of the sources: files with their account, completeness of registers, quarantined rows, boundaries in use.

Here: ``page.view``, called by the shell. May import components, queries, session and geo.
"""
