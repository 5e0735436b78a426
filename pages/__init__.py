"""What a person sees. A folder per page, and five rooms for all: shell > (pages) > components > queries > session.

No script lies here: Streamlit would run it on a cold deep link without ``app.py``. May import ``geo`` and ``loaders``.
"""
