"""Page of the subdistricts that need help: weak or unsupported, with reasons, team, pilot and cost.

Here: ``page.view``, called by the shell; ``data`` for the list, ``panels`` for map and words. Joins the results of
ranking, gaps, strengthening and selection without computing new ones: may import those, questions and the meeting.
"""
