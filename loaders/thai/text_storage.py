"""Make pandas store text columns as Python strings instead of Arrow arrays; imported for this side effect.

Frames of a province are small but are sliced and joined often, so Arrow's fixed cost per operation would dominate. The
dtype is ``str`` with NaN for missing values in both cases. Modules that put text into frames import this one.
"""

from __future__ import annotations

import pandas as pd

pd.set_option("mode.string_storage", "python")
