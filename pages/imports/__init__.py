"""An agency's own file: read in a process of its own, shown as understood, said better, stored, withdrawn.

Here: ``page.view``, called by the shell; ``jobs`` runs the work, ``preview`` and ``result`` show it, ``mapping``
asks, ``batches`` lists what is stored. May import components, queries, session and geo.
"""
