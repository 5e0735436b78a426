"""The board on PostgreSQL, as a person sees it: figures of the demo province, an import, its rows on the map, a withdrawal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ROOT
from tests.support import postgres, served
from tests.support.import_files import ROWS, csv_file


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.server() as socket, postgres.database(socket) as url:
        settings = {**os.environ, "DATABASE_URL": url, "KRADAN_BACKUPS": str(folder)}
        subprocess.run([sys.executable, "-m", "loaders", "setup"], cwd=ROOT, env=settings, check=True, timeout=600)
        with served.board(folder / "unused.sqlite", DATABASE_URL=url, KRADAN_BACKUPS=str(folder)) as found:
            yield found
        assert not (folder / "unused.sqlite").exists()


def test_the_demo_an_import_and_a_withdrawal(address: str, chromium: Browser, tmp_path: Path) -> None:
    seen = served.visit(chromium, f"{address}/coverage?lang=en")
    seen.titled("157 of 170 subdistricts have support")
    page = seen.page
    page.goto(f"{address}/imports?lang=en")
    seen.hand_in(csv_file(tmp_path, ROWS))
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch")).to_be_visible()
    page.goto(f"{address}/coverage?lang=en&year=")
    seen.titled("3 of 170 subdistricts have support")  # the first real file has withdrawn the invented ones
    page.goto(f"{address}/imports?lang=en")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    assert (seen.foreign, page.get_by_text("Traceback").count()) == ([], 0)
