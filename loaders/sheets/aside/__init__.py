"""What a sheet sets aside but keeps: hidden, filtered and struck rows, hidden columns, outlines, SUBTOTAL cells.

calamine returns none of this. One module per kind of file; each returns :class:`shape.Aside` by positions in the sheet.
"""
