"""Page of the nation by province: where there are records, and which provinces have not reported.

Here: ``page.view``, called by the shell; ``data`` for the map and the sums, ``panels`` for filters, map and list. May
import components, queries, session and geo.
"""
