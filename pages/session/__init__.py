"""What a run of a page stands on: scope, choices of the link, text and formatter, cache, fragments, sign-in, errors.

Out: ``scope.Scope``, ``url_state``, ``text.t``, ``formatter.Formatter``, ``cache.cached``, ``errors.boundary``, ``sign_in``.
The lowest room of ``pages``: imports ``loaders`` only.
"""
