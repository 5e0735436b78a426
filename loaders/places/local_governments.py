"""Local governments written in a subdistrict cell, looked up in the register of the province, which is read lazily."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

import pandas as pd

from loaders.places.text import EMPTY, Cell, name_key, plain
from loaders.places.types import Candidate, Found, refuse

KIND = {
    "nakhon": ("ThesabanNakhon",),
    "mueang": ("ThesabanMueang",),
    "tambon": ("ThesabanTambon", "MunicipalityOffice:Tambon"),
    "tao": ("TAOOffice:Tambon", "MunicipalityOffice:Tambon"),
    "any": ("ThesabanNakhon", "ThesabanMueang", "ThesabanTambon", "MunicipalityOffice:Tambon"),
}


class Offices:
    """Index of local governments by name and kind; ``register`` returns the links of a province to subdistricts."""

    def __init__(self, register: Callable[[str], pd.DataFrame]) -> None:
        self._register = register
        self._read: set[str] = set()
        self._turn = threading.Lock()
        self._by_name: dict[str, dict[str, str]] = defaultdict(dict)
        self._subdistricts: dict[str, list[str]] = defaultdict(list)

    def _of(self, provinces: set[str]) -> None:
        with self._turn:  # the index is shared by all sessions
            for province in sorted(provinces - self._read):
                self._add(self._register(province))
                self._read.add(province)

    def _add(self, links: pd.DataFrame) -> None:
        for row in links.to_dict("records"):
            office, kind, code = row["office_type"], row["entity_type"], row["entity_code"]
            entity = f"{office}:{kind}/{code}" if kind == "Tambon" else f"{kind}/{code}"
            self._by_name[name_key(plain(row["name_th"]))][entity] = code
            self._subdistricts[entity].append(row["subdistrict_code"])

    def find(
        self, cell: Cell, district: Cell, districts: set[str], provinces: set[str], namesakes: int
    ) -> Found | None:
        """The local government that a cell names: its subdistrict, or itself if it covers several; ``None`` = unknown.

        It must reach the written district. Ambiguous when two have the same name and kind, or when no district is
        written and more than one subdistrict (``namesakes``) has the name.
        """
        self._of(provinces)
        kinds = KIND[cell.office or "any"]
        fitting = []
        for entity in self._by_name.get(cell.keys[0][0], {}):
            codes = self._subdistricts[entity]
            reaches = any(code[:4] in districts for code in codes) if district is not EMPTY else True
            if entity.split("/")[0] in kinds and reaches and any(code[:2] in provinces for code in codes):
                fitting.append(entity)
        if fitting and district is EMPTY and namesakes > 1:
            return refuse("place_ambiguous", self._covered(fitting))
        if len(fitting) != 1:
            return refuse("place_ambiguous", self._covered(fitting)) if fitting else None
        covered = self._subdistricts[fitting[0]]
        candidates = self._covered(fitting)
        if len(covered) == 1:
            return Found(covered[0], "subdistrict", "local_government", candidates)
        return Found(fitting[0].split("/")[1], "local_government", "local_government", candidates)

    def _covered(self, entities: list[str]) -> tuple[Candidate, ...]:
        codes = [code for entity in entities for code in self._subdistricts[entity]]
        return tuple(Candidate(code, "local_government", 0.9) for code in codes)
