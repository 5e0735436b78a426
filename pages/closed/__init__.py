"""What stands where somebody would have to sign in and nobody can: what the administrator has to do.

Here: ``page.view``, called by the shell. May import components and session.
"""
