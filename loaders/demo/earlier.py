"""The invented province before its meeting of 26 February 2007: earlier editions of two files, and the meeting.

The current files are the data of the board. Two of them have an earlier edition, and one arrives only after the
meeting, so that the board can show changes: records begun, moved, revised and removed, and classes with reasons.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, select

from loaders import store
from loaders.decisions import Basis, loop, notes, scenarios
from loaders.decisions.loop import Outcome
from loaders.demo import files as demo_files
from loaders.demo import registers, support
from loaders.demo.files import PAPERS
from loaders.store import tables
from loaders.store.in_use import SET_UP

HELD, NEXT = date(2007, 2, 26), date(2007, 3, 26)
AFTER = "demo_02_nhso_fund.csv"  # arrives after the meeting
EDITIONS = {"demo_16_trf.txt": "demo_trf", "demo_15_strength.xlsx": "demo_strength"}
# Subdistrict -> factor from the later edition's strength values to the earlier ones.
WEAKER = {"800106": 0.15, "800304": 0.1, "801210": 0.1, "800902": 2.5, "801703": 3.0, "800402": 0.1, "801602": 3.0}
MEETING = ("ประชุมผู้ว่าราชการจังหวัด", "ประชุมติดตามแผนชุมชน")


def write_earlier(folder: Path) -> dict[str, Path]:
    """Write the earlier editions; returns file name of the later edition -> path of the earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "demo_trf": _research(support.support()),
        "demo_strength": _strength(registers.registers()["demo_strength"]),
    }
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=folder) as draft:
        drafts = {
            paper.file: demo_files.write(paper, rows[EDITIONS[paper.file]], Path(draft))
            for paper in PAPERS
            if paper.file in EDITIONS
        }
        return {name: path.replace(folder / path.name) for name, path in drafts.items()}


def _research(rows: pd.DataFrame) -> pd.DataFrame:
    """One project in another place, two with other amounts, one missing yet, one that the later edition drops."""
    projects = rows[rows["layout"].eq("demo_trf")].copy()
    key = projects["reference"].to_numpy()
    projects.loc[key == "RDG50-01", "area_code"] = "800305"
    projects.loc[key == "RDG50-05", "amount_satang"] = 30_000_000
    projects.loc[key == "RDG49-08", "amount_satang"] = 99_000_000
    dropped = projects[key == "RDG50-06"].assign(reference="RDG50-11", activity="การจัดการขยะชายฝั่ง", area_code="801211")
    return pd.concat([projects[key != "RDG50-03"], dropped], ignore_index=True)


def _strength(rows: pd.DataFrame) -> pd.DataFrame:
    values = rows.copy()
    for code, share in WEAKER.items():
        for name in (name for name in values if name.startswith("value:")):
            here = values["area_code"].eq(code)
            values.loc[here, name] = (values.loc[here, name].astype(float) * share).round(0).clip(upper=99)
    return values


def has_met(connection: Connection) -> bool:
    """Whether the invented meeting is in the store, which means that the files before it are loaded."""
    mine = select(tables.meeting.c.id).where(tables.meeting.c.decided_by == SET_UP)
    return connection.execute(mine).first() is not None


def meet(connection: Connection, province: str) -> None:
    """Hold the meeting on the batches active now; plan the next one with items, contact persons, notes and teams."""
    basis = Basis(store.data_version(connection), province)
    loop.hold(connection, SET_UP, basis, name=MEETING[0], on=HELD)
    number = loop.plan_meeting(connection, MEETING[1], NEXT, SET_UP, basis)
    loop.ask_for(
        connection, number, "เล่มแผนชุมชนตำบลที่ยังไม่ได้รับ", SET_UP, basis, base="cdd", due_on=NEXT - timedelta(days=7)
    )
    loop.ask_for(
        connection,
        number,
        "ยอดเบิกจ่ายรายโครงการถึงสิ้นเดือน",
        SET_UP,
        basis,
        base="province_office",
        due_on=NEXT - timedelta(days=5),
    )
    came = loop.ask_for(connection, number, "รายชื่อทีมลงพื้นที่", SET_UP, basis, from_whom="เครือข่ายคุณอำนวย", due_on=NEXT)
    loop.came_in(connection, came, SET_UP)
    for base, office in (("codi", "งานกองทุนสวัสดิการ"), ("cdd", "กลุ่มงานแผนชุมชน"), ("dla", "กลุ่มงานการเงินท้องถิ่น"), ("psdhs", "ฝ่ายข้อมูลผู้ยากลำบาก")):  # fmt: skip
        notes.set_person(connection, base, office, SET_UP, basis)
    for code, text in (("800303", "แผนชุมชนตำบลนี้ใช้เป็นตัวอย่างการเรียนรู้ได้"), ("801210", "ขอให้ทุกหน่วยนัดลงพื้นที่วันเดียวกัน")):
        notes.write_note(connection, "place", code, text, "everyone", SET_UP, basis)
    for code, task, state, outcome in TEAMS:
        key = scenarios.send_team(connection, code, "ทีมคุณอำนวยอำเภอ", task, NEXT, SET_UP, basis)
        loop.say(connection, "team", key, state, SET_UP, basis, partners="พอช., พัฒนาชุมชน", outcome=outcome)
    kept = {"moves": "+".join(STEERED), "day": "2007-02-23", "year": 2007}
    scenarios.save(connection, "rudder", "ตัวอย่าง ย้าย 2 ล้านบาท", kept, SET_UP, basis)


STEERED = tuple(
    f"local_development_budget~{place}~hardship~50000000" for place in ("801602", "801604", "801611", "802102")
)
TEAMS = (
    ("800106", "ทบทวนแผนแม่บทชุมชน", "done", Outcome("ทบทวนแผนครบทุกหมู่บ้าน", "หมู่บ้านที่มีแผน", 3, 7)),
    ("800304", "ตั้งกลุ่มออมทรัพย์", "doing", None),
    ("801210", "เชื่อมแผนกับหน่วยงาน", "planned", None),
)
