"""Page that imports an agency's file: read in a child process, previewed, corrected, stored, withdrawn.

Here: ``page.view``, called by the shell; ``jobs`` runs the work, ``preview`` and ``result`` show it; ``mapping``,
``editions``, ``questions``, ``speaks_for`` ask; ``batches`` lists what is stored, ``nothing`` stores empty reports. May
import words, components, queries, session and geo.
"""
