"""Matching funds: what each payer pays per subdistrict under a given scheme, and on which conditions.

Main results: ``rules.read_schemes`` (from a parsed TOML document), ``funds.calculate``, ``funds.fund_gates``,
``funds.pull``. Imports the shared modules of ``geo`` and ``largest_remainder`` from ``geo.coverage.splits``.
"""
