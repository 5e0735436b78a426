"""Page of the register of areas as of any day: areas by kind, differences from today, records per district.

Here: ``page.view``, called by the shell; ``panels`` for the date field, the map and the tables. May import
components, queries, session and geo.
"""
