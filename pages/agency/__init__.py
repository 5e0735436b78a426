"""Page of one agency: where it works, its partners, the gaps next to it, and a printable A4 sheet.

Here: ``page.view``, called by the shell; ``panels`` for the screen, ``print`` for the A4 sheet. May import coverage,
subdistrict, components, queries, session and geo.
"""
