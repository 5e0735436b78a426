"""One agency on one page: where it works, with whom, what lies open beside it, and its sheet on paper.

Here: ``page.view``, called by the shell; ``panels`` for the screen, ``print`` for the paper. May import components,
queries, session and geo.
"""
