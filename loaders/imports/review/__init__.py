"""The review desk: ``queries`` reads what waits and what was decided, ``commands`` decide and undo."""
