"""True rows of memberships, of who looks after what, and of targets that departments set for places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from loaders.demo import registers as others
from loaders.demo import world

PLAN, WELFARE = "ขบวนแผนแม่บทชุมชนจังหวัด", "ขบวนสวัสดิการชุมชนจังหวัด"
MINUTES, LIST = "รายงานประชุมเครือข่าย", "ทะเบียนสมาชิกเครือข่าย"
FIRST = date(2004, 1, 1)
LEFT_ON = date(2006, 12, 31)
AIMS = (  # agency, target, function, unit, largest number
    ("cdd", "หมู่บ้านเศรษฐกิจพอเพียงต้นแบบ", "sufficiency", "หมู่บ้าน", 4),
    ("cdd", "หมู่บ้านที่ทบทวนแผนชุมชน", "community", "หมู่บ้าน", 9),
    ("psdhs", "ผู้ยากลำบากที่ได้รับการดูแล", "hardship", "คน", 60),
    ("province_office", "พื้นที่ป่าต้นน้ำที่ฟื้นฟู", "ecology", "ไร่", 300),
    ("codi", "กองทุนสวัสดิการที่จัดตั้ง", "welfare_fund", "กองทุน", 1),
    ("nhso", "กองทุนหลักประกันสุขภาพตำบล", "health", "กองทุน", 1),
)
FUNCTIONS = (
    ("codi", "พอช.", "welfare_fund"),
    ("cdd", "พช.", "community"),
    ("psdhs", "พมจ.", "hardship"),
    ("nhso", "สปสช.", "health"),
)


def registers() -> dict[str, pd.DataFrame]:
    """True rows by layout code, in the form of :func:`loaders.demo.registers.registers`."""
    return {name: others.as_frame(name, build()) for name, build in BUILDERS.items()}


def _network(code: str) -> str:
    return f"เครือข่ายหมู่บ้านตำบล{world.names()[code]}"


def _places() -> list[tuple[str, pd.Series]]:
    return [(str(code), place) for code, place in world.places().iterrows()]


def _rows(layout: str) -> Iterator[Any]:
    yield from others.registers()[layout].itertuples()


def _day(rng: np.random.Generator) -> date:
    return FIRST + timedelta(days=int(rng.integers(0, 1_000)))


def _memberships() -> list[dict]:
    """Memberships: villages and groups in networks, people in circles, networks and funds in movements."""
    rng, rows = world.random(48), []

    def join(
        area: str, member: str, kind: str, body: str, body_kind: str, relation: str = "member", said_by: str = LIST
    ) -> None:
        left = LEFT_ON if relation == "member" and rng.random() < 0.04 else None
        rows.append({"area_code": area, "member": member, "member_kind": kind, "body": body, "body_kind": body_kind,
                     "relation": relation, "starts_on": _day(rng), "ends_on": left, "said_by": said_by})  # fmt: skip

    for code, place in _places():
        if place["is_town"] or place["strength"] < 0.4:
            continue
        for village in world.villages_by_subdistrict()[code]:
            if rng.random() < 0.4 + 0.5 * place["strength"]:
                join(village, f"บ้าน{world.names()[village].removeprefix('บ้าน')}", "village", _network(code), "network")
        if rng.random() < 0.75:
            join(code, _network(code), "network", PLAN, "plan_movement", said_by=MINUTES)
        if rng.random() < 0.7:
            unit = f"หน่วยประสานภาคประชาชนอำเภอ{world.names()[code[:4]]}"
            join(
                code,
                _network(code),
                "network",
                unit,
                "unit",
                "coordinates" if rng.random() < 0.15 else "member",
                MINUTES,
            )
    for row in _rows("demo_cdd_organisations"):
        bodies = [name for name, theme, area, _ in others.NETWORKS if theme == row.theme and not area]
        if row.organisation_kind != "network" and bodies and rng.random() < 0.45:
            join(row.area_code, row.organisation_name, "group", bodies[int(rng.integers(0, len(bodies)))], "network")
    for code, place in _places():
        if place["is_pilot"] and rng.random() < 0.85:
            join(code, f"กองทุนสวัสดิการชุมชนตำบล{place['name_th']}", "group", WELFARE, "welfare_movement", said_by=MINUTES)
    for row in _rows("demo_role_holders"):
        if isinstance(row.person, str) and row.role in ("sponsor", "facilitator") and rng.random() < 0.6:
            label = {"sponsor": "คุณเอื้อ", "facilitator": "คุณอำนวย"}[row.role]
            circle = f"วงเรียนรู้{label}อำเภอ{world.names()[row.area_code[:4]]}"
            join(
                row.area_code,
                row.person,
                "person",
                circle,
                "circle",
                "leads" if rng.random() < 0.1 else "member",
                MINUTES,
            )
    return rows


def _looking_after() -> list[dict]:
    """Teams look after subdistricts, agencies after functions, units after groups; the rest has nobody."""
    rng, rows = world.random(49), []

    def after(area: str, carer: str, kind: str, what: str, **more: object) -> None:
        start, ended = _day(rng), rng.random() < 0.12
        rows.append({"area_code": area, "carer": carer, "carer_kind": kind, "looked_after": what, "group_name": None, "theme": None,
                     "starts_on": start, "ends_on": LEFT_ON if ended else None, **more})  # fmt: skip

    for code, place in _places():
        if not place["is_left_out"] and rng.random() < 0.25 + 0.5 * place["strength"]:
            after(code, f"ทีมดูแลตำบล{place['name_th']}", "team", "place")
        if place["is_pilot"] and rng.random() < 0.5:
            after(code, f"พี่เลี้ยงตำบล{place['name_th']} (สมมติ)", "person", "place")
    for row in _rows("demo_cdd_organisations"):
        if row.area_code and rng.random() < 0.3:
            unit = f"หน่วยประสานภาคประชาชนอำเภอ{world.names()[row.area_code[:4]]}"
            after(row.area_code, unit, "unit", "group", group_name=row.organisation_name)
    for _, name, theme in FUNCTIONS:
        after("80", name, "agency", "function", theme=theme)
    return rows


def _targets() -> list[dict]:
    rng, rows = world.random(50), []
    for code, place in _places():
        for agency, aim, theme, unit, most in AIMS:
            if place["is_town"] or rng.random() < 0.72:
                continue
            number = int(rng.integers(1, most + 1))
            done = int(number * rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.35, 0.25])) if rng.random() < 0.7 else None
            rows.append({"area_code": code, "agency": agency, "aim": aim, "theme": theme, "fiscal_year": 2007,
                         "quantity": number, "done": done, "unit": unit})  # fmt: skip
    return rows


BUILDERS = {"demo_memberships": _memberships, "demo_looking_after": _looking_after, "demo_targets": _targets}
