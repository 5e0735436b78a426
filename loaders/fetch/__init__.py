"""Files fetched automatically from listed folders or addresses, each as an ordinary import.

Off until ``KRADAN_FETCH`` names a list of sources; no other request is made. May import ``loaders.imports`` and lower
packages.
"""
