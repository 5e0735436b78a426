"""Registers on other pages: discs with counts on any map (``layer``), and agreed classes (``agreed``)."""
