"""The rudder: which baht can still be steered, what moving them opens and closes, the best way to move them.

Here: ``page.view``, called by the shell; ``data`` for the moves of the link and what they are judged on (the wall reads it,
too), ``panels`` for the screen. May import components, queries, session, geo and the data of the page of matching funds.
"""
