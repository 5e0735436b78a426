"""Experiments that are finished: fuzzed files, injected faults, a full disk, a soak. They run by name only (hours, or root).

``python -m bench soak``, or ``python -m bench.experiments.soak 600 8`` with arguments of its own.
"""
