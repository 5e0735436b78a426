"""The first released schema, frozen: backups of version 6 are restored into it, then upgraded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table of version 6."""
    _administration()
    _areas()
    _batches()
    _registers()
    _code_lists()
    _decisions()
    _meetings()


def _texts(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _integers(*names: str, nullable: bool = True) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _satang(*names: str, nullable: bool = True) -> list[sa.Column]:
    return [sa.Column(f"{name}_satang", sa.BigInteger(), nullable=nullable) for name in names]


def _dates(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Date()) for name in names]


def _long(*names: str, nullable: bool = True) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _flags(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Boolean(), nullable=nullable) for name in names]


def _key() -> sa.Column:
    return sa.Column("id", KEY, primary_key=True)


def _batch_id() -> sa.Column:
    return sa.Column("batch_id", KEY, sa.ForeignKey("import_batch.id"), nullable=False)


def _provenance() -> list[sa.Column]:
    return [_key(), _batch_id(), *_texts("sheet"), *_integers("row", nullable=False)]


def _place() -> list[sa.Column]:
    codes = ("area_code", "area_level", "village_code", "subdistrict_code", "district_code", "province_code")
    return [*_texts(*codes, nullable=True), *_long("written_place"), *_texts("match_evidence", nullable=True)]


def _index(table: str, *columns: str, name: str | None = None) -> None:
    op.create_index(name or f"ix_{table}_{columns[0]}", table, list(columns))


def _of_batch(table: str, *columns: sa.Column | sa.UniqueConstraint) -> None:
    """Create a table whose rows belong to a batch."""
    op.create_table(table, *columns)
    _index(table, "batch_id")


def _administration() -> None:
    op.create_table("setting", sa.Column("name", sa.String(), primary_key=True), *_long("value", nullable=False))
    op.create_table(
        "sharing",
        sa.Column("register", sa.String(), primary_key=True),
        sa.Column("base", sa.String(), primary_key=True),
        *_texts("level", "decided_by", "decided_at"),
    )
    op.create_table(
        "account",
        sa.Column("subject", sa.String(), primary_key=True),
        *_texts("role"),
        *_texts("agency_code", nullable=True),
        *_texts("granted_by", "granted_at"),
        *_texts("revoked_at", nullable=True),
    )
    op.create_table("audit", _key(), *_texts("at", "who", "action"), *_integers("batch_id"), *_long("detail"))


def _areas() -> None:
    op.create_table(
        "area",
        _key(),
        *_texts("code", "level", "kind", "name_th"),
        *_texts("name_en", "parent_code", "present_code", nullable=True),
        *_integers("moo"),
        *_dates("valid_from", "valid_to"),
    )
    _index("area", "code")
    op.create_table(
        "area_event",
        _key(),
        *_texts("area_code", "event"),
        *_dates("effective"),
        *_texts("old_code", "old_parent_code", "new_parent_code", "split_from", "old_name", nullable=True),
    )
    _index("area_event", "area_code")
    op.create_table(
        "local_government",
        sa.Column("code", sa.String(), primary_key=True),
        *_texts("office_type"),
        *_texts("entity_type", nullable=True),
        *_texts("name_th"),
        *_texts("name_en", nullable=True),
    )
    op.create_table(
        "local_government_area",
        _key(),
        sa.Column("local_government_code", sa.String(), sa.ForeignKey("local_government.code"), nullable=False),
        *_texts("subdistrict_code", "coverage"),
    )
    _index("local_government_area", "local_government_code")
    _index("local_government_area", "subdistrict_code")


