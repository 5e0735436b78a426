"""Results kept by their arguments."""

import ast
import threading

import pytest

from bench.source import house
from loaders.store.privacy import DATA_TEAM
from pages.queries import store as queries
from pages.session import cache
from tests.support import seeds
from tests.support.meeting_store import opened
from tests.support.seeds import ROOT


def test_a_result_is_computed_once_and_the_oldest_is_forgotten():
    asked = []
    square = cache.cached(2)(lambda number: asked.append(number) or number**2)
    assert [square(number) for number in (2, 3, 2, 3)] == [4, 9, 4, 9]
    assert asked == [2, 3]
    square(2)
    square(4)  # three is now the one not asked for longest
    square(3)
    assert asked == [2, 3, 4, 3]


def test_many_who_ask_at_once_wait_for_one_computation():
    asked, begun, go = [], threading.Event(), threading.Event()

    def slow(number: int) -> int:
        asked.append(number)
        begun.set()
        go.wait(10)
        return number

    slow_kept, found = cache.cached(4)(slow), []
    threads = [threading.Thread(target=lambda: found.append(slow_kept(7))) for _ in range(8)]
    threads[0].start()
    begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert (asked, found) == ([7], [7] * 8)


def test_a_failure_is_not_kept():
    answers = iter([ValueError("lost"), 5])

    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asking = cache.cached(4)(ask)
    with pytest.raises(ValueError, match="lost"):
        asking()
    assert asking() == 5


def test_what_was_computed_from_a_state_that_is_gone_is_not_kept():
    states = iter(["old", "new"])

    def look() -> str:
        seen = next(states)
        if seen == "old":
            cache.clear()
        return seen

    looking = cache.cached(4)(look)
    assert [looking(), looking(), looking()] == ["old", "new", "new"]


def test_an_argument_left_out_is_its_default():
    asked = []

    def register(scope: str, name: str = "support", *more: int) -> tuple:
        asked.append((scope, name, more))
        return scope, name, more

    reading = cache.cached(8)(register)
    assert reading("80") == reading("80", "support") == reading("80", name="support") == ("80", "support", ())
    assert reading("80", "support", 1) != reading("80")
    assert asked == [("80", "support", ()), ("80", "support", (1,))]


def test_no_kept_result_asks_the_session_who_looks(tmp_path, monkeypatch):
    """The viewer is in the scope: what a session says would be kept for others, and a thread without one has none."""
    asking = []
    for path in house.python_files(ROOT, "pages"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not any(
                "cached(" in ast.unparse(one) for one in node.decorator_list
            ):
                continue
            for call in (one for part in node.body for one in ast.walk(part) if isinstance(one, ast.Call)):
                name = ast.unparse(call.func).rpartition(".")[2]
                if (name == "reading" and not call.args) or name in ("viewer", "has_sign_in", "person"):
                    asking.append(f"{path.name}:{call.lineno} {ast.unparse(call)}")
    assert asking == []

    def nobody() -> None:
        raise AssertionError("asked the session")

    with opened(seeds.copied("empty", tmp_path / seeds.NAME)):
        scope = queries.current_scope("80", DATA_TEAM)
        monkeypatch.setattr(queries, "viewer", nobody)
        assert queries.near_repeats(scope) == []


def test_what_came_of_a_copy_of_a_store_is_taken_up_by_the_next_copy_and_by_no_other_store(tmp_path):
    """The tests that read one unchanged store stand on this."""
    asked, store = [], seeds.copied("bare", tmp_path / seeds.NAME)
    square = cache.cached(2)(lambda number: asked.append(number) or number**2)
    for kept in ("probe", None, "probe", "other", "probe"):
        with opened(store, kept=kept):
            assert square(3) == 9
    assert asked == [3, 3, 3]
    with opened(store, kept="probe"):
        cache.clear()
        assert (square(3), len(asked)) == (9, 4)
