"""Shared test ground: where the real data lie."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared")) / "data"
