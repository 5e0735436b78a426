"""Viewers and sharing levels. A data set is a register of one base."""

from __future__ import annotations

from dataclasses import dataclass

from loaders import registers

ROLES = ("public", "partner", "data", "admin")
LEVELS = ("public", "partners", "private")
REGISTERS = (  # built-in registers; those defined as data follow
    "support",
    "plan",
    "welfare_fund",
    "contribution",
    "organisation",
    "indicator",
    "role_holder",
    "agency",
    "stream",
    *registers.defined(),
)


@dataclass(frozen=True)
class Viewer:
    """A role and, for a partner, the agency code: an agency always sees its own data."""

    role: str
    agency: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"expected one of {ROLES}, found {self.role!r}: give the viewer one of these roles")

    @property
    def is_team(self) -> bool:
        """Whether the role is data team or administrator, who see everything."""
        return self.role in ("data", "admin")

    def may_see(self, level: str, base: str | None = None) -> bool:
        """Whether data of ``base`` shared at ``level`` may be shown."""
        if self.is_team or level == "public":
            return True
        own = self.agency is not None and base == self.agency
        return self.role == "partner" and (level == "partners" or own)


DATA_TEAM = Viewer("data")
PUBLIC = Viewer("public")
