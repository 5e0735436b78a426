"""The first page: the province in one headline, and ten questions with a sentence, a map and a link each.

Here: ``page.view``, called by the shell; ``headline``, ``questions``. May import components, queries, session and geo.
"""
