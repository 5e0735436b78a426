"""A stated index on any table: scores, classes, how firm they are, what drags a place down, and what follows from it.

Out: ``spec.read_spec``, ``ranking.rank``, ``ranking.contributions``, ``review.agreed``, ``strengthening.team_list``.
``criteria`` makes the table from the store's frames. Imports the shared modules only.
"""
