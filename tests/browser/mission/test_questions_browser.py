"""Twelve questions, each from the first page in at most three actions and half a minute, answered with what is stored.

An action is a press, words typed (with Enter) or an entry chosen from a list.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, expect

from loaders.words import catalogue
from tests.browser.mission import statements
from tests.browser.mission.stored import TABLES, Stored
from tests.support import served

SAY = catalogue("th")
MOST_ACTIONS, MOST_SECONDS = 3, served.PATIENCE / 2000


@dataclass
class Person:
    """Somebody at a board just opened: what is done is counted, and how long it takes."""

    seen: served.Visit
    begun: float
    actions: list[str] = field(default_factory=list)

    def press(self, place: Locator) -> None:
        self.actions.append("press")
        place.click()

    def write(self, field: Locator, words: str) -> None:
        self.actions.append("write")
        field.fill(words)
        field.press("Enter")

    def choose_in(self, key: str, words: str) -> None:
        self.actions.append("choose")
        field = self.seen.page.locator(f".st-key-{key}").get_by_role("combobox")
        self.seen.choose(
            field, self.seen.page.get_by_role("option").filter(has_text=re.compile(f"^{re.escape(words)}"))
        )

    def ask(self, question: str) -> None:
        """Open the door of a question: the list of questions, then the question."""
        self.press(self.seen.page.locator(".st-key-lens button").filter(has_text=SAY["lens_questions"]))
        self.press(self.seen.page.locator(".kradan-doors").get_by_role("link", name=SAY[f"door_ask_{question}"]))

    def answered(self) -> None:
        """What was asked stands there."""
        assert len(self.actions) <= MOST_ACTIONS, self.actions
        assert time.monotonic() - self.begun <= MOST_SECONDS
        assert self.seen.foreign == self.seen.errors == []


@pytest.fixture(scope="module")
def page(running_chromium) -> Iterator[served.Visit]:
    """One page, that what never changes is fetched and read once; each question has a session of its own."""
    seen = served.visit(running_chromium, "about:blank", 1600, 1000)
    yield seen
    served.leave(seen)


@pytest.fixture
def person(page: served.Visit, demo: str) -> Person:
    """Somebody who opens the bare address."""
    begun = time.monotonic()
    page.errors.clear()
    page.foreign.clear()
    page.page.goto(f"{demo}/")
    return Person(page, begun)


def figure(number: int) -> re.Pattern[str]:
    """The figure as it is written, not as a part of another."""
    return re.compile(rf"(?<![\d,.]){number:,}(?![\d,.]*\d)")


def words(baht: float) -> str:
    """Millions of baht as the board says them."""
    return f"{baht / 1e6:,.2f} ล้านบาท"


def lists(part: Locator, rows: int) -> None:
    """The first table has as many rows, and there are some."""
    assert rows > 0
    grid = part.locator('[data-testid="stDataFrame"] table[role="grid"]').first
    expect(grid).to_have_attribute("aria-rowcount", str(rows + 1))  # the headings are one


PLACE = """SELECT role.subdistrict_code, area.name_th FROM in_use_role_holder AS role JOIN area ON area.code = role.subdistrict_code
    WHERE role.role = 'facilitator' AND NOT role.vacant
      AND 1 < (SELECT count(*) FROM in_use_organisation AS one WHERE one.subdistrict_code = role.subdistrict_code)
      AND EXISTS (SELECT 1 FROM held_looking_after AS one WHERE one.subdistrict_code = role.subdistrict_code)
      AND EXISTS (SELECT 1 FROM held_membership AS one WHERE one.subdistrict_code = role.subdistrict_code AND one.body_kind = 'network')
      AND 1 = (SELECT count(*) FROM area AS other WHERE other.name_th = area.name_th AND other.level IN ('subdistrict', 'district'))
    ORDER BY 1 LIMIT 1"""


VACANT = "SELECT count(*) FROM in_use_role_holder WHERE vacant AND district_code = ?"
OF_KIND = "SELECT count(DISTINCT subdistrict_code) FROM in_use_organisation WHERE organisation_kind = 'organisation'"
VILLAGES = "SELECT count(*) FROM area WHERE level = 'village' AND valid_to IS NULL"
LINKED = "SELECT count(DISTINCT village_code) FROM held_membership WHERE body_kind = 'network'"
# Of the year shown first: what ended within it with less than half paid, by stream.
STUCK = """SELECT stream.name_th, sum(amount_satang - paid_satang) / 100.0, count(*) FROM in_use_support JOIN stream ON stream.code = stream_code
    WHERE fiscal_year = 2007 AND amount_satang > 0 AND in_use_support.ends_on < '2007-09-30' AND paid_satang * 2 < amount_satang
    GROUP BY stream_code ORDER BY 2 DESC"""
# Of streams without a condition, before their end: what is neither paid nor committed where somebody says what is paid.
STEERABLE = """SELECT sum(max(0, amount_satang - max(paid_satang, coalesce(committed_satang, 0)))) / 100.0 FROM in_use_support
    JOIN stream ON stream.code = stream_code WHERE fiscal_year = 2007 AND amount_satang > 0 AND NOT is_restricted
    AND coalesce(in_use_support.ends_on, '2007-09-30') >= (SELECT max(as_of) FROM import_batch WHERE is_active)"""
# Rows of files that came after the meeting and do not stand in those it had.
NEW = """SELECT count(*), sum(amount_satang) / 100.0 FROM in_use_support AS row, (SELECT ',' || batches || ',' AS had FROM meeting WHERE held_at IS NOT NULL)
    WHERE NOT instr(had, ',' || batch_id || ',') AND NOT EXISTS (SELECT 1 FROM support AS old WHERE instr(had, ',' || old.batch_id || ',')
    AND old.agency_code = row.agency_code AND (old.reference = row.reference OR (old.area_code, old.activity, old.fiscal_year, old.starts_on) IS (row.area_code, row.activity, row.fiscal_year, row.starts_on)))"""
LATE = """SELECT count(*) FROM team JOIN progress ON progress.subject = 'team' AND progress.subject_key = team.id
    WHERE state IN ('planned', 'doing') AND coalesce(ends_on, visit_on) < date('now')"""
SETS = "SELECT DISTINCT base, '{0}' FROM {0} AS row JOIN import_batch AS batch ON batch.id = batch_id WHERE is_active"
OF_ENTRIES = (
    "SELECT DISTINCT base, register FROM entry JOIN import_batch AS batch ON batch.id = batch_id WHERE is_active"
)


def vacant(person: Person, stored: Stored) -> None:
    code, name = "8012", stored.one("SELECT name_th FROM area WHERE code = '8012' AND level = 'district'")
    person.ask("vacant")
    person.choose_in("district", name)
    number = stored.one(VACANT, code)
    person.seen.titled(re.compile(rf"^{name}: {number} "))
    lists(person.seen.page.locator('[data-testid="stMain"]'), number)


def no_group(person: Person, stored: Stored) -> None:
    person.ask("no_group")
    person.choose_in("kind", SAY["organisation_kind_organisation"] + " (")
    without = 170 - stored.one(OF_KIND)
    panel = person.seen.page.locator(".st-key-fold-without-entry")
    expect(panel.locator("summary")).to_contain_text(figure(without))
    lists(panel, without)


def unlinked(person: Person, stored: Stored) -> None:
    person.ask("unlinked")
    without = stored.one(VILLAGES) - stored.one(LINKED)
    person.seen.titled(figure(without))
    lists(person.seen.page.locator(".st-key-fold-network-unlinked"), without)


def stuck(person: Person, stored: Stored) -> None:
    person.ask("stuck")
    name, baht, number = stored.rows(STUCK)[0]
    said = SAY["speed_stuck_in"].format(name=name, amount=words(baht), records=number)
    person.seen.says(SAY["speed_most_stuck"].format(listed=said))


def steerable(person: Person, stored: Stored) -> None:
    person.ask("steerable")
    person.seen.titled(words(stored.one(STEERABLE)))


def changed(person: Person, stored: Stored) -> None:
    person.ask("changed")
    ((number, baht),) = stored.rows(NEW)
    person.seen.titled(re.compile(rf" {number} .* {words(baht)} "))


def late(person: Person, stored: Stored) -> None:
    person.ask("late")
    number = stored.one(LATE)
    person.seen.titled(re.compile(rf"{SAY['work_late']} {number} "))
    lists(person.seen.page.locator('[data-testid="stMain"]'), number)


def closed(person: Person, stored: Stored) -> None:
    """Nobody decided to share less than usual, so every data set is open and no base stands among the closed."""
    person.ask("closed")
    assert stored.one("SELECT count(*) FROM sharing") == 0
    sets = stored.rows(" UNION ".join([*(SETS.format(table) for table in TABLES), OF_ENTRIES]))
    bases = len({base for base, _ in sets})
    person.seen.says(SAY["openness_finding"].format(open=len(sets), all=len(sets), bases=bases))
    person.seen.says(SAY["openness_none_closed"])


OPENED = {one.__name__: one for one in (unlinked, stuck, steerable, changed, late, closed)}


@pytest.mark.parametrize("question", OPENED)
def test_a_question_is_answered_from_the_first_page(at, stored, figures, question):
    """From the first page as it stands with nothing chosen: how it comes into an empty browser the tests below say.

    The statements of the meeting that stand on the page that opens are looked for as well.
    """
    person = Person(at("overview?lang=th&lens=who", 1600, 1000), time.monotonic())
    OPENED[question](person, stored)
    person.answered()
    for one in statements.statements():
        if one.get("question") == question:
            person.seen.says(statements.sentence(one, figures[one["number"]]))


def test_every_question_named_by_a_statement_is_asked():
    assert {one["question"] for one in statements.statements() if "question" in one} <= set(OPENED)


@pytest.mark.parametrize("answer", [vacant, no_group], ids=lambda one: one.__name__)
def test_a_question_about_a_choice_is_answered_from_the_first_page(person, stored, answer):
    answer(person, stored)
    person.answered()


def test_facilitator_groups_networks_and_carer_of_a_place_stand_on_its_card(person, stored):
    """Four questions in one: the place is looked for by name, and its card says them."""
    ((code, name),) = stored.rows(PLACE)
    seen = person.seen
    assert seen.painted() == 170
    person.press(seen.map.get_by_title(SAY["map_find"]))
    person.write(seen.map.get_by_role("combobox"), name)
    card = seen.page.locator(f'.kradan-card[data-code="{code}"]')

    def block(heading: str) -> Locator:
        return card.locator(".kradan-sheet", has=seen.page.locator("b", has_text=re.compile(f"^{heading}$"))).locator(
            "li"
        )

    held = stored.rows(
        "SELECT organisation_name FROM in_use_role_holder WHERE subdistrict_code = ? AND role = 'facilitator'", code
    )
    facilitators = block(SAY["people"]).filter(has_text=SAY["role_facilitator"])
    expect(facilitators).to_have_count(len(held))
    expect(facilitators.first).to_contain_text(SAY["role_filled"])
    person.answered()
    groups = stored.rows("SELECT organisation_name FROM in_use_organisation WHERE subdistrict_code = ?", code)
    expect(block(SAY["groups"])).to_have_count(len(groups))
    for (group,) in groups:
        expect(block(SAY["groups"]).filter(has_text=group)).to_have_count(1)
    bodies = stored.rows("SELECT DISTINCT body FROM held_membership WHERE subdistrict_code = ?", code)
    for (body,) in bodies:
        expect(block(SAY["networks_over"]).filter(has_text=body)).not_to_have_count(0)
    carers = stored.rows("SELECT carer, carer_kind FROM held_looking_after WHERE subdistrict_code = ?", code)
    for carer, kind in carers:
        shown = SAY["network_person"] if kind == "person" else carer
        expect(block("ผู้ดูแล").filter(has_text=shown)).not_to_have_count(0)
