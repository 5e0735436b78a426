"""Words of the board as people edit them: agencies, funding streams, functions, roles; spellings merged and taken apart.

Here: ``page.view``, called by the shell; ``panels`` has the forms. May import components, queries, session.
"""
