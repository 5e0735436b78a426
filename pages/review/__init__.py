"""Rows that wait for a person: by reason, decided one by one or all alike, undone when wrong.

Here: ``page.view``, called by the shell; ``panels`` for reasons, evidence, decision and the way back. May import
components, queries, session and geo.
"""
