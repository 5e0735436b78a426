"""Scope of files, expected reports, code-list edits, original files in the store, a random revision.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

import json
import secrets

import sqlalchemy as sa
from alembic import op

from loaders.settings import home_province
from loaders.store import originals

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACED = ("support", "plan", "welfare_fund", "contribution", "organisation", "indicator_value", "role_holder")


def upgrade() -> None:
    """Call one function per subject."""
    _what_the_store_holds()
    _places_of_records()
    _fields_of_organisations_and_roles()
    _doors()
    _spoken()
    _expected()
    _years_from_dates()
    _words_on_a_page()


def _words_on_a_page() -> None:
    """Agencies, streams, functions and roles that people add, rename, merge and retire."""
    texts = ("list", "code", "name_th", "decided_by", "decided_at")
    open_ = ("name_en", "short_th", "level", "kind", "merged_into")
    op.create_table(
        "word",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        *(sa.Column(name, sa.String()) for name in open_),
        sa.Column("aliases", sa.Text()),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("list", "code"),
    )


def _doors() -> None:
    """``on_behalf_of`` for decisions, original files as rows, a random revision (a counter repeats after a restore)."""
    for name in ("scenario", "override", "team", "project", "clearing"):
        op.add_column(name, sa.Column("on_behalf_of", sa.String()))
    original = op.create_table(
        "original",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.UniqueConstraint("digest", "part"),
    )
    op.create_index("ix_original_digest", "original", ["digest"])
    batch = sa.table("import_batch", sa.column("file_sha256"))
    for digest in op.get_bind().execute(sa.select(batch.c.file_sha256).distinct()).scalars().all():
        if (path := originals.folder() / digest).is_file():  # version 7 kept files in a folder beside the store
            op.bulk_insert(original, list(originals.pieces(path, digest)))
    setting = sa.table("setting", sa.column("name"), sa.column("value"))
    op.get_bind().execute(sa.delete(setting).where(setting.c.name == "revision"))
    op.get_bind().execute(sa.insert(setting).values(name="revision", value=secrets.token_hex(16)))


def _what_the_store_holds() -> None:
    """Set ``holds``: real files, also withdrawn ones, make it real, and active ones withdraw invented files."""
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
    """Villages that a subdistrict's record lists; how a person divided a row over several places."""
    for name in PLACED:
        op.add_column(name, sa.Column("village_codes", sa.Text()))
        op.add_column(name, sa.Column("shared_by", sa.String()))


def _fields_of_organisations_and_roles() -> None:
    """Fields that lists of groups state beside members; a stated vacancy, because a missing name does not prove one."""
    op.add_column("organisation", sa.Column("founded_on", sa.Date()))
    op.add_column("organisation", sa.Column("hardship_members", sa.Integer()))
    op.add_column("organisation", sa.Column("savings_satang", sa.BigInteger()))
    op.add_column("role_holder", sa.Column("is_vacant", sa.Boolean()))


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=True) for name in names]


def _spoken() -> None:
    """How the scope of a batch was stated: only invented files speak for more than their rows."""
    for column in [*_texts("kind", "stated_by", "stated_at"), sa.Column("reason", sa.Text(), nullable=True)]:
        op.add_column("batch_scope", column)
    scope, batch = (
        sa.table("batch_scope", *map(sa.column, ("batch_id", "register", "kind", "stated_by"))),
        sa.table("import_batch", *map(sa.column, ("id", "is_demo", "summary"))),
    )
    connection = op.get_bind()
    connection.execute(sa.update(scope).values(kind="rows"))
    for key, summary in connection.execute(
        sa.select(batch.c.id, batch.c.summary).where(batch.c.is_demo.is_(sa.true()))
    ):
        for sheet in json.loads(summary).get("understood", ()):
            layout = sheet["layout"]
            mine = (scope.c.batch_id == key) & (scope.c.register == layout["register"])
            values = {"kind": layout.get("scope", {}).get("kind", "rows"), "stated_by": "setup"}
            connection.execute(sa.update(scope).where(mine).values(**values))
    with op.batch_alter_table("batch_scope") as table:
        table.alter_column("kind", existing_type=sa.String(), nullable=False)


def _expected() -> None:
    """An expected report names its area, may have no date, and is retired instead of deleted."""
    op.add_column("due", sa.Column("area_code", sa.String(), nullable=True))
    op.add_column("due", sa.Column("due_days", sa.Integer(), nullable=True))
    op.add_column("due", sa.Column("is_asked", sa.Boolean(), nullable=True))
    for column in _texts("functions", "agencies", "streams", "set_at", "retired_at", "retired_by", "retired_because"):
        op.add_column("due", column)
    due = sa.table("due", *map(sa.column, ("area_code", "district_code", "is_asked")))
    values = {"area_code": sa.func.coalesce(due.c.district_code, home_province()), "is_asked": sa.true()}
    op.get_bind().execute(sa.update(due).values(**values))
    with op.batch_alter_table("due") as table:
        table.drop_column("district_code")
        table.alter_column("area_code", existing_type=sa.String(), nullable=False)
        table.alter_column("is_asked", existing_type=sa.Boolean(), nullable=False)
        table.alter_column("due_on", existing_type=sa.Date(), nullable=True)


def _years_from_dates() -> None:
    """Support without fiscal year but with dates gets the fiscal year of its start; the sums by year are recomputed."""
    names = ("id", "batch_id", "province_code", "agency_code", "stream_code", "theme_code", "fiscal_year")
    support = sa.table(
        "support", *map(sa.column, names), sa.column("starts_on", sa.Date()), sa.column("ends_on", sa.Date())
    )
    connection = op.get_bind()
    day = sa.func.coalesce(support.c.starts_on, support.c.ends_on)
    is_dated = support.c.fiscal_year.is_(None) & day.is_not(None)
    in_order = support.c.starts_on.is_(None) | support.c.ends_on.is_(None) | (support.c.starts_on <= support.c.ends_on)
    rows = connection.execute(sa.select(support.c.id, support.c.batch_id, day).where(is_dated & in_order)).all()
    for key, _batch, first in rows:
        year = first.year + (first.month >= 10)
        connection.execute(sa.update(support).where(support.c.id == key).values(fiscal_year=year))
    _sum_again({batch for _key, batch, _day in rows})


def _sum_again(batches: set[int]) -> None:
    connection = op.get_bind()
    keys = ("batch_id", "province_code", "fiscal_year", "agency_code", "stream_code", "theme_code")
    money = ("amount_satang", "committed_satang", "paid_satang")
    support = sa.table("support", *map(sa.column, (*keys, *money)))
    summary = sa.table("support_summary", *map(sa.column, (*keys, "records", *money)))
    by = [support.c[name] for name in keys]
    sums = [sa.func.count(), *(sa.cast(sa.func.sum(support.c[name]), sa.BigInteger()) for name in money)]
    for batch in batches:
        connection.execute(sa.delete(summary).where(summary.c.batch_id == batch))
        query = sa.select(*by, *sums).where(support.c.batch_id == batch).group_by(*by)
        connection.execute(sa.insert(summary).from_select([*keys, "records", *money], query))
