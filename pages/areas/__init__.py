"""The register of areas on any day, what differs from today, and where every record stands then.

Here: ``page.view``, called by the shell; ``panels`` for the day, the map and the lists. May import components,
queries, session and geo.
"""
