"""Files as bytes: kind of file (``guards``), encoding, coordinate system, layers of geodata in a zip, the ``sandbox``.

Every child process is run by the sandbox, and everything that opens a foreign file runs in it. May import ``problems``
and ``settings`` only.
"""
