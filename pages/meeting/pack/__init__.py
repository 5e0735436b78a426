"""The meeting pack: slides, PDF, workbook, pictures and A4 sheets from the facts of a meeting, in one zip.

Out: ``make``. ``content`` says what the pack says, one module per kind of file writes it. May import the meeting's words
and facts, queries and geo; works without a Streamlit session.
"""
