"""Analysis: DataFrames in, DataFrames out. No SQL, no Streamlit, no interface text.

One package per subject; modules shared by several subjects lie here: ``frames`` (checks and sums), ``statuses`` (the
kinds of "nothing"), ``periods``, ``adjacency``, ``measure``. May import ``loaders``, except its database modules.
"""
