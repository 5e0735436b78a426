"""Doors without an account: the page behind a link on a sheet, the interface for other tools."""
