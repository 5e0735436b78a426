"""What a province shares with the nation, on PostgreSQL: public, masked copies of its registers in a schema of their own.

``tables``: the copies' tables, plain at a province, partitioned by province at the nation. ``copies``: kept in the
transaction of whoever changes something. ``nation``: the nation's reading of them. May import the rest of ``store``.
"""
