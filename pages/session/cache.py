"""Results kept by their arguments, for all sessions of the process.

What ``st.cache_resource`` does, without its hashing of every argument: the arguments here are short and hashable (a data
version, filters), and hashing them cost 0.4 ms per call, nine times in every change of a filter (measured).
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Generic, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Result = TypeVar("Result")
_every: list[Kept] = []


class Kept(Generic[Asked, Result]):
    """A function whose last ``most`` results are kept; who asks for what is being computed waits for it."""

    def __init__(self, function: Callable[Asked, Result], most: int | None) -> None:
        self._function, self._most = function, most
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._at_work: dict[Hashable, RLock] = {}
        self._lock, self._cleared = Lock(), 0
        functools.update_wrapper(self, function)
        _every.append(self)

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Result:
        """The result for these arguments."""
        key = (args, *sorted(kwargs.items()))
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
            turn, began = self._at_work.setdefault(key, RLock()), self._cleared
        with turn:
            with self._lock:
                if key in self._results:
                    return self._results[key]
            try:
                result = self._function(*args, **kwargs)
                with self._lock:
                    if began == self._cleared:  # what was computed from a state that is gone is not kept
                        self._results[key] = result
                        if self._most is not None and len(self._results) > self._most:
                            self._results.popitem(last=False)
            finally:  # after the result is there: who comes now must not find neither
                with self._lock:
                    self._at_work.pop(key, None)
        return result

    def clear(self) -> None:
        """Forget every result."""
        with self._lock:
            self._results.clear()
            self._cleared += 1


def kept(most: int | None = None) -> Callable[[Callable[Asked, Result]], Kept[Asked, Result]]:
    """Keep the last ``most`` results of a function; all of them without a number."""
    return lambda function: Kept(function, most)


def clear() -> None:
    """Forget every result of every function: the store was lost, or is another one."""
    for one in _every:
        one.clear()
