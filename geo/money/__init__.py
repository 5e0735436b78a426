"""Money flows: currents and their Sankey diagram, alignment with plans, streams over the years, equity, re-allocation.

Main results: ``currents.currents``, ``sankey.sankey``, ``alignment.alignment``, ``stream_history.history``,
``equity.lorenz``, ``equity.theil``, ``rudder.best``. Imports ``geo.coverage`` and the shared modules of ``geo``.
"""
