"""What every run of a page needs: scope, URL state, text and formatter, cache, fragments, sign-in, error boundary.

Out: ``scope.Scope``, ``url_state``, ``text.t``, ``formatter.Formatter``, ``cache.cached``, ``errors.boundary``, ``sign_in``.
The lowest package of ``pages``: imports only ``loaders``.
"""
