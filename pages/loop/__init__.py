"""From one meeting to the next: what changed, what must be in before it, work and its states, notes, whom to ask.

Here: ``page.view``, called by the shell; ``data`` for what changed in classes and on the map (the wall reads it, too);
``changed``, ``before``, ``work`` and ``notes`` for the parts of the page. May import components, queries, session and geo.
"""
