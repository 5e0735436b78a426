"""Page of money flows: from which stream, through which agency, for what and where; alignment with plans; speed.

Here: ``page.view``, called by the shell; ``panels`` for ribbons, map and tables, ``speed`` for payments, ``pull`` for
speed and direction together. May import questions, components, queries, session and geo.
"""
