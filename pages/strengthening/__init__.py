"""After the ranking: a team, a task and a day for every weak place; projects booked on streams.

Here: ``page.view``, called by the shell; ``panels`` for teams, projects and the map. May import components, queries,
session and geo.
"""
