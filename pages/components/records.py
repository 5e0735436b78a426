"""Records as rows of text: who supports what, with the file row each comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.frames import each_row
from loaders import year_shares
from loaders.decisions.dues import NOT_SHARED
from pages.components.names import district_names, subdistrict_names, theme_names
from pages.queries import overlaps
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import cached_words, day, formatter, language, name_of, t, whole, year

LEVEL_KEYS = {
    "province": "level_province", "district": "level_district", "local_government": "level_local_government", "network": "level_network",
    "subdistrict": "level_subdistrict", "village": "level_village", "outside": "level_outside", "not_placed": "level_not_placed",
    "unknown": "level_unknown",
}  # fmt: skip
STATUS_KEYS = {
    "covered": "status_covered", "none": "status_none", "not_reported": "status_not_reported", "not_applicable": "status_not_applicable",
}  # fmt: skip
SPEAKS_KEYS = {"rows": "speaks_rows", "districts": "speaks_districts", "province": "speaks_province"}
BASIS_KEYS = {"dates": "pair_period_dates", "fiscal_year": "pair_period_fiscal_year"}


@cached_words(8)
def agency_names(scope: Scope) -> dict[str, str]:
    """Agency codes to names in the person's language; in Thai the short name if there is one."""
    rows = each_row(queries.code_list(scope.in_language(None), "agency"))
    return {
        row.code: row.short_th if scope.language == "th" and isinstance(row.short_th, str) else name_of(row)
        for row in rows
    }


def base_words(scope: Scope, bases: str) -> str:
    """Comma-joined base codes as comma-joined names."""
    names = agency_names(scope) | {NOT_SHARED: t("base_not_shared")}
    return ", ".join(names.get(base, base) for base in bases.split(",") if base)


def missing_words(scope: Scope, rows: pd.DataFrame) -> list[str]:
    """Per coverage row: the bases that have not reported, and how many waiting rows may be about the place."""
    lines = []
    for bases, waiting in zip(rows["missing_bases"], rows["waiting"], strict=True):
        parts = [base_words(scope, bases), t("rows_waiting", rows=int(waiting)) if waiting else ""]
        lines.append(" · ".join(part for part in parts if part))
    return lines


@cached_words(8)
def stream_names(scope: Scope) -> dict[str, str]:
    """Stream codes to names in the person's language."""
    return {row.code: name_of(row) for row in each_row(queries.code_list(scope.in_language(None), "stream"))}


def theme_words(codes: Any) -> str:
    """One or several theme codes (``a|b`` or ``a,b``) as names; "not coded" without any."""
    names = theme_names()
    parts = [] if pd.isna(codes) else str(codes).replace("|", ",").split(",")
    return ", ".join(names.get(code, code) for code in parts if code) or t("not_coded")


def place_words(scope: Scope, code: Any) -> str:
    """An area code as a name: subdistrict and district, district, or province."""
    text = "" if pd.isna(code) else str(code)
    if len(text) >= 6:
        return subdistrict_names(scope).get(text[:6], text)
    if len(text) == 4:
        return t("prefix_district") + district_names(scope).get(text, text)
    return t("whole_province") if text else t("not_placed")


def _where_words(scope: Scope, row: Any) -> str:
    """The place of a record with its named villages, and how a person divided it over several places."""
    listed = row.village_codes if isinstance(row.village_codes, str) else row.village_code
    words = place_words(scope, row.area_code)
    if isinstance(listed, str):
        words += " " + t("villages_listed", numbers=", ".join(str(int(code[6:])) for code in listed.split(",")))
    return words + (f" · {t('shared_by_' + row.shared_by)}" if isinstance(row.shared_by, str) else "")


def source_words(record: Any) -> str:
    """File, sheet and row of a record."""
    return t("source_row", file=record.file_name, sheet=record.sheet, row=record.row)


