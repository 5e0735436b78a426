"""Page shown where sign-in is required but not configured: what the administrator has to do.

Here: ``page.view``, called by the shell. May import components and session.
"""
