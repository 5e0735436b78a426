"""Who is reached, who is not, and who could act: one row per subdistrict, or per theme and area.

Out: ``coverage.coverage``, ``gaps.gaps``, ``gaps.plan_gaps``, ``matrix.matrix``, ``agency.partners``; ``roll_up`` and
``splits`` say what a record above the subdistrict counts for. Imports the shared modules and the rules of overlaps.
"""
