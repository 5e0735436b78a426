"""Any polygon file to one valid shape per subdistrict, or a refusal with the reason.

``find`` chooses the file, ``download`` fetches the official one, ``register`` matches rows with codes, ``child`` opens
files in the sandbox. Imports ``loaders.files``, ``thai``, ``reference``, ``settings`` and ``problems``.
"""
