"""Import this before pyogrio: GDAL then has drivers for shapefile, GeoJSON and GeoPackage only.

A VRT text named ``.geojson`` makes an unguarded GDAL read local files and call the network, whatever ``driver=`` says.
``GDAL_SKIP`` works only when it is set before the drivers are registered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

ALLOWED = frozenset({"ESRI Shapefile", "GeoJSON", "GPKG", "MEM"})
# Every other vector driver of the pinned wheel; a test fails when a newer wheel adds one.
SKIPPED = (
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GPX,"
    "LIBKML,KML,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,SQLite,WAsP,OpenFileGDB,DXF,FlatGeobuf,GeoRSS,VFK,"
    "PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,"
    "Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,"
    "AIVector,HTTP"
)
SETTINGS = {
    "GDAL_SKIP": SKIPPED,
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "100",
    "SHAPE_RESTORE_SHX": "YES",
    "PROJ_NETWORK": "OFF",
}


class _Hidden(MetaPathFinder):
    """Import hook that makes some packages look as if not installed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = frozenset(names)

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Raise for a hidden package; ``None`` leaves others to the next finder."""
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(name)


@contextmanager
def without(*names: str) -> Generator[None]:
    """Hide packages inside the block: pyogrio and pyarrow import pandas and geopandas whenever they are installed.

    A child that returns plain columns starts in half the time without them.
    """
    finder = _Hidden(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


os.environ.update(SETTINGS)
