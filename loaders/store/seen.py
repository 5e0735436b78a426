"""Connections bound to a viewer: what the viewer may not see cannot be read, and what is written is signed.

``store.reading(engine, viewer)`` binds a viewer. A viewer outside the data team reads tables with private values only
through functions marked :func:`for_viewer`, which hide what that viewer may not see; any other read raises
:class:`NotTheirs`. ``store.writing(engine, signer=...)`` binds the sign-in name.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.sql import TableClause, visitors
from sqlalchemy.sql.util import find_tables

from loaders.store.viewers import PUBLIC, Viewer

# The same for every viewer: published facts about areas, and the store's own settings and code-list edits.
OPEN = {"area", "area_event", "local_government", "local_government_area", "setting", "word"}
READERS: dict[str, Callable[..., Any]] = {}
Reader = TypeVar("Reader", bound=Callable[..., Any])
_is_shown: ContextVar[bool] = ContextVar("read_for_a_viewer", default=False)


class NotTheirs(Exception):
    """A fault of the program: a read that ignores the viewer; mark the reading function with :func:`for_viewer`."""


def bound_viewer(connection: Connection) -> Viewer | None:
    """Viewer a connection is bound to; ``None`` for a connection of the program itself."""
    return connection.get_execution_options().get("viewer")


def may_act_as(bound: Viewer, asked: Viewer) -> bool:
    """Whether data for viewer ``asked`` may be read through a connection of ``bound``: the same rights or fewer."""
    if bound.role == "admin" or asked in (bound, PUBLIC):
        return True
    return bound.is_team and asked.role != "admin"


def for_viewer(function: Reader) -> Reader:
    """Mark a read function (connection first, ``viewer`` by keyword) that returns only what the viewer may see."""
    name = f"{function.__module__}.{getattr(function, '__qualname__', '')}"

    @wraps(function)
    def read(connection: Connection, *arguments: Any, viewer: Viewer, **more: Any) -> Any:
        bound = bound_viewer(connection)
        if bound is not None and not may_act_as(bound, viewer):
            raise NotTheirs(f"{name}: {viewer} asked through a connection of {bound}")
        token = _is_shown.set(True)
        try:
            return function(connection, *arguments, viewer=viewer, **more)
        finally:
            _is_shown.reset(token)

    READERS[name] = read
    return cast("Reader", read)


def guard(engine: Engine) -> None:
    """Reject, on every connection of the engine, statements that would read more than the bound viewer may see."""

    @event.listens_for(engine, "before_execute")
    def look(connection: Connection, statement: Any, *_: Any) -> None:
        bound = bound_viewer(connection)
        if bound is None or bound.is_team or _is_shown.get():
            return
        named = _tables(statement)
        if named is None or named - OPEN:
            raise NotTheirs(f"{bound} may not read {', '.join(sorted(named or ['text']))} but through for_viewer")

    @event.listens_for(engine, "before_cursor_execute")
    def look_at_text(connection: Connection, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        bound = bound_viewer(connection)
        is_ours = bound is None or bound.is_team or _is_shown.get()
        if not is_ours and getattr(context, "compiled", None) is None and not _text.startswith(("BEGIN", "SET LOCAL")):
            raise NotTheirs(f"{bound} may not read by text")


def _tables(statement: Any) -> set[str] | None:
    """Names of all tables of a statement; ``None`` when they cannot be determined."""
    if not hasattr(statement, "get_children") or any(map(_is_text, visitors.iterate(statement))):
        return None
    ways = dict.fromkeys(("check_columns", "include_joins", "include_selects", "include_crud"), True)
    return {table.name for table in find_tables(statement, **ways) if isinstance(table, Table)}


def _is_text(part: Any) -> bool:
    """Hand-written SQL or a table without definition: what it reads is unknown."""
    is_name = isinstance(part, TableClause) and not isinstance(part, Table)
    return is_name or part.__visit_name__ in ("textclause", "text_as_from") or bool(getattr(part, "is_literal", False))


@contextmanager
def by_the_program() -> Generator[None]:
    """Read what the program needs for itself and does not show, on a connection of any viewer."""
    token = _is_shown.set(True)
    try:
        yield
    finally:
        _is_shown.reset(token)


def signer(connection: Connection) -> str | None:
    """Sign-in name bound to this connection for everything it writes; ``None``: the caller gives the name."""
    return connection.get_execution_options().get("signer")


def signed(connection: Connection, who: str | None) -> tuple[str, str | None]:
    """(Who decides, on whose behalf): with a bound signer, a typed name can only be the latter."""
    by, typed = signer(connection), " ".join((who or "").split())
    return (by, typed if typed and typed != by else None) if by else (typed, None)


def written_for(names: Iterable[str], behalf: Iterable[Any]) -> list[str]:
    """Names for lists, each followed by the name in brackets on whose behalf the decision was made."""
    return [f"{name} ({other})" if isinstance(other, str) else name for name, other in zip(names, behalf, strict=True)]
