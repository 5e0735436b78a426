"""Registers on other pages: a layer over any map, and how complete each register is."""
