"""The Streamlit interface: a folder per page, and the shared packages shell, components, queries and session.

Imports run shell > (api, phone, pages) > components > queries > session. No script may lie directly in
this folder: Streamlit would run it on a cold deep link without ``app.py``. May import ``geo`` and ``loaders``.
"""
