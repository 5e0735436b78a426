"""Files as bytes: what a file is (``guards``), what encoding it has, layers of geodata in a zip, and the ``sandbox``.

The sandbox is the one way a child process is run; whatever opens a foreign file runs in it. Imports problems and
settings only.
"""
