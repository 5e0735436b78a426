"""One file end to end: ``ingest`` understands and stores it, ``job`` does so for a screen, ``give_back`` returns it.

Rows in = loaded + waiting for a person + excluded, and the same in satang (``account``); a person decides at the review
desk. Imports every other room of loaders but exchange, decisions and demo.
"""
