"""A planted province: supports whose overlaps are known because they were put there, not because a rule found them.

170 subdistricts x 8 fiscal years are slots; each slot holds one hand-labelled case, so cases never meet. The generator
imports nothing of ``geo`` and reads no rule table. Two small cases are there to be got wrong: true duplication that
the records do not show, and records miscoded so that they look like it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tests.support import toy

SEED = 2550
YEARS = range(2004, 2012)
SUBDISTRICTS = [f"98{district:02d}{place:02d}" for district in range(1, 18) for place in range(1, 11)]
FUNDERS = ["baac", "cdd", "codi", "dla", "lao", "msdhs", "nhso", "psdhs", "thaihealth", "trf"]
THEMES = [
    "sufficiency",
    "community",
    "ecology",
    "hardship",
    "basic_services",
    "health",
    "learning",
    "livelihood_credit",
]
TARGETS = ["farmers", "elderly", "children", "community_leaders", "disabled"]
WORK = ["training", "grant", "study_visit", "equipment", "forum", "home_visit"]
DUPLICATION, OVERLAPPING, FRAGMENTED, COMPLEMENTARY = (
    "suspected_duplication",
    "overlapping",
    "fragmented",
    "complementary",
)


@dataclass
class Slot:
    """One subdistrict in one fiscal year, and what a case plants there."""

    code: str
    year: int
    rng: np.random.Generator
    records: list[dict[str, Any]] = field(default_factory=list)
    truth: list[tuple[int, int, str]] = field(default_factory=list)

    def funders(self, count: int) -> list[str]:
        return [str(name) for name in self.rng.choice(FUNDERS, count, replace=False)]

    def day(self, low: float, high: float) -> dt.date:
        """A day of the fiscal year between two parts of it (0-1)."""
        return dt.date(self.year - 1, 10, 1) + dt.timedelta(days=int(364 * self.rng.uniform(low, high)))

    def plain(self) -> dict[str, Any]:
        """One believable work: about the middle of the year, so that two of them share days."""
        work = {"theme_code": self.pick(THEMES), "target_group": self.pick(TARGETS), "activity_code": self.pick(WORK)}
        return work | {
            "baht": round(float(self.rng.uniform(5_000, 200_000)), 2),
            "people_reached": int(self.rng.integers(5, 300)),
        }

    def pick(self, words: list[str]) -> str:
        return str(words[self.rng.integers(len(words))])

    def put(self, agency: str, place: str | None = None, **values: Any) -> None:
        dates = {"starts_on": self.day(0, 0.4), "ends_on": self.day(0.6, 1), "fiscal_year": self.year}
        stream = f"stream_{agency}_{self.rng.integers(3)}"
        self.records.append(toy.record(place or self.code, agency, **(dates | {"stream_code": stream} | values)))

    def two(self, outcome: str | None, one: dict[str, Any], other: dict[str, Any]) -> None:
        """Two funders of the same work but for what ``one`` and ``other`` change."""
        work, (first, second) = self.plain(), self.funders(2)
        self.put(first, **(work | one))
        self.put(second, **(work | {"baht": 12_345.67} | other))
        self.truth += [(0, 1, outcome)] if outcome else []


def lone(slot: Slot) -> None:
    slot.put(slot.funders(1)[0], **slot.plain())


def same_funder_twice(slot: Slot) -> None:
    work, funder = slot.plain(), slot.funders(1)[0]
    slot.put(funder, **work)
    slot.put(funder, **work)


def day_after(slot: Slot) -> None:
    last = slot.day(0.45, 0.55)
    slot.two(None, {"ends_on": last}, {"starts_on": last + dt.timedelta(days=1)})


def two_villages(slot: Slot) -> None:
    slot.two(None, {"place": slot.code + "01"}, {"place": slot.code + "02"})


def district_above(slot: Slot) -> None:
    work = slot.plain()
    slot.put(slot.funders(1)[0], **work)
    slot.put("district_office", place=slot.code[:4], **work)


def duplicate(slot: Slot) -> None:
    slot.two(DUPLICATION, {}, {})


def one_shared_day(slot: Slot) -> None:
    day = slot.day(0.45, 0.55)
    slot.two(DUPLICATION, {"ends_on": day}, {"starts_on": day})


def village_in_subdistrict(slot: Slot) -> None:
    slot.two(DUPLICATION, {"place": slot.code + "03"}, {})


def one_sided_code(slot: Slot) -> None:
    slot.two(DUPLICATION, {"cofinancing": "matching_fund_1_1_1"}, {})


def other_schemes(slot: Slot) -> None:
    slot.two(DUPLICATION, {"cofinancing": "matching_fund_1_1_1"}, {"cofinancing": "nhso_local_share"})


def year_only(slot: Slot) -> None:
    slot.two(DUPLICATION, {"starts_on": None, "ends_on": None}, {"fiscal_year": None})


def triple(slot: Slot) -> None:
    work = slot.plain()
    for funder in slot.funders(3):
        slot.put(funder, **work)
    slot.truth += [(0, 1, DUPLICATION), (0, 2, DUPLICATION), (1, 2, DUPLICATION)]


def hidden_duplicate(slot: Slot) -> None:
    """True duplication, but one side does not say what it does: nothing in the records can show it."""
    slot.two(DUPLICATION, {"activity_code": None}, {})


def miscoded(slot: Slot) -> None:
    """Another kind of work in truth, coded alike by mistake."""
    slot.two(OVERLAPPING, {}, {"activity": "งานอื่น แต่ลงรหัสผิด"})


def other_work(slot: Slot) -> None:
    slot.two(OVERLAPPING, {"activity_code": "training"}, {"activity_code": "grant"})


def near_people(slot: Slot) -> None:
    slot.two(OVERLAPPING, {"target_group": "elderly"}, {"target_group": "disabled"})


def other_people(slot: Slot) -> None:
    slot.two(FRAGMENTED, {"target_group": "farmers"}, {"target_group": "elderly"})


def people_not_stated(slot: Slot) -> None:
    slot.two("not_known", {"target_group": None}, {})


def same_field(slot: Slot) -> None:
    slot.two(FRAGMENTED, {"theme_code": "hardship"}, {"theme_code": "health"})


def other_field(slot: Slot) -> None:
    slot.two(COMPLEMENTARY, {"theme_code": "ecology"}, {"theme_code": "basic_services"})


def theme_not_stated(slot: Slot) -> None:
    slot.two("not_known", {"theme_code": None}, {})


def matching_fund(slot: Slot) -> None:
    work = slot.plain() | {
        "theme_code": "welfare_fund",
        "target_group": "fund_members",
        "activity_code": "fund_matching",
    }
    for funder in ("codi", "lao", "msdhs"):
        slot.put(funder, **work, cofinancing="matching_fund_1_1_1")
    slot.truth += [(0, 1, COMPLEMENTARY), (0, 2, COMPLEMENTARY), (1, 2, COMPLEMENTARY)]


def health_share(slot: Slot) -> None:
    """NHSO and the local share, known by their streams; the records do not carry the scheme's code."""
    work = slot.plain() | {"theme_code": "health", "target_group": "all_residents", "activity_code": "health_fund"}
    slot.put("nhso", **work, stream_code="nhso_local_health_fund")
    slot.put("lao", **work, stream_code="local_health_share")
    slot.truth.append((0, 1, COMPLEMENTARY))


