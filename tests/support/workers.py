"""Tests in several processes that are forks of the one that collected them.

A worker that is an interpreter of its own, as those of pytest-xdist are, imports every library and collects every test
again: seven seconds of CPU each. A fork has them.
"""

from __future__ import annotations

import atexit
import itertools
import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait

import pytest


def run(session: pytest.Session, workers: int, group: Callable[[str], str]) -> bool:
    """Run all tests of a session, those of a group one after the other in one of so many processes.

    ``group`` names the group of a test; groups are taken in the order in which the first of each stands in the session.
    """
    by_group: dict[str, list[int]] = {}
    for number, item in enumerate(session.items):
        by_group.setdefault(group(item.nodeid), []).append(number)
    Run(session, deque(by_group.values())).work(workers)
    return True


@dataclass
class Worker:
    """A fork, what it says, and what it was given and has not ended yet."""

    pid: int
    said: Connection
    open: deque[int] = field(default_factory=deque)


@dataclass
class Run:
    """All groups of tests of a session, of which workers take one after the other."""

    session: pytest.Session
    groups: deque[list[int]]
    workers: list[Worker] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=itertools.count)

    def work(self, workers: int) -> None:
        """Until every test has told its end; what :mod:`pytest` raises where it is to end before."""
        self.session.config._tmp_path_factory.getbasetemp()
        try:
            for _ in range(min(workers, len(self.groups))):
                self._fork()
            while self.workers:
                by_connection = {worker.said: worker for worker in self.workers}
                for connection in wait(list(by_connection)):
                    self._hear(by_connection[connection])
                    if self.session.shouldfail:
                        raise self.session.Failed(self.session.shouldfail)
                    if self.session.shouldstop:
                        raise self.session.Interrupted(self.session.shouldstop)
        finally:
            for worker in self.workers:
                os.kill(worker.pid, 15)
                os.waitpid(worker.pid, 0)

    def _fork(self) -> None:
        ours, its = Pipe()
        name = next(self.names)
        pid = os.fork()
        if not pid:
            for connection in (ours, *(worker.said for worker in self.workers)):
                connection.close()
            os._exit(_be_worker(self.session, name, its))
        its.close()
        self.workers.append(Worker(pid, ours))

    def _hear(self, worker: Worker) -> None:
        hook = self.session.config.hook
        try:
            what, told = worker.said.recv()
        except EOFError:
            self._is_gone(worker)
            return
        if what == "next":
            group = self.groups.popleft() if self.groups else []
            worker.open.extend(group)
            worker.said.send(group)
        elif what == "report":
            report = hook.pytest_report_from_serializable(config=self.session.config, data=told)
            hook.pytest_runtest_logreport(report=report)
        elif what == "warning":
            hook.pytest_warning_recorded.call_historic(kwargs=told)
        else:
            item = self.session.items[worker.open.popleft()]
            hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _is_gone(self, worker: Worker) -> None:
        """A worker that has ended: before its time, the test that ran has failed, and another worker takes up the rest."""
        code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        self.workers.remove(worker)
        if worker.open:
            item = self.session.items[worker.open.popleft()]
            why = f"its process ended with {code}"
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call")
            item.config.hook.pytest_runtest_logreport(report=report)
            if worker.open:
                self.groups.appendleft(list(worker.open))
                self._fork()
        elif code:
            raise RuntimeError(f"a worker ended with {code} after its last test")


def _be_worker(session: pytest.Session, name: int, parent: Connection) -> int:
    """Run the groups that the parent gives, one after the other; the exit code."""
    atexit._clear()  # what was made before the fork is its parent's to take down
    config = session.config
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config.pluginmanager.unregister(name="terminalreporter")
    told = Told(config, parent)
    config.pluginmanager.register(told)
    told.is_new = True
    temporary = config._tmp_path_factory
    temporary._basetemp = temporary.getbasetemp() / f"worker-{name}"
    temporary._basetemp.mkdir(mode=0o700)
    if page_runs := sys.modules.get("streamlit.testing.v1.app_test"):
        page_runs.TMP_DIR.name = str(temporary._basetemp)
    try:
        for number, item, after in _in_turn(session.items, lambda: _asked(parent)):
            config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            parent.send(("end", number))
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001 - the parent sees that it has ended
        traceback.print_exc()
        return 1
    return 0


def _asked(parent: Connection) -> list[int]:
    parent.send(("next", None))
    return parent.recv()


def _in_turn(
    items: list[pytest.Item], ask: Callable[[], list[int]]
) -> Iterator[tuple[int, pytest.Item, pytest.Item | None]]:
    """Each test with the one after it, for which pytest keeps fixtures; a group is asked for before the last test of one."""
    numbers = deque(ask())
    while numbers:
        number = numbers.popleft()
        if not numbers:
            numbers.extend(ask())
        yield number, items[number], items[numbers[0]] if numbers else None


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Told:
    """What a worker tells of its tests."""

    config: pytest.Config
    parent: Connection
    is_new: bool = False  # whoever is registered hears all earlier warnings again

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.parent.send(("report", self.config.hook.pytest_report_to_serializable(config=self.config, report=report)))

    def pytest_warning_recorded(self, warning_message, when, nodeid, location) -> None:
        if not self.is_new:
            return
        warning_message.source = None
        told = {"warning_message": warning_message, "when": when, "nodeid": nodeid, "location": location}
        self.parent.send(("warning", told))
