"""One agency on one page: where it works, with whom, which gaps lie near it, and its sheet on paper.

Here: ``page.view``, called by the shell; ``panels`` for the screen, ``print`` for the paper. May import components,
queries, session and geo.
"""
