"""The ten questions of the board and their answers as sentence, map layer and list.

Here: ``questions``, used by the overview, currents, help_needed and the meeting wall. May import ranking, gaps,
components, queries, session and geo.
"""
