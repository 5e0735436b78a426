"""The ten questions: functions that turn frames into map classes, numbers for a sentence and a list.

Main result: ``questions.QUESTIONS``, functions from ``context.Context`` to ``context.Answer``; pages hold the texts.
Imports ``geo.coverage``, ``geo.overlaps``, ``geo.money`` and the shared modules of ``geo``.
"""
