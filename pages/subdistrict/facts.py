"""Facts about one subdistrict as lines of words, shared by page, card and printed sheet so that they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.adjacency import beside
from geo.frames import each_row, newest_rows
from pages.components import records, saved_scenarios
from pages.components.names import need_names
from pages.queries import coverage as coverage_queries
from pages.queries import gaps as gaps_queries
from pages.queries import overlaps as overlaps_queries
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.session.scope import Scope
from pages.session.text import baht, coded, day, name_of, safe, t, whole

ROLES = ("sponsor", "facilitator", "coordinator", "leader")
REGISTERS = (
    "support",
    "plan",
    "welfare_fund",
    "contribution",
    "organisation",
    "indicator",
    "role_holder",
    "looking_after",
    "membership",
)


DEFINED = ("looking_after", "membership")  # those of REGISTERS that are defined as data


@dataclass(frozen=True)
class Block:
    """A heading with lines; ``heading`` and ``none`` (shown without lines) are text keys."""

    heading: str
    lines: list[str]
    none: str = "not_reported_long"

    def shown(self, most: int) -> list[str]:
        """At most ``most`` lines; the last one counts those left out."""
        if len(self.lines) > most:
            return [*self.lines[: most - 1], t("lines_and_more", number=len(self.lines) - most + 1)]
        return self.lines or [t(self.none)]

    def html(self, most: int) -> str:
        """Heading and lines as a list."""
        body = "".join(f"<li>{safe(line)}</li>" for line in self.shown(most))
        return f'<div class="kradan-sheet"><b>{safe(t(self.heading))}</b><ul>{body}</ul></div>'


def blocks(scope: Scope, chosen: Query, code: str) -> list[Block]:
    """All blocks of a subdistrict, in the order of the sheet."""
    makers: tuple[Callable[[Scope, Query, str], Block], ...] = (
        gaps,
        needs,
        plans,
        fund,
        groups,
        people,
        carers,
        networks,
        overlaps,
        near,
        rank,
    )
    return [make(scope, chosen, code) for make in makers]


def own_rows(scope: Scope, register: str, code: str) -> pd.DataFrame:
    """Rows of a register in the subdistrict or one of its villages."""
    table = (
        queries.role_holders(scope)
        if register == "role_holder"
        else register_queries.entries(scope, register)
        if register in DEFINED
        else queries.register(scope, register)
    )
    return table[table["subdistrict_code"].eq(code).fillna(False).astype(bool)]


def gaps(scope: Scope, chosen: Query, code: str) -> Block:
    """Themes with none at work, themes not reported, and unmet demands of plans."""
    table = coverage_queries.theme_coverage(scope, chosen.fiscal_year)
    own = table[table["subdistrict_code"].eq(code)]
    lines = []
    for status in ("none", "not_reported"):
        themes = [records.theme_words(theme) for theme in own.loc[own["status"].eq(status), "theme_code"]]
        lines += [f"{t('gap_' + status)}: {', '.join(themes)}"] if themes else []
    demands = gaps_queries.plan_demands(scope, Query(chosen.fiscal_year))
    open_demands = demands[demands["subdistrict_code"].eq(code) & demands["status"].isin(["unmet", "part"])]
    lines += [
        t("asked_unmet", theme=records.theme_words(row.theme_code), unmet=row.unmet, demands=row.demands)
        for row in each_row(open_demands)
    ]
    return Block("view_gaps", lines, "no_gap_here")


def needs(scope: Scope, chosen: Query, code: str) -> Block:
    """Latest figure of every need."""
    rows = gaps_queries.needs(scope).query("subdistrict_code == @code").dropna(subset=["value"])
    names = need_names(scope)
    latest = newest_rows(rows, "indicator_code")
    return Block(
        "needs",
        [f"{names[row.indicator_code]}: {row.value:,.0f}" for row in each_row(latest) if row.indicator_code in names],
    )


def plans(scope: Scope, chosen: Query, code: str) -> Block:
    """Plans of the villages, the booklet, and the three themes asked for most."""
    table = own_rows(scope, "plan", code)
    villages = table[table["area_level"].eq("village")]
    lines = (
        [t("plans_of_villages", plans=int(villages["plan_exists"].fillna(False).sum()), villages=len(villages))]
        if len(villages)
        else []
    )
    held = table[table["area_level"].eq("subdistrict")]["booklet_held"].dropna()
    lines += [t("booklet_held" if bool(held.any()) else "booklet_missing")] if len(held) else []
    demands = table["priority_theme"].dropna().str.split(",").explode().value_counts().head(3)
    return Block(
        "plans",
        lines + [t("plan_asks", theme=records.theme_words(theme), number=number) for theme, number in demands.items()],
    )


def fund(scope: Scope, chosen: Query, code: str) -> Block:
    """Community welfare fund, and what each source promised and paid."""
    lines = [
        t("fund_line", members=whole(row.members), savings=baht(row.savings_satang))
        for row in each_row(own_rows(scope, "welfare_fund", code))
    ]
    names = records.agency_names(scope)
    for source, rows in own_rows(scope, "contribution", code).groupby("source"):
        promised, received = rows["promised_satang"].sum(min_count=1), rows["received_satang"].sum(min_count=1)
        lines.append(
            t(
                "contribution_line",
                source=names.get(str(source), source),
                promised=baht(promised),
                received=baht(received),
            )
        )
    return Block("welfare_fund", lines)


def groups(scope: Scope, chosen: Query, code: str) -> Block:
    """Groups and organisations, largest first."""
    rows = own_rows(scope, "organisation", code).sort_values("members", ascending=False, na_position="last")
    return Block("groups", [_group(row) for row in each_row(rows)])


def _group(row: Any) -> str:
    """Name of a group with members, members in hardship, savings and founding day, as far as stated."""
    facts = {
        "members_of": "" if pd.isna(row.members) else whole(row.members),
        "group_hardship": "" if pd.isna(row.hardship_members) else whole(row.hardship_members),
        "group_savings": "" if pd.isna(row.savings_satang) else baht(row.savings_satang),
        "group_founded": "" if pd.isna(row.founded_on) else day(row.founded_on),
    }
    words = [t(key, value=value) for key, value in facts.items() if value]
    return f"{row.organisation_name}" + (f" ({' · '.join(words)})" if words else "")


def people(scope: Scope, chosen: Query, code: str) -> Block:
    """Holders of roles, or that a role is vacant; names and numbers arrive masked where the viewer may not see them."""
    rows = own_rows(scope, "role_holder", code)
    lines = []
    for row in each_row(
        rows.assign(order=rows["role"].map({role: index for index, role in enumerate(ROLES)})).sort_values("order")
    ):
        seen = [text for text in (row.person, row.phone) if isinstance(text, str) and text]
        state = t("role_vacant") if row.is_vacant else ", ".join(seen) or t("role_filled")
        organisation = f" · {row.organisation_name}" if isinstance(row.organisation_name, str) else ""
        lines.append(f"{coded('role_', row.role)}: {state}{organisation}")
    return Block("people", lines)


def carers(scope: Scope, chosen: Query, code: str) -> Block:
    """Who looks after the place, its groups, villages and themes, its district and its province."""
    lines = []
    for row in each_row(register_queries.carers_of(scope, code)):
        who = row.carer if isinstance(row.carer, str) else t("network_person")
        named = {"group": row.group_name, "function": row.theme_code}.get(row.looked_after)
        kind = coded("looking_after_looked_after_", row.looked_after)
        what = records.theme_words(named) if row.looked_after == "function" and isinstance(named, str) else named
        what = what if isinstance(what, str) else kind
        lines.append(
            f"{who}: {what}" + (f" ({t('level_' + row.area_level)})" if row.area_level != "subdistrict" else "")
        )
    has_spoken = register_queries.all_told(scope, "looking_after", code)
    return Block("room_looking_after", lines, "care_nobody" if has_spoken else "not_reported_long")


def networks(scope: Scope, chosen: Query, code: str) -> Block:
    """Networks, circles and movements with a member in the place or registered for it (see ``networks_over``)."""
    lines = []
    for row in each_row(register_queries.networks_over(scope, code)):
        kind = coded("membership_body_kind_", row.body_kind)
        lines.append(
            f"{row.body} ({kind if pd.isna(row.members) else t('network_here', kind=kind, members=whole(row.members))})"
        )
    has_spoken = register_queries.all_told(scope, "membership", code)
    return Block("networks_over", lines, "networks_none" if has_spoken else "not_reported_long")


def overlaps(scope: Scope, chosen: Query, code: str) -> Block:
    """Number of pairs by outcome; suspected duplications one by one with the money at stake."""
    overlap = overlaps_queries.overlaps(scope, Query(chosen.fiscal_year))
    own = overlap.pairs[overlap.pairs["subdistrict_code"].eq(code).fillna(False).astype(bool)]
    names = records.agency_names(scope)
    lines = [f"{t('outcome_' + str(outcome))}: {number:,}" for outcome, number in own["outcome"].value_counts().items()]
    for row in each_row(own[own["outcome"].eq("suspected_duplication")]):
        lines.append(
            t(
                "suspected_line",
                one=names.get(row.agency_a, row.agency_a),
                other=names.get(row.agency_b, row.agency_b),
                stake=baht(row.at_stake_satang),
            )
        )
    covered = coverage_queries.coverage(scope, Query(chosen.fiscal_year)).set_index("subdistrict_code")
    is_silent = (
        covered.at[code, "status"] == "not_reported"
    )  # without a report it is not known whether anything overlaps
    return Block("view_overlaps", lines, "not_reported_long" if is_silent else "no_overlaps")


def near(scope: Scope, chosen: Query, code: str) -> Block:
    """Neighbours with their number of agencies or their status."""
    table, names = (
        coverage_queries.coverage(scope, chosen).set_index("subdistrict_code"),
        queries.areas(scope, None).set_index("subdistrict_code"),
    )
    lines = []
    for other in sorted(beside(queries.adjacency(scope), [code])):
        state = (
            t("unit_agencies").format(whole(table.at[other, "agencies"]))
            if table.at[other, "supports"]
            else t("status_" + table.at[other, "status"])
        )
        lines.append(f"{name_of(names.loc[other])}: {state}")
    return Block("neighbours", lines, "nobody_near")


def rank(scope: Scope, chosen: Query, code: str) -> Block:
    """Class and rank by the default method, border or stability, agreed class, and list of pilots."""
    ranking = ranking_data.ranked(scope, chosen.fiscal_year, ranking_data.Method())
    units = ranking_data.reviewed(scope, ranking, chosen.fiscal_year).units.set_index("subdistrict_code")
    row, lines = units.loc[code], []
    if pd.notna(row["class"]):
        firm = (
            t("rank_border", classes=row["border"])
            if pd.notna(row["border"])
            else t("rank_firm", share=f"{row['stability']:.0%}")
        )
        lines.append(
            t(
                "rank_line",
                label=row["class"],
                rank=whole(row["rank"]),
                all=int(units["class"].notna().sum()),
                firm=firm,
            )
        )
        lines += (
            [t("rank_agreed", label=row["agreed_class"], reason=row["reason"])] if bool(row["is_overridden"]) else []
        )
    listed = saved_scenarios.pilots(scope)
    if listed and code in listed.codes:
        lines.append(t("in_pilots", name=listed.name))
    return Block("rank", lines, "rank_none")


def provenance(scope: Scope, chosen: Query, code: str) -> pd.DataFrame:
    """Source rows of the page: ``register``, ``what``, ``file``, ``sheet``, ``row``, ``batch_id``, ``loaded_at``."""
    batches = queries.all_batches(scope).set_index("id")
    kept = set(coverage_queries.records(scope, chosen.without("district"))["support_id"])
    parts = []
    for register in REGISTERS:
        rows = own_rows(scope, register, code)
        if register == "support":
            rows = queries.support(scope)[
                lambda table: table["support_id"].isin(kept) & table["subdistrict_code"].eq(code).fillna(False)
            ]
        parts.append(pd.DataFrame({
            "register": t(f"register_{register}"), "what": _what(register, rows), "file": rows["file_name"].astype("str"), "sheet": rows["sheet"].astype("str"),
            "row": rows["row"], "batch_id": rows["batch_id"]}))  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return table.assign(loaded_at=[batches.at[batch, "loaded_at"] for batch in table["batch_id"]])


def _what(register: str, rows: pd.DataFrame) -> list[str]:
    column = {"support": "activity", "welfare_fund": "fund_name", "contribution": "source", "organisation": "organisation_name",
              "indicator": "indicator_code", "role_holder": "role", "plan": "area_code",
              "looking_after": "looked_after", "membership": "body"}[register]  # fmt: skip
    texts = ["" if pd.isna(value) else str(value) for value in rows[column]]
    stem = {"role_holder": "role_", "looking_after": "looking_after_looked_after_"}.get(register)
    return [coded(stem, text) for text in texts] if stem else texts
