"""Who has opened which data set and since when is told from the decisions about sharing."""

from __future__ import annotations

from sqlalchemy import insert, update

from loaders import store
from loaders.decisions.openness import by_month, read_openness
from loaders.store import tables, users
from loaders.store.privacy import DATA_TEAM, PUBLIC
from tests.support.stores import add_batch


def test_levels_over_time(sqlite_engine):
    with store.writing(sqlite_engine) as connection:
        batch = add_batch(connection, loaded_at="2026-01-10T00:00:00")
        for table, more in ((tables.plan, {}), (tables.organisation, {"organisation_name": "ก"})):
            connection.execute(insert(table).values(batch_id=batch, sheet="s", row=2, province_code="80", **more))
        decided = (
            ("plan", "codi", "private", "2026-02-03"),
            ("plan", "*", "partners", "2026-03-01"),
            ("plan", "codi", "public", "2026-04-05"),
        )
        for register, base, level, day in decided:
            users.share(connection, register, base, level, "tester")
            audit = tables.audit
            now = connection.execute(audit.select().order_by(audit.c.id.desc())).first()
            connection.execute(update(audit).where(audit.c.id == now.id).values(at=f"{day}T00:00:00"))
    with store.reading(sqlite_engine) as connection:
        sets, steps = read_openness(connection, viewer=DATA_TEAM)
    plan = sets.set_index("register").loc["plan"]
    assert (plan["level"], plan["since"][:10], plan["changes"]) == (
        "public",
        "2026-04-05",
        2,
    )  # the general rule changed nothing
    months = by_month(steps)
    assert months.to_numpy().tolist() == [["2026-01", 2, 0, 0], ["2026-02", 1, 0, 1], ["2026-04", 2, 0, 0]]
    with store.writing(sqlite_engine) as connection:
        users.share(connection, "plan", "codi", "private", "tester")
    with store.reading(sqlite_engine) as connection:
        assert read_openness(connection, viewer=PUBLIC)[0]["register"].tolist() == ["organisation"]
