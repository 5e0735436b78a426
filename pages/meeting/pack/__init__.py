"""The meeting pack: slides, PDF, workbook, pictures and A4 sheets from the facts of a meeting, in one zip.

Out: ``make``. ``content`` prepares the text, one module per file format writes it. May import the meeting's ``words``,
``wall`` and ``facts``, queries and geo; works without a Streamlit session.
"""
