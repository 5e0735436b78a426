"""Any polygon file -> one shape per subdistrict, or the reason why not.

``find`` chooses the file, ``download`` fetches the official one, ``register`` joins rows with codes.

The file is opened by ``child`` in the sandbox. Imports files, thai and the reference tables.
"""
