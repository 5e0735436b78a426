"""How pandas keeps text: as Python's own strings.

pandas keeps text in Arrow where it finds pyarrow. Frames of a province are small and are cut and joined often, so Arrow's
fixed cost per step would dominate. The type is ``str`` with NaN for missing values in both cases.

Imported for its effect by the modules through which text comes into frames.
"""

from __future__ import annotations

import pandas as pd

pd.set_option("mode.string_storage", "python")
