"""Matching funds: who pays how much for which subdistrict under a stated scheme, and on which conditions.

Out: ``rules.read_schemes`` (a parsed TOML document), ``funds.calculate``, ``funds.fund_gates``, ``funds.pull``. Imports
the shared modules and the largest remainder of ``coverage.splits``.
"""
