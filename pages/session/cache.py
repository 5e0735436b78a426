"""Memoised functions, shared by all sessions of the process; simultaneous calls with equal arguments compute once.

Like ``st.cache_resource`` without its hashing of every argument: the arguments here are short and hashable.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from itertools import count
from threading import Condition
from typing import Any, ParamSpec, TypeVar

from cachetools import LRUCache
from cachetools import cached as memoised
from cachetools.keys import hashkey

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
_memos: list[Any] = []
_generations = count(1)
_generation = 0


def cached(size: int) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Memoise a function with its last ``size`` results; leaving an argument out equals passing its default."""

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        places = [
            place for place in inspect.signature(function).parameters.values() if place.kind is not place.VAR_POSITIONAL
        ]

        def key(*arguments: Hashable, **named: Hashable) -> Hashable:
            """The arguments and the generation: a computation begun before :func:`clear` is not found after it."""
            rest = (named.pop(place.name, place.default) for place in places[len(arguments) :])
            return hashkey(_generation, *arguments, *rest, **named)

        memo = memoised(LRUCache(size), key=key, condition=Condition())(function)
        _memos.append(memo)
        return memo

    return decorate


def clear() -> None:
    """Forget all results of all functions: the store failed or was replaced."""
    global _generation
    _generation = next(_generations)
    for memo in _memos:
        memo.cache_clear()
