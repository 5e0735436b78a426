"""Public pages of subdistricts, findings and decisions, frozen, as a static folder for any web host.

Out: ``make`` (files by name), ``panel`` (choice and zip download), ``python -m pages.meeting.publish``. Made from the
public's view of a meeting's facts, so that pages, wall and pack agree.
"""
