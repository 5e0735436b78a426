"""The list of sources (``KRADAN_FETCH``, TOML): what comes from where, for which base; checked first."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loaders import settings
from loaders.problems import Refused

KINDS = {"folder": ("path",), "https": ("url",), "ckan": ("url", "resource"), "odk": ("url", "project", "form"), "kobo": ("url", "asset", "setting")}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One source.

    ``token_env`` names the environment variable of its token, which is sent only to the source's own host. ``private``:
    addresses in a private network are allowed; ``plain``: plain http is allowed.
    """

    name: str
    kind: str
    base: str
    url: str = ""
    path: str = ""
    resource: str = ""
    project: str = ""
    form: str = ""
    asset: str = ""
    setting: str = ""
    token_env: str = ""
    province: str = ""
    private: bool = False
    plain: bool = False

    @property
    def address(self) -> str:
        """The first address to request; for CKAN it is the metadata that names the file."""
        base = self.url.rstrip("/")
        if self.kind == "ckan":
            return f"{base}/api/3/action/resource_show?id={quote(self.resource, safe='')}"
        if self.kind == "odk":
            return (
                f"{base}/v1/projects/{quote(self.project, safe='')}/forms/{quote(self.form, safe='')}/submissions.csv"
            )
        if self.kind == "kobo":
            return f"{base}/api/v2/assets/{quote(self.asset, safe='')}/export-settings/{quote(self.setting, safe='')}/data.csv"
        return self.url

    @property
    def authorization(self) -> str | None:
        """The Authorization header, or ``None`` without a token; raises ``Refused`` (``fetch_token_missing``)."""
        if not self.token_env:
            return None
        token = os.environ.get(self.token_env, "").strip()
        if not token:
            raise Refused("fetch_token_missing", value=self.token_env)
        return f"Token {token}" if self.kind == "kobo" else f"Bearer {token}"


def listed() -> list[Source]:
    """Every source of the list; empty when ``KRADAN_FETCH`` is not set.

    Raises ``Refused``: ``file_missing``, ``fetch_list_unreadable`` with the first fault.
    """
    named = os.environ.get("KRADAN_FETCH", "").strip()
    if not named:
        return []
    path = Path(named)
    if not path.is_file():
        raise Refused("file_missing", value=named)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except (OSError, ValueError) as error:
        raise Refused("fetch_list_unreadable", value=str(error)) from error
    sources = [_source(entry) for entry in entries]
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        raise _wrong(f"name: {sorted(name for name in names if names.count(name) > 1)[0]}")
    return sources


def _source(entry: Any) -> Source:
    types = {field.name: field.type for field in fields(Source)}
    if not isinstance(entry, dict) or (strange := sorted(set(entry) - set(types))):
        raise _wrong(", ".join(strange) if isinstance(entry, dict) else repr(entry))
    for name, value in entry.items():
        expected = bool if types[name] == "bool" else (str, int) if name == "project" else str
        if not isinstance(value, expected):
            raise _wrong(f"{name} = {value!r}")
    entry = {name: str(value) if name == "project" else value for name, value in entry.items()}
    if entry.get("kind") not in KINDS:
        raise _wrong(f"kind = {entry.get('kind')!r}")
    missing = [name for name in ("name", "base") if not entry.get(name)]
    missing += [name for name in KINDS[entry["kind"]] if not entry.get(name)]
    if missing:
        raise _wrong(f"{entry.get('name', '?')}: {missing[0]}")
    if not re.fullmatch(r"[\w-]{1,60}", entry["name"]):
        raise _wrong(f"name = {entry['name']!r}")
    whole: dict[str, Any] = {"province": settings.home_province()} | entry
    return Source(**whole)


def _wrong(what: str) -> Refused:
    return Refused("fetch_list_unreadable", value=what)
