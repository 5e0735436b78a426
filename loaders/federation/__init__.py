"""Provinces that share with the nation's database: publish, subscribe, status, leave, and pull of a public package.

``publisher`` is run at a province, ``subscriber`` and ``pulled`` at the nation, ``lines`` are connections that run what no
transaction may hold. The rows themselves stand in ``loaders.store.shared``. May import ``exchange`` and what is under it.
"""
