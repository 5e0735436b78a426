"""How pandas keeps text: as Python's own strings.

pandas keeps text in Arrow where it finds pyarrow. Frames of a province hold hundreds or thousands of rows and are cut,
joined and walked through again and again; there Arrow's fixed cost per step is most of the time (the facts of the wall:
2.9 s of CPU, 2.2 s with Python's strings). The type is ``str`` with NaN for what is missing in both cases.

Imported for its effect by the modules through which text comes into frames.
"""

from __future__ import annotations

import pandas as pd

pd.set_option("mode.string_storage", "python")
