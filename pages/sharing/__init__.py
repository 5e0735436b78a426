"""Page of access and duties: sharing of data sets, roles, expected reports, retention of people's data, audit.

Here: ``page.view``, called by the shell; ``expected`` for expected reports, ``panels`` for the other lists and forms.
May import components, queries, session and geo.
"""