def _batches() -> None:
    outcomes = ("in", "loaded", "quarantined", "excluded")
    op.create_table(
        "import_batch",
        _key(),
        *_texts("base", "file_name", "file_sha256", "layouts", "loaded_at", "loaded_by"),
        *_dates("as_of"),
        *_flags("is_demo", "is_active"),
        *_texts("withdrawn_because", nullable=True),
        *_integers(*(f"rows_{outcome}" for outcome in outcomes), nullable=False),
        *(sa.Column(f"satang_{outcome}", sa.BigInteger(), nullable=False) for outcome in outcomes),
        *_long("summary", nullable=False),
    )
    _of_batch("batch_scope", _key(), _batch_id(), *_texts("register", "base", "area_code"), *_integers("fiscal_year"))
    _of_batch(
        "quarantine",
        *_provenance(),
        *_texts("register", "problem"),
        *_long("value"),
        *_texts("candidates", nullable=True),
        sa.Column("satang", sa.BigInteger()),
        *_long("cells", nullable=False),
    )
    _of_batch(
        "excluded",
        _key(),
        _batch_id(),
        *_texts("reason"),
        *_integers("rows", nullable=False),
        sa.Column("satang", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("batch_id", "reason"),
    )
    _of_batch(
        "correction",
        *_provenance(),
        *_texts("register", "kind", "outcome"),
        *_texts("outcome_reason", nullable=True),
        *_long("before", nullable=False),
        *_texts("area_code", "alias_key", "heading", nullable=True),
        *_long("value"),
        sa.Column("satang_before", sa.BigInteger(), nullable=False),
        sa.Column("satang_after", sa.BigInteger(), nullable=False),
        *_long("reason", nullable=False),
        *_texts("decided_by", "decided_at"),
        *_flags("is_undone"),
    )
    op.create_table(
        "layout",
        _key(),
        *_texts("base", "headings_key", "register"),
        *_long("content", nullable=False),
        *_texts("decided_by", "decided_at"),
        sa.UniqueConstraint("base", "headings_key"),
    )
    op.create_table(
        "alias",
        _key(),
        sa.Column("written", sa.String(), nullable=False, unique=True),
        *_texts("area_code", "decided_by", "decided_at"),
        *_long("reason"),
    )
    op.create_table(
        "due",
        _key(),
        *_texts("base", "register"),
        *_texts("district_code", nullable=True),
        *_integers("fiscal_year"),
        sa.Column("due_on", sa.Date(), nullable=False),
        *_long("note"),
        *_texts("set_by"),
    )


def _registers() -> None:
    money = ("amount", "committed", "paid")
    _of_batch(
        "support",
        *_provenance(),
        *_place(),
        *_texts("agency_code"),
        *_texts("implementer", "stream_code", "theme_code", "target_group", "activity_code", nullable=True),
        *_long("activity"),
        *_texts("reference", nullable=True),
        *_dates("starts_on", "ends_on"),
        *_integers("fiscal_year"),
        *_satang(*money),
        *_integers("people_reached"),
        *_texts("status", "cofinancing", nullable=True),
    )
    _index("support", "province_code", "fiscal_year", name="support_province_year")
    _of_batch(
        "support_summary",
        _key(),
        _batch_id(),
        *_texts("province_code", nullable=True),
        *_integers("fiscal_year"),
        *_texts("agency_code"),
        *_texts("stream_code", "theme_code", nullable=True),
        *_integers("records", nullable=False),
        *_satang(*money),
    )
    _index("support_summary", "province_code", "fiscal_year", name="support_summary_province_year")
    _of_batch(
        "plan",
        *_provenance(),
        *_place(),
        *_flags("plan_exists", "booklet_held", nullable=True),
        *_integers("plan_year", "cohort"),
        *_texts("priority_theme", nullable=True),
    )
    _of_batch(
        "welfare_fund",
        *_provenance(),
        *_place(),
        *_texts("fund_name", nullable=True),
        *_dates("founded_on"),
        *_integers("fiscal_year", "members"),
        *_satang("savings"),
        *_integers("hardship_members"),
    )
    _of_batch(
        "contribution",
        *_provenance(),
        *_place(),
        *_texts("source"),
        *_integers("fiscal_year"),
        *_satang("promised", "received"),
        *_dates("received_on"),
    )
    _of_batch(
        "organisation",
        *_provenance(),
        *_place(),
        *_texts("organisation_name"),
        *_texts("organisation_kind", "theme_code", nullable=True),
        *_integers("members"),
        *_long("village_list"),
    )
    _of_batch(
        "indicator_value",
        *_provenance(),
        *_place(),
        *_texts("indicator_code"),
        *_integers("fiscal_year"),
        sa.Column("value", sa.Float()),
    )
    _index("indicator_value", "province_code", "indicator_code", "fiscal_year", name="indicator_value_by_code")
    _of_batch(
        "role_holder",
        *_provenance(),
        *_place(),
        *_texts("role"),
        *_texts("person", "organisation_name", "phone", nullable=True),
        *_dates("retain_until"),
    )


def _code_lists() -> None:
    def agency() -> list[sa.Column]:
        return [*_texts("name_th"), *_texts("name_en", "short_th", "level", nullable=True)]

    def stream() -> list[sa.Column]:
        return [
            *_texts("name_th"),
            *_texts("name_en", "owner", "kind", nullable=True),
            *_flags("is_restricted", nullable=True),
            *_long("condition_th"),
            *_texts("theme_code", nullable=True),
            *_dates("starts_on", "ends_on"),
            *_satang("total"),
        ]

    for name, columns in (("agency", agency), ("stream", stream)):
        op.create_table(name, sa.Column("code", sa.String(), primary_key=True), *columns())
        _of_batch(f"{name}_entry", *_provenance(), *_texts("code"), *columns())


def _decisions() -> None:
    def decided() -> list[sa.Column]:
        return [*_texts("data_version", "decided_by", "decided_at"), *_texts("removed_by", "removed_at", nullable=True)]

    op.create_table(
        "scenario",
        _key(),
        *_texts("kind", "name"),
        *_long("content", nullable=False),
        *_long("reason"),
        *decided(),
    )
    _index("scenario", "kind", "name", name="scenario_by_kind")
    op.create_table(
        "override",
        _key(),
        *_texts("index_code"),
        *_integers("fiscal_year"),
        *_texts("subdistrict_code"),
        *_texts("computed_class", nullable=True),
        *_texts("agreed_class"),
        *_long("reason", nullable=False),
        *decided(),
    )
    _index("override", "subdistrict_code")
    op.create_table(
        "team",
        _key(),
        *_texts("subdistrict_code", "team"),
        *_long("task", nullable=False),
        *_dates("visit_on"),
        *_long("reason"),
        *decided(),
    )
    _index("team", "subdistrict_code")
    op.create_table(
        "project",
        _key(),
        *_texts("project_code"),
        *_long("title", nullable=False),
        *_texts("subdistrict_code", nullable=True),
        *_texts("stream_code"),
        *_satang("amount", nullable=False),
        *_dates("starts_on"),
        *_long("reason"),
        *decided(),
    )
    sides = [
        column
        for side in ("a", "b")
        for column in (
            *_texts(f"file_sha256_{side}", f"sheet_{side}"),
            *_integers(f"row_{side}", nullable=False),
        )
    ]
    op.create_table(
        "clearing",
        _key(),
        *sides,
        *_long("reason", nullable=False),
        *_texts("cleared_by", "cleared_at"),
        *_texts("undone_by", "undone_at", nullable=True),
    )
    _index("clearing", "file_sha256_a", "file_sha256_b", name="clearing_by_file")


def _meetings() -> None:
    op.create_table(
        "snapshot",
        _key(),
        *_texts("name", "made_at", "made_by", "data_version", "sha256"),
        *_long("facts", nullable=False),
    )
    op.create_table(
        "decision",
        _key(),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        *_texts("noted_at", "noted_by"),
        *_long("who", "what", nullable=False),
        *_dates("due_on"),
        *_texts("area_code", "step", nullable=True),
        *_texts("data_version"),
        sa.Column("snapshot_id", KEY, sa.ForeignKey("snapshot.id")),
        *_flags("is_struck"),
    )
    op.create_table(
        "storyboard",
        sa.Column("name", sa.String(), primary_key=True),
        *_long("steps", nullable=False),
        *_texts("saved_at", "saved_by"),
    )
