"""Provinces that share with the nation's database: publish, subscribe, status, leave, and pull of a public package.

``publisher`` runs at a province, ``subscriber`` and ``pulled`` at the nation; ``lines`` opens connections for
statements outside a transaction. The shared tables are in ``loaders.store.shared``. May import ``exchange``, ``fetch``
and lower packages.
"""
