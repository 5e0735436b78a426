"""Page of the strengthening plan: team, task and visit for every weak place; projects booked on streams.

Here: ``page.view``, called by the shell; ``panels`` for teams, projects and the map. May import ranking,
components, queries, session and geo.
"""
