"""Local web assets from installed packages: Leaflet and a Thai font, copied into Streamlit's static folder.

Copied, not linked, because the static server refuses paths that lead out of its folder.
"""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from loaders import settings

TARGET = settings.ROOT / "static" / "vendor"
FONTS = ("Sarabun-Regular.ttf", "Sarabun-SemiBold.ttf", "Sarabun-Bold.ttf")


def install(target: Path = TARGET) -> list[Path]:
    """Copy the assets into ``target``; returns the paths written."""
    leaflet = Path(str(files("xstatic.pkg.leaflet"))) / "data"
    fonts = Path(str(files("fontpkg_sarabun"))) / "files"
    copies = [(leaflet / name, target / "leaflet" / name) for name in ("leaflet.js", "leaflet.css")]
    copies += [(image, target / "leaflet" / "images" / image.name) for image in sorted((leaflet / "images").iterdir())]
    copies += [(fonts / name, target / "fonts" / name) for name in FONTS]
    for source, goal in copies:
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, goal)
    return [goal for _source, goal in copies]


if __name__ == "__main__":
    print(f"{len(install())} assets in {TARGET}")
