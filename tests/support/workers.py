"""``--workers N``: workers forked from the process that has collected the tests, each taking the next group when it has done one.

Workers that are started collect for themselves: ten seconds of CPU each for imports that all of them need, and as much
again on a clean clone, where every one compiles every module.
"""

from __future__ import annotations

import atexit
import gc
import os
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest


@dataclass
class Worker:
    """A worker as the first process sees it: which items it was given and has not run."""

    pid: int
    line: Connection
    items: list[int] = field(default_factory=list)


class Pool:
    """Runs the items of a session, those of one group in one worker and in their order."""

    def __init__(self, session: pytest.Session, group: Callable[[str], str]) -> None:
        self.session, self.hook = session, session.config.hook
        groups: dict[str, list[int]] = {}
        for number, item in enumerate(session.items):
            groups.setdefault(group(item.nodeid), []).append(number)
        self.waiting = list(groups.values())
        self.workers: dict[Connection, Worker] = {}
        self.begun = 0
        # A folder for all, and no captured output: what is open at a fork is shared, down to the place in a file.
        self.folder = session.config._tmp_path_factory.getbasetemp()
        session.config.pluginmanager.get_plugin("capturemanager").stop_global_capturing()

    def run(self, number: int) -> None:
        """Until every group is done; raises as pytest's own loop where it should stop."""
        gc.collect()
        gc.freeze()
        try:
            for _ in range(min(number, len(self.waiting))):
                self._begin()
            while self.workers:
                for line in wait(list(self.workers)):
                    self._hear(self.workers[line])
                if self.session.shouldfail:
                    raise self.session.Failed(self.session.shouldfail)
                if self.session.shouldstop:
                    raise self.session.Interrupted(self.session.shouldstop)
        finally:
            for worker in self.workers.values():
                os.kill(worker.pid, 15)

    def _begin(self) -> None:
        ours, its = Pipe()
        self.begun += 1
        pid = os.fork()
        if not pid:
            for line in (ours, *self.workers):
                line.close()
            os._exit(Served(self.session, its, self.folder / f"worker-{self.begun}").until_the_end())
        its.close()
        self.workers[ours] = worker = Worker(pid, ours)
        self._give(worker)

    def _give(self, worker: Worker) -> None:
        worker.items = self.waiting.pop(0) if self.waiting else []
        worker.line.send(worker.items)

    def _hear(self, worker: Worker) -> None:
        try:
            name, told = worker.line.recv()
        except (EOFError, ConnectionError):
            self._ended(worker)
            return
        if name == "ready":
            self._give(worker)
            return
        if name == "pytest_runtest_logreport":
            told = {
                "report": self.hook.pytest_report_from_serializable(config=self.session.config, data=told["report"])
            }
        call = getattr(self.hook, name)
        call.call_historic(kwargs=told) if name == "pytest_warning_recorded" else call(**told)
        if name == "pytest_runtest_logfinish":
            worker.items = worker.items[1:]

    def _ended(self, worker: Worker) -> None:
        """It was told that there is nothing left, or died: the test that killed it has failed, and another does the rest."""
        del self.workers[worker.line]
        status = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        if not worker.items:
            return
        killer, *left = worker.items
        item = self.session.items[killer]
        told = f"the worker ended with {status} while it ran this test"
        self.hook.pytest_runtest_logreport(
            report=pytest.TestReport(item.nodeid, item.location, {}, "failed", told, "call")
        )
        if left:
            self.waiting.insert(0, left)
        if self.waiting:
            self._begin()


class Served:
    """A worker as it sees itself."""

    def __init__(self, session: pytest.Session, line: Connection, folder: Any) -> None:
        self.session, self.config, self.line = session, session.config, line
        atexit._clear()  # what ends with the first process
        folder.mkdir()
        self.config._tmp_path_factory._basetemp = folder
        plugins = self.config.pluginmanager
        self.capture = plugins.get_plugin("capturemanager")
        self.capture.start_global_capturing()
        plugins.unregister(name="terminalreporter")
        plugins.register(self)

    def pytest_runtest_logstart(self, nodeid: str, location: tuple) -> None:
        self.line.send(("pytest_runtest_logstart", {"nodeid": nodeid, "location": location}))

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple) -> None:
        self.line.send(("pytest_runtest_logfinish", {"nodeid": nodeid, "location": location}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.line.send(("pytest_runtest_logreport", {"report": data}))

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str, location: Any) -> None:
        plain = type(warning_message)(
            str(warning_message.message), UserWarning, warning_message.filename, warning_message.lineno
        )
        told = {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location}
        self.line.send(("pytest_warning_recorded", told))

    def until_the_end(self) -> int:
        """Run group after group; gives the exit code of the process."""
        try:
            for number, following in self._pairs():
                item = self.session.items[number]
                self.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            atexit._run_exitfuncs()
        except BaseException:  # noqa: BLE001 - as an interpreter ends; the first process sees that it did
            self.capture.stop_global_capturing()
            traceback.print_exc()
            return 1
        return 0

    def _pairs(self) -> Iterator[tuple[int, pytest.Item | pytest.Session | None]]:
        """Each item and what comes after it, which decides what fixtures are kept.

        The last item of a group waits for its successor: after the very last one everything is taken down.
        """
        given = self.line.recv()
        while given:
            for number, after in pairwise(given):
                yield number, self.session.items[after]
            self.line.send(("ready", None))
            following = self.line.recv()
            yield given[-1], self.session.items[following[0]] if following else None
            given = following
