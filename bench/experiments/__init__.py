"""Long or privileged experiments, run by name only: fuzzed files, injected faults, a full disk, a soak and others.

``python -m bench soak``, or with arguments ``python -m bench.experiments.soak 600 8``.
"""
