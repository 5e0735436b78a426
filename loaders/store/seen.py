"""A connection that is already somebody's: what its viewer may not see cannot be read through it, nor signed by another.

``store.reading(engine, viewer)`` gives a connection bound to a viewer. Whoever is not of the data team reads tables with
private values only through functions marked :func:`for_viewer`, which hide what that viewer may not see; anything else
raises :class:`NotTheirs`, wherever it is written. ``store.writing(engine, signer=...)`` binds who decides.
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

# Published facts about areas, and the store's own marks: the same for everybody.
OPEN = {"area", "area_event", "local_government", "local_government_area", "setting", "word"}
READERS: dict[str, Callable[..., Any]] = {}
Reader = TypeVar("Reader", bound=Callable[..., Any])
_is_shown: ContextVar[bool] = ContextVar("read_for_a_viewer", default=False)


class NotTheirs(Exception):
    """A mistake of the program: a read that passes the viewer by. Says what was read; the remedy is :func:`for_viewer`."""


def bound_viewer(connection: Connection) -> Viewer | None:
    """Whose connection this is; ``None`` for one of the program itself."""
    return connection.get_execution_options().get("viewer")


def may_act_as(bound: Viewer, asked: Viewer) -> bool:
    """Whether what ``asked`` sees may be read through a connection of ``bound``: the same or less."""
    if bound.role == "admin" or asked in (bound, PUBLIC):
        return True
    return bound.is_team and asked.role != "admin"


def for_viewer(function: Reader) -> Reader:
    """Mark a read function: connection first, ``viewer`` by name; what it returns is what the viewer may see."""
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
    """Refuse, on every connection of the engine, what is read past its viewer."""

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
    """Names of all tables of a statement; ``None`` for what does not say them."""
    if not hasattr(statement, "get_children") or any(map(_is_text, visitors.iterate(statement))):
        return None
    ways = dict.fromkeys(("check_columns", "include_joins", "include_selects", "include_crud"), True)
    return {table.name for table in find_tables(statement, **ways) if isinstance(table, Table)}


def _is_text(part: Any) -> bool:
    """SQL written by hand, or a table that is only a name: what they read is not known."""
    is_name = isinstance(part, TableClause) and not isinstance(part, Table)
    return is_name or part.__visit_name__ in ("textclause", "text_as_from") or bool(getattr(part, "is_literal", False))


@contextmanager
def by_the_program() -> Generator[None]:
    """Read what the program itself needs, whoever looks: nothing of it is shown."""
    token = _is_shown.set(True)
    try:
        yield
    finally:
        _is_shown.reset(token)


def signer(connection: Connection) -> str | None:
    """The sign-in name that everything written through this connection is signed with; ``None``: as the caller says."""
    return connection.get_execution_options().get("signer")


def signed(connection: Connection, who: str | None) -> tuple[str, str | None]:
    """Who decides, and on whose behalf: with a signer a typed name is only the latter."""
    by, typed = signer(connection), " ".join((who or "").split())
    return (by, typed if typed and typed != by else None) if by else (typed, None)


def written_for(names: Iterable[str], behalf: Iterable[Any]) -> list[str]:
    """Names as lists show them, with those on whose behalf they decided in brackets."""
    return [f"{name} ({other})" if isinstance(other, str) else name for name, other in zip(names, behalf, strict=True)]
