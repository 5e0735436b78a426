"""Composite index on any table: scores, classes with their uncertainty, contributions, overrides, strengthening teams.

Main results: ``spec.read_spec``, ``ranking.rank``, ``ranking.contributions``, ``review.agreed``,
``strengthening.team_list``; ``criteria`` builds the table from the registers. Imports the shared modules only.
"""
