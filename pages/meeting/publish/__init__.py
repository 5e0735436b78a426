"""Public pages of subdistricts, findings and decisions, frozen, as a static folder that any web host serves.

Out: ``make`` (files by name), ``panel`` (choose and take away as a zip), ``python -m pages.meeting.publish``. Made from the facts of a
meeting as the public sees them, so that a page, the wall and the pack say the same.
"""
