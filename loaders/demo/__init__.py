"""The demo province: an invented but believable set of agency files for Nakhon Si Thammarat, BE 2549-2551.

``write_demo`` writes the messy files, ``demo_truth`` returns the true rows behind them; fixed seeds give the same bytes
on every run. ``python -m loaders.demo FOLDER`` writes the files.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from loaders.demo import community, progress
from loaders.demo import files as demo_files
from loaders.demo import registers as demo_registers
from loaders.demo import support as demo_support
from loaders.demo.files import PAPERS, layout_of


def write_demo(folder: Path) -> list[Path]:
    """Write all demo files into ``folder`` (created if missing); returns their paths in loading order."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows_by_layout()
    # Two set-ups may write at the same time: each file must appear complete or not at all.
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=folder) as draft:
        drafts = [demo_files.write(paper, rows[paper.layout], Path(draft)) for paper in PAPERS]
        return [path.replace(folder / path.name) for path in drafts]


def demo_truth() -> dict[str, pd.DataFrame]:
    """The true rows by register, and the planted duplications.

    Every register's frame has ``file``, ``base``, ``sheet`` (empty: the file's only sheet), ``area_code`` (true place;
    "" = not placed), money in satang (NA = not stated or not a number) and ``is_meant_for_quarantine``. Indicators are
    wide: ``value:CODE``. ``planted_duplications`` has subdistrict_code, first_item, second_item.
    """
    rows, truth = _rows_by_layout(), {}
    for paper in PAPERS:
        frame = rows[paper.layout].assign(file=paper.file, base=layout_of(paper).base)
        truth.setdefault(layout_of(paper).register, []).append(frame)
    registers = {register: pd.concat(frames, ignore_index=True) for register, frames in truth.items()}
    return registers | {"planted_duplications": demo_support.planted()}


def _rows_by_layout() -> dict[str, pd.DataFrame]:
    support = demo_support.support()
    return (
        {str(layout): frame for layout, frame in support.groupby("layout")}
        | demo_registers.registers()
        | community.registers()
        | progress.registers()
    )
