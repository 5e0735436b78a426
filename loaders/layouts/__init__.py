"""An agency's headings -> our columns (shipped layouts of ``data/layouts``, aliases, content), and cells -> values.

``recognise`` chooses the layout of a sheet, ``melt`` turns wide sheets into records, ``values`` reads the cells. May
import ``places``, ``sheets`` and lower packages.
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
