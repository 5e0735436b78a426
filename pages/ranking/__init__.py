"""Classes of the community side by stated criteria, how firm they are, why, and what people agreed on.

Here: ``page.view``, called by the shell; ``data`` for the cached rankings, ``controls`` for the method, ``panels``
and ``lists`` for the screen. May import components, queries, session and geo.
"""