def period_words(record: Any) -> str:
    """Dates of a record, else its fiscal year; plus the years its money counts in when it runs over several."""
    start, end = day(record.starts_on), day(record.ends_on)
    number = record.fiscal_year
    words = f"{start} – {end}" if start or end else t("not_known") if pd.isna(number) else year(number)
    counted_in: Any = getattr(record, "counted_in", pd.NA)
    if isinstance(by := getattr(record, "year_shares_by", None), str):
        shared_years = getattr(record, "shared_years", None)
        return t("shared_over_years", period=words, how=t(f"over_years_{by}"),
                 parts=_shares_words(shared_years if isinstance(shared_years, str) else record.year_shares))  # fmt: skip
    if not pd.isna(counted_in):
        return t("counted_in_year", period=words, year=year(int(counted_in)))
    if start and end and not pd.isna(record.amount_satang):
        touched = year_shares.years_touched(record.starts_on.date(), record.ends_on.date())
        if len(touched) > 1:
            return t("all_in_first_year", period=words, year=year(touched[0] if pd.isna(number) else int(number)))
    return words


def _shares_words(text: str) -> str:
    shares = year_shares.parse(text)
    total = sum(weight for _, weight in shares)
    return ", ".join(f"{year(fiscal_year)} {100 * weight / total:.4g}%" for fiscal_year, weight in shares)


def support_words(scope: Scope, records: pd.DataFrame) -> pd.DataFrame:
    """Support records with added text columns for a table."""
    agencies, streams = agency_names(scope), stream_names(scope)
    rows = list(each_row(records))
    return records.assign(
        agency=[agencies.get(row.agency_code, row.agency_code) for row in rows],
        stream=["" if pd.isna(row.stream_code) else streams.get(row.stream_code, row.stream_code) for row in rows],
        theme=[theme_words(row.theme_code) for row in rows],
        place=[_where_words(scope, row) for row in rows],
        level=[t(LEVEL_KEYS[row.area_level]) if isinstance(row.area_level, str) else t("not_placed") for row in rows],
        what=["" if pd.isna(row.activity) else row.activity for row in rows],
        period=[period_words(row) for row in rows],
        source=[source_words(row) for row in rows],
    )


def pair_words(scope: Scope, pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of supports with text columns and both source rows."""
    support_ids = sorted({*pairs["support_a"], *pairs["support_b"]})
    supports = queries.support(scope).set_index("support_id", drop=False).loc[support_ids]
    words = support_words(scope, supports).set_index("support_id")
    rules = {rule["code"]: rule[f"name_{language()}"] for rule in overlaps.rules()["overlap"]["rule"]}

    def side(column: str, name: str) -> list[str]:
        return list(words.loc[pairs[column], name])

    what_a = [
        f"{agency} · {what}"
        for agency, what in zip(side("support_a", "agency"), side("support_a", "what"), strict=True)
    ]
    what_b = [
        f"{agency} · {what}"
        for agency, what in zip(side("support_b", "agency"), side("support_b", "what"), strict=True)
    ]
    return pairs.assign(
        place=[place_words(scope, code) for code in pairs["area_code"]],
        what_a=what_a,
        what_b=what_b,
        theme=[theme_words(code) for code in pairs["theme"]],
        period=[t(BASIS_KEYS[basis]) for basis in pairs["period_basis"]],
        rule=[rules.get(code, code) for code in pairs["rule_code"]],
        source_a=side("support_a", "source"),
        source_b=side("support_b", "source"),
    )


def scope_words(scope: Scope, statement: dict[str, Any]) -> str:
    """What a batch speaks for: kind, areas (none for single rows), years, and who stated it why."""
    words = t(SPEAKS_KEYS[statement["kind"]])
    if statement["kind"] == "rows":
        return words
    if statement["kind"] == "districts":
        words = t("speaks_areas", kind=words, areas=", ".join(place_words(scope, code) for code in statement["areas"]))
    years = ", ".join(
        t("every_fiscal_year") if fiscal_year is None else year(fiscal_year) for fiscal_year in statement["years"]
    )
    words = f"{words} · {years}"
    return (
        t("speaks_stated", words=words, who=statement["stated_by"], why=statement["reason"])
        if statement["reason"]
        else words
    )


def village_words(row: Any) -> str:
    """Named villages of a coverage row; a record for the whole subdistrict is named as such instead of 0 %."""
    if row.villages == 0:
        return t("no_villages")
    if row.status == "not_reported":
        return t("not_known")
    return formatter().villages(int(row.covered_villages), row.villages, bool(row.whole_subdistrict), row.status)


def without_amount(number: int) -> list[str]:
    """The remark beside a sum of money how many of its records state no amount; empty when all do."""
    return [f"{t('named_without_amount')}: {whole(number)}"] if number else []
