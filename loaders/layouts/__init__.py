"""Their headings -> our columns: known layouts (data/layouts), templates and guesses by content; cells to values.

``recognise`` chooses the layout of a sheet, ``values`` reads its cells. Imports sheets and places.
"""

from loaders import registers

ORDER = (
    "support",
    "organisation",
    "welfare_fund",
    "indicator",
    "contribution",
    "plan",
    "role_holder",
    *registers.defined(),
)  # of registers
