"""Page of the code lists that people edit: agencies, funding streams, functions, roles; merging of spellings.

Here: ``page.view``, called by the shell; ``panels`` has the forms. May import components, queries and session.
"""
