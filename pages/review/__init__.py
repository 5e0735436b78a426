"""Review desk: quarantined rows, decided singly or all of one kind together; replies, near repeats, shares over years.

Here: ``page.view``, called by the shell; ``panels`` for reasons, evidence, decision and undo, the other modules for
the further lists of the desk. May import components, queries, session and geo.
"""
