"""Results kept by their arguments."""

import subprocess
import sys
import threading

import pytest

from pages.session import cache as kept
from tests.conftest import ROOT

LETS_GO = """
import time
from pages.shell import memory

def size():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

memory.EVERY_SECONDS = 0.1
blocks = [bytes(2_000) for _ in range(100_000)]
blocks = blocks[::1_000]  # some stay, so that what lies between them is not given back by itself
full = size()
memory.stay_small()
for _ in range(300):
    if size() < full - 100e6:
        break
    time.sleep(0.1)
print(size() < full - 100e6)
"""
NO_THREAD = """
import threading
from pages.shell import memory
memory.stay_small()
print(threading.active_count() == 1)
"""


def test_a_result_is_computed_once_and_the_oldest_is_forgotten():
    asked = []
    square = kept.kept(2)(lambda number: asked.append(number) or number**2)
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

    slow_kept, found = kept.kept()(slow), []
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

    asking = kept.kept()(ask)
    with pytest.raises(ValueError, match="lost"):
        asking()
    assert asking() == 5


def test_what_was_computed_from_a_state_that_is_gone_is_not_kept():
    states = iter(["old", "new"])

    def look() -> str:
        seen = next(states)
        if seen == "old":
            kept.clear()
        return seen

    looking = kept.kept()(look)
    assert [looking(), looking(), looking()] == ["old", "new", "new"]


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_free_memory_is_given_back_where_the_library_can(platform):
    code = LETS_GO if platform == "linux" else f"import sys; sys.platform = 'win32'{NO_THREAD}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "True"
