"""Any polygon file -> one shape per subdistrict, or the reason why not.

``find`` chooses the file, ``download`` fetches the official one, ``register`` joins rows with codes, ``child`` opens the
file in the sandbox. Imports files, thai and the reference tables.
"""
