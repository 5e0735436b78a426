"""What a sheet sets aside without deleting it: hidden, filtered and struck rows, hidden columns, outlines, SUBTOTAL cells.

calamine tells none of this. One module a kind of file; each gives :class:`shape.Aside` in positions of the sheet.
"""
