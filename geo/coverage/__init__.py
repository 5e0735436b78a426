"""Coverage, gaps and the function-by-area matrix: one row per subdistrict, or per theme and area.

Main results: ``coverage.coverage``, ``gaps.gaps``, ``gaps.plan_gaps``, ``matrix.matrix``, ``agency.partners``.
``roll_up`` and ``splits`` place records of larger areas. Imports the shared modules of ``geo`` and ``geo.overlaps``.
"""
