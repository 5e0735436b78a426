"""Checks whether everything is present that the board needs, for a person at a shell and for monitoring.

``python -m loaders health`` prints one JSON line: ``version``, ``is_well`` and a list of checks with code and finding.
Exit code 1 when a check fails (the board cannot show its data); ``warn`` means it works with less (a schematic map
instead of boundaries, little disk space).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select

from loaders import assets, doors, settings, store
from loaders.store import StoreUnavailable, tables

LITTLE_ROOM_MB = 500
OLD_BACKUP_DAYS = 2
State = Literal["well", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """One check: ``name``, ``state``, what was ``found``, and a ``code`` when it is not well."""

    name: str
    state: State
    found: str
    code: str = ""


def _store() -> Check:
    try:
        engine = store.open_store()
        with store.reading(engine) as connection:
            batch = tables.import_batch
            active = connection.execute(select(func.count()).select_from(batch).where(batch.c.is_active)).scalar_one()
            version = store.data_version(connection)
    except StoreUnavailable as stop:
        return Check("store", "fail", stop.where, stop.code)
    state = f"{engine.dialect.name}, data version {version}, {active} active batches"
    return Check("store", "well" if active else "warn", state, "" if active else "store_empty")


def _integrity() -> Check:
    """Integrity of the store; reads all of it, so only with ``--deep``."""
    damage = store.whole(store.open_store())
    return Check(
        "integrity", "fail" if damage else "well", damage or "every page was read", "store_damaged" if damage else ""
    )


def _backups() -> Check:
    """Age of the last complete backup; a warning only where ``KRADAN_BACKUPS`` shows that backups are wanted."""
    from loaders.store import backup

    latest = backup.held(store.open_store())["latest"]
    if "KRADAN_BACKUPS" not in os.environ:
        return Check("backup", "well", f"last {latest or 'none'}; no folder is set")
    days = (date.today() - latest).days if isinstance(latest, date) else None
    is_old = days is None or days > OLD_BACKUP_DAYS
    return Check("backup", "warn" if is_old else "well", f"last {latest or 'none'}", "backup_old" if is_old else "")


def _boundaries() -> Check:
    from loaders.boundaries.candidates import candidates

    if next(candidates(settings.home_province()), None) is None:  # skip the import of geometry libraries
        return Check("boundaries", "warn", "schematic", "boundaries_schematic")
    from loaders.boundaries import find

    source = find.find_boundaries(settings.home_province())
    problems = ", ".join(sorted({problem.code for problem in source.problems}))
    if source.frame is None:
        return Check("boundaries", "warn", problems or "schematic", "boundaries_schematic")
    return Check("boundaries", "well", f"{source.kind}: {source.path}, {len(source.frame)} subdistricts")


def _assets() -> Check:
    expected = [assets.TARGET / "leaflet" / "leaflet.js", *(assets.TARGET / "fonts" / name for name in assets.FONTS)]
    missing = [path.name for path in expected if not path.is_file()]
    return Check(
        "assets",
        "fail" if missing else "well",
        ", ".join(missing) or str(assets.TARGET),
        "assets_missing" if missing else "",
    )


def _room() -> Check:
    folder = next(path for path in (settings.DATA / "store", *(settings.DATA / "store").parents) if path.is_dir())
    free = shutil.disk_usage(folder).free // (1024 * 1024)
    return Check(
        "disk",
        "well" if free >= LITTLE_ROOM_MB else "warn",
        f"{free} MB free",
        "" if free >= LITTLE_ROOM_MB else "disk_nearly_full",
    )


def _static_folder() -> Check:
    """Whether ``static/geo`` is writable: otherwise prepared geometry is computed again at every start."""
    probe = Path(settings.ROOT / "static" / "geo" / ".probe")
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as fault:
        return Check("static", "warn", type(fault).__name__, "static_not_writable")
    return Check("static", "well", str(probe.parent))


def _sign_in() -> Check:
    """A closed board allows no sign-in: everybody sees only public data."""
    way, files = doors.sign_in_of_files()
    if way.state == "closed":
        return Check("sign_in", "warn", files or ", ".join(map(str, doors.secrets_files())), way.code)
    means = "an identity provider" if way.state == "provider" else "one person at this machine"
    return Check("sign_in", "well", means)


CHECKS: tuple[Callable[[], Check], ...] = (_store, _backups, _boundaries, _assets, _static_folder, _room, _sign_in)
DEEP = (_integrity,)


def _all(deep: bool) -> Iterator[Check]:
    for look in (*CHECKS, *(DEEP if deep else ())):
        try:
            yield look()
        except Exception as fault:  # noqa: BLE001 - a check that raises is itself a finding
            yield Check(getattr(look, "__name__", "check").strip("_"), "fail", type(fault).__name__, "check_failed")


def health(*, deep: bool = False) -> dict:
    """Run all checks; ``is_well`` is false when one fails; ``deep`` also reads the whole store."""
    checks = list(_all(deep))
    return {
        "version": settings.version(),
        "is_well": all(check.state != "fail" for check in checks),
        "checks": [asdict(check) for check in checks],
    }
