"""The way through the code from a filter to the classes of a map stays as short as it is."""

from __future__ import annotations

from bench.source import walk
from tests.support import seeds
from tests.support.meeting_store import opened

MOST = {"stays": 32, "modules": 12, "rooms": 7, "climbs": 8}  # half of the 64 that coverage once took


def test_the_way_from_a_filter_to_a_map_is_short(tmp_path):
    with opened(seeds.copied("demo", tmp_path / seeds.NAME)):
        counted = walk.main()
    for page in ("coverage", "gaps"):
        assert {name: number for name, number in counted[page].items() if number > MOST.get(name, number)} == {}
        assert counted[page]["stays"] > 10  # something was walked
