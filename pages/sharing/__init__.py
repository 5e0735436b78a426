"""Who may see which data set, who has which role, which base is late, what is erased, who did what.

Here: ``page.view``, called by the shell; ``panels`` for the five lists and their forms. May import components,
queries, session and geo.
"""
