"""``python -m loaders.demo FOLDER``: write the invented files."""

from __future__ import annotations

import sys
from pathlib import Path

from loaders.demo import write_demo

for path in write_demo(Path(sys.argv[1])):
    print(path)
