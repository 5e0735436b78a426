"""Where the money goes: currents and their drawing, alignment with plans, streams over the years, how even it lies.

Out: ``currents.currents``, ``sankey.sankey``, ``alignment.alignment``, ``stream_history.history``, ``equity.lorenz``
and ``equity.theil``. Imports coverage (what a record counts for, what plans ask for) and the shared modules.
"""
