"""Small page behind the link or QR code on a printed sheet: for a phone, without account or JavaScript.

Here: ``routes.routes``, added to the server by ``pages.shell.first_page``; ``subject`` reads what the public may see,
``html`` writes the page and its form. May import ``components``, ``queries`` and ``session``.
"""
