"""Subdistricts that need help, one list: weak and unsupported, why in words, team, pilot, cost.

Here: ``page.view``, called by the shell; ``data`` for the list, ``panels`` for map and words. Says again what ranking,
gaps, strengthening and selection say, and computes nothing of its own: it may import those and the meeting.
"""
