"""The ten questions on the board: their answers as sentence, map and list, for the first screen, the currents and the wall.

May import ranking and what lies below it.
"""
