"""One long word in an agency's file, without a space in it, breaks no page: nothing is pushed sideways."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.support import served

THAI, LATIN = "ยาว" * 900, "w" * 3000
HEAD = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
VIEWS = ("subdistrict?subdistrict=800303", "agency?lang=th", "review?lang=th", "sources?lang=th", "imports?lang=th")


def test_a_long_word_is_broken_not_the_page(chromium: Browser, tmp_path: Path) -> None:
    store = served.make_store(tmp_path / "kradan.sqlite", demo=False)
    money = tmp_path / f"{THAI[:60]}.csv"
    rows = [f"พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,{THAI},1000,2550", f"{THAI},ท่าดี,ลานสกา,นครศรีธรรมราช,{LATIN},2000,2550",
            f"{THAI},{THAI},ลานสกา,นครศรีธรรมราช,x,2000,2550"]  # fmt: skip
    money.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    groups = tmp_path / "groups.csv"
    groups.write_text(f"ชื่อองค์กร,ตำบล,อำเภอ\n{LATIN},ท่าดี,ลานสกา\n", encoding="utf-8")
    served.run_import(store, money, groups, base="codi")
    with served.board(store) as address:
        seen = served.visit(chromium, f"{address}/{VIEWS[0]}", 1280, 900)
        for view in VIEWS:
            if view != VIEWS[0]:
                seen.follow(view)
            seen.title()
            seen.settled()
            wide = seen.page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth - main.clientWidth")
            assert wide <= 0, view
