"""Page between two meetings: what changed, what is due before the next, progress of work, notes, contacts.

Here: ``page.view``, called by the shell; ``data`` for changes of classes and of the map (the wall uses it too);
``changed``, ``before``, ``work`` and ``notes`` for the parts of the page. May import ranking, subdistrict, components,
queries, session and geo.
"""
