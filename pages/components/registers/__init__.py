"""Registers on other pages: a layer over any map, and classes that people agreed on."""
