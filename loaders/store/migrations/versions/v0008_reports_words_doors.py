"""What a file speaks for, whose report is expected, words that are edited on a page, a state with a name of its own.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACED = ("support", "plan", "welfare_fund", "contribution", "organisation", "indicator_value", "role_holder")


def upgrade() -> None:
    """Call one function per subject, each below."""
    _what_the_store_holds()
    _places_of_records()
    _fields_of_organisations_and_roles()
    _doors()


def _doors() -> None:
    """On whose behalf somebody signed in decided; a state named by chance instead of a count, which repeats after a restore."""
    for name in ("scenario", "override", "team", "project", "clearing"):
        op.add_column(name, sa.Column("on_behalf_of", sa.String()))
    setting = sa.table("setting", sa.column("name"), sa.column("value"))
    op.get_bind().execute(sa.delete(setting).where(setting.c.name == "revision"))
    op.get_bind().execute(sa.insert(setting).values(name="revision", value=secrets.token_hex(16)))


def _what_the_store_holds() -> None:
    """Until here a mark of the set-up said it: real files win, and invented ones beside them go out of use."""
    names = ("base", "is_demo", "is_active", "withdrawn_because")
    batch = sa.table("import_batch", *(sa.column(name) for name in names))
    setting = sa.table("setting", sa.column("name"), sa.column("value"))
    connection = op.get_bind()
    real = (batch.c.is_demo == sa.false()) & (batch.c.base != "reference")
    if connection.execute(sa.select(batch.c.base).where(real).limit(1)).first():
        kind = "real"
        demo = (batch.c.is_demo == sa.true()) & (batch.c.is_active == sa.true())
        values = {"is_active": sa.false(), "withdrawn_because": "real_data"}
        if connection.execute(sa.select(batch.c.base).where(real, batch.c.is_active == sa.true()).limit(1)).first():
            connection.execute(sa.update(batch).where(demo).values(**values))
    else:
        loaded = connection.execute(sa.select(setting.c.name).where(setting.c.name == "demo_loaded")).first()
        kind = "demo" if loaded else None
    if kind:
        connection.execute(sa.insert(setting).values(name="holds", value=kind))


def _places_of_records() -> None:
    """Villages that a subdistrict's record lists; how a person shared a row over several places."""
    for name in PLACED:
        op.add_column(name, sa.Column("village_codes", sa.Text()))
        op.add_column(name, sa.Column("shared_by", sa.String()))


def _fields_of_organisations_and_roles() -> None:
    """What lists of groups state beside their members; a vacancy that a file states, where no name is no proof of one."""
    op.add_column("organisation", sa.Column("founded_on", sa.Date()))
    op.add_column("organisation", sa.Column("hardship_members", sa.Integer()))
    op.add_column("organisation", sa.Column("savings_satang", sa.BigInteger()))
    op.add_column("role_holder", sa.Column("is_vacant", sa.Boolean()))
