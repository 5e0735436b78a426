"""Files that come by themselves: from a folder or an address that somebody wrote down, each as an ordinary import.

Off until ``KRADAN_FETCH`` names a list of sources; no other request is ever made. May import ``loaders.imports`` and what it
stands on.
"""