CASES: dict[Callable[[Slot], None], int] = {
    same_funder_twice: 120, day_after: 120, two_villages: 80, district_above: 80,
    duplicate: 90, one_shared_day: 40, village_in_subdistrict: 40, one_sided_code: 20, other_schemes: 10, year_only: 40, triple: 30,
    hidden_duplicate: 8, miscoded: 8,
    other_work: 60, near_people: 60, other_people: 60, people_not_stated: 30, same_field: 60, other_field: 60, theme_not_stated: 30,
    matching_fund: 40, health_share: 40,
}  # fmt: skip
LEGAL = ("matching_fund", "health_share")


def province(seed: int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(support frame in shuffled order, truth: ``support_a`` < ``support_b``, ``outcome``, ``case``)."""
    rng = np.random.default_rng(seed)
    places = [(code, year) for code in SUBDISTRICTS for year in YEARS]
    order = rng.permutation(len(places))
    plan = [case for case, count in CASES.items() for _ in range(count)]
    plan += [lone] * (len(places) - len(plan))
    ids = iter(rng.permutation(np.arange(1, 3 * len(places) + 1)).tolist())
    records, truth = [], []
    for position, case in zip(order, plan, strict=True):
        slot = Slot(*places[position], rng)
        case(slot)
        numbers = [next(ids) for _ in slot.records]
        records += [values | {"support_id": number} for number, values in zip(numbers, slot.records, strict=True)]
        truth += [
            (*sorted((numbers[one], numbers[other])), outcome, case.__name__) for one, other, outcome in slot.truth
        ]
    frame = toy.support(*records).sample(frac=1, random_state=seed, ignore_index=True)
    return frame, pd.DataFrame(truth, columns=["support_a", "support_b", "outcome", "case"])
