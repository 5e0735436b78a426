"""The only door to the store is really the only one."""

import re

from tests.conftest import ROOT

OPENS = re.compile(r"\bstore\.(?:reading|writing|open_store)\(|\bopen_store\(|\bengine_(?:at|for)\(")


def test_only_the_queries_open_the_store():
    files = [path for path in (ROOT / "pages").rglob("*.py") if path.parent.name != "queries"]
    assert len(files) > 50
    assert [str(path) for path in files if OPENS.search(path.read_text(encoding="utf-8"))] == []
