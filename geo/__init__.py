"""Analysis: frames in, frames out. No SQL, no Streamlit, no words of the interface; files only in ``__main__``.

A folder per subject; what several subjects share lies here: ``frames`` (checks and sums), ``statuses`` (the kinds of
nothing), ``periods``, ``adjacency``, ``measure``. May import ``loaders.settings`` and nothing else of the project.
"""
