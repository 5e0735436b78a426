"""The review desk: people settle quarantined rows, near repeats and replies; every decision can be undone.

``queries`` reads, ``commands`` decides and undoes; ``split``, ``near_repeats``, ``replies`` and ``nothing`` are further
decisions; ``may_be`` tells which areas and years quarantined rows may concern.
"""
