"""The views of the storyboard as codes and numbers: a class per subdistrict, a finding, figures, rows. No words.

A step is plain JSON, so that it can be frozen. ``classes`` holds one character per subdistrict in code order;
``legend`` says for each character its colour, hatch, text key and blanks; ``focus`` names the places under
discussion, at most seven. A blank is a number, ``{"satang": n}``, ``{"share": x}`` or a name ``{"th": .., "en": ..}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geo.breaks import classify
from geo.index_criteria import criteria_frame
from geo.index_reading import read_spec
from geo.index_spec import SpecError
from geo.ranking import Ranking, rank
from geo.selection import Choice, Wish, select, worth
from pages.parts import queries
from pages.parts.layers import count_bounds
from pages.parts.palette import (
    CALL,
    CLASSES,
    NONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    NOT_REPORTED_LINE,
    OUTCOMES,
    PILOTS,
    QUADRANTS,
    SEQUENTIAL,
    UNMEASURED,
    WEAK,
)

FOCUS = 7
NOTHING = {"none": "n", "not_reported": "u", "not_applicable": "x"}
NEED = "hardship_households"
VIEWS = ("coverage", "gaps", "overlaps", "currents", "classes", "weak", "pilots", "decision")


def nothing_legend() -> list[list]:
    """The three kinds of nothing, off every scale."""
    return [
        ["n", NONE, None, "status_none", {}],
        ["u", NOT_REPORTED, NOT_REPORTED_LINE, "status_not_reported", {}],
        ["x", NOT_APPLICABLE, None, "status_not_applicable", {}],
    ]


def whole(number: object) -> int | None:
    """A JSON number, ``None`` when it is not known."""
    return None if pd.isna(number) else int(number)  # type: ignore[arg-type, call-overload]


@dataclass(frozen=True)
class Board:
    """What the steps are computed from: one data version, one fiscal year."""

    version: str
    story: dict

    @cached_property
    def chosen(self) -> queries.Filters:
        """The usual fiscal year."""
        return queries.Filters(queries.usual_year(self.version))

    @cached_property
    def codes(self) -> list[str]:
        """Every subdistrict code, sorted."""
        return sorted(queries.areas(None)["subdistrict_code"])

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Facts of every subdistrict by code."""
        return queries.areas(self.chosen.fiscal_year).set_index("subdistrict_code", drop=False)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Coverage by code."""
        return queries.coverage(self.version, self.chosen).set_index("subdistrict_code", drop=False)

    @cached_property
    def need(self) -> str:
        """The need under discussion: the first with figures, hardship before others."""
        present = set(queries.needs(self.version)["indicator_code"])
        listed = [
            entry["code"]
            for entry in queries.codes.indicators()
            if entry["direction"] == "need" and entry["code"] in present
        ]
        return NEED if NEED in listed or not listed else listed[0]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need against support by code."""
        return queries.gaps(self.version, self.chosen, self.need).set_index("subdistrict_code", drop=False)

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """The columns that the ranking takes."""
        needs = queries.needs(self.version)
        measured = [entry["code"] for entry in queries.codes.indicators() if entry["direction"] != "context"]
        registers = [queries.register(self.version, name) for name in ("plan", "welfare_fund", "organisation")]
        return criteria_frame(
            self.areas.reset_index(drop=True),
            needs[needs["indicator_code"].isin(measured)],
            *registers,
            fiscal_year=self.chosen.fiscal_year,
        )

    def ranking(self, axis: str) -> Ranking | None:
        """The ranking by ``data/rules/criteria.toml``; ``None`` when the data have too few of its columns."""
        data = self.criteria
        document = self.story["criteria"]
        known = [entry for entry in document["criterion"] if entry["code"] in data.columns]
        if not any(entry.get("axis", "strength") == axis for entry in known):
            return None
        try:
            found = rank(read_spec(document | {"criterion": known}, axis), data)
        except SpecError:
            return None
        return found if found.units["score"].notna().any() else None

    @cached_property
    def strength(self) -> Ranking | None:
        """The ranking of the community side."""
        return self.ranking("strength")

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """``class``, ``border``, ``stability``, ``score`` per subdistrict; all NA without a ranking."""
        if self.strength is None:
            empty = pd.DataFrame(
                index=pd.Index(self.codes, name="subdistrict_code"), columns=["score", "stability"], dtype=float
            )
            return empty.assign(
                **{name: pd.Series(pd.NA, index=empty.index, dtype="string") for name in ("class", "border")}
            )
        return self.strength.units.set_index("subdistrict_code")

    @cached_property
    def weak(self) -> pd.Series:
        """Whether a subdistrict is of the class to be strengthened."""
        return self.ranked["class"].eq("C").fillna(False).astype(bool).reindex(self.codes, fill_value=False)

    @cached_property
    def flagged(self) -> pd.DataFrame:
        """Pairs suspected of duplication."""
        pairs = queries.overlaps(self.version, self.chosen).pairs
        return pairs[pairs["outcome"].eq("suspected_duplication")]

    @cached_property
    def selection(self) -> Choice | None:
        """The pilots: the exact optimum of need and readiness in equal parts, at least some in every district."""
        need = self.ranking("need")
        if need is None or self.strength is None:
            return None
        wish = self.story["pilots"]
        parts = pd.DataFrame(
            {"need": need.units.set_index("subdistrict_code")["score"], "readiness": self.ranked["score"]}
        ).reindex(self.codes)
        table = pd.DataFrame(
            {"subdistrict_code": self.codes, "district_code": [code[:4] for code in self.codes], "cost_satang": 0}
        )
        table["worth"] = worth(parts, {"need": 1.0, "readiness": 1.0}).to_numpy()
        known = table["worth"].notna()
        number = min(int(wish["number"]), int(known.sum()))
        return select(table, Wish(number, per_district=int(wish["per_district"])), prices=False)

    def bases(self, frame: pd.DataFrame) -> list[str]:
        """The bases behind a frame."""
        return sorted(set(frame["base"].dropna()))

    def step(self, view: str, classes: pd.Series, legend: list, title: list, **more: object) -> dict:
        """Put a step together; every subdistrict has a class, and every class in use stands in the legend."""
        letters = classes.reindex(self.codes)
        shown = [entry for entry in legend if entry[0] in set(letters) or entry[0] not in {"x", "m"}]
        for name in ("note", "values", "unit", "marks", "mark_key", "badges"):
            more.setdefault(name, None)
        return {
            "view": view,
            "classes": "".join(letters),
            "legend": shown,
            "title": title,
            "figures": [],
            "bars": [],
            "focus": [],
            "bases": [],
        } | more

    def in_order(self, values: pd.Series) -> list[float | int | None]:
        """Values in code order as JSON numbers."""
        return [None if pd.isna(value) else round(float(value), 2) for value in values.reindex(self.codes)]


def _ranges(bounds: list[float], count: bool) -> list[str]:
    words, start = [], None
    for bound in bounds:
        low = (1 if count else 0) if start is None else (start + 1 if count else start)
        words.append(f"{bound:,.0f}" if low == bound else f"{low:,.0f}–{bound:,.0f}")
        start = bound
    return words


def _scale(bounds: list[float], key: str, count: bool) -> list[list]:
    shades = [
        SEQUENTIAL[round(index * (len(SEQUENTIAL) - 1) / max(len(bounds) - 1, 1))] for index in range(len(bounds))
    ] or []
    entries = [[str(i), shades[i], None, key, {"range": words}] for i, words in enumerate(_ranges(bounds, count))]
    return entries[::-1]


def coverage(board: Board) -> dict:
    """How many agencies stand in each subdistrict, and where nobody does."""
    table = board.coverage
    bounds = count_bounds(float(table["agencies"].max() or 0))
    number = classify(table["agencies"], bounds)
    classes = table["status"].map(NOTHING).astype("object").where(number.isna(), number.astype("string"))
    counts = table["status"].value_counts()
    covered, none, unknown = (int(counts.get(name, 0)) for name in ("covered", "none", "not_reported"))
    nobody = table[table["status"].eq("none")].sort_values("population", ascending=False)
    few = table[table["agencies"].eq(1)].sort_values("population", ascending=False)
    return board.step(
        "coverage", classes.astype("object"), _scale(bounds, "unit_agencies", True) + nothing_legend(),
        ["meeting_title_coverage", {"covered": covered, "all": len(table), "none": none, "unknown": unknown}],
        note=["meeting_note_coverage", {"full": int(table["missing_bases"].eq("").sum()), "all": len(table)}],
        values=board.in_order(table["agencies"].where(table["status"].eq("covered"))), unit="unit_agencies",
        figures=[["people_covered", whole(table.loc[table["status"].eq("covered"), "population"].sum())],
                 ["people_none", whole(table.loc[table["status"].eq("none"), "population"].sum())],
                 ["people_not_reported", whole(table.loc[table["status"].eq("not_reported"), "population"].sum())]],
        focus=list((nobody if len(nobody) else few)["subdistrict_code"][:FOCUS]),
        bases=board.bases(queries.chosen_support(board.version, board.chosen)),
    )  # fmt: skip


def gaps(board: Board) -> dict:
    """Where need is high and nobody helps."""
    table = board.gaps
    letters = {
        "gap": "g",
        "served": "s",
        "low_need_supported": "l",
        "low_need_none": "o",
        "unknown_need": "u",
        "unknown_support": "v",
        "not_applicable": "x",
    }
    legend = [
        [letters[name], QUADRANTS[name], None, f"quadrant_{name}", {}]
        for name in ("gap", "served", "low_need_supported", "low_need_none")
    ]
    legend += [["v", NOT_REPORTED, NOT_REPORTED_LINE, "quadrant_unknown_support", {}], ["u", NONE, NOT_REPORTED_LINE, "quadrant_unknown_need", {}],
               ["x", NOT_APPLICABLE, None, "status_not_applicable", {}]]  # fmt: skip
    found = table[table["quadrant"].eq("gap")].sort_values("need_value", ascending=False)
    unknown = int(table["quadrant"].isin(["unknown_support", "unknown_need"]).sum())
    need = next(
        (entry for entry in queries.codes.indicators() if entry["code"] == board.need), {"name_th": "-", "name_en": "-"}
    )
    theme = queries.theme_of(board.need)
    name = next(
        (
            {"th": entry["name_th"], "en": entry["name_en"]}
            for entry in queries.codes.themes()
            if entry["code"] == theme
        ),
        {"th": "-", "en": "-"},
    )
    blanks = {"gaps": len(found), "need": {"th": need["name_th"], "en": need["name_en"]}, "theme": name}
    register = queries.register(board.version, "indicator").query("indicator_code == @board.need")
    return board.step(
        "gaps", table["quadrant"].map(letters).astype("object"), legend, ["meeting_title_gaps", blanks],
        note=["meeting_note_gaps", {"known": int(table["need_value"].notna().sum()), "all": len(table), "unknown": unknown}],
        values=board.in_order(table["need_value"]), unit="unit_need",
        figures=[["meeting_need_in_gaps", whole(found["need_value"].sum())], ["meeting_people_in_gaps", whole(found["population"].sum())]],
        focus=list(found["subdistrict_code"][:FOCUS]),
        bases=sorted({*board.bases(register), *board.bases(queries.chosen_support(board.version, board.chosen))}),
    )  # fmt: skip


def overlaps(board: Board) -> dict:
    """Suspected duplication told from designed layering."""
    found = queries.overlaps(board.version, board.chosen)
    inside = found.by_area[found.by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    letters = {
        "suspected_duplication": "d",
        "overlapping": "o",
        "fragmented": "f",
        "complementary": "c",
        "cleared": "c",
        "single": "s",
        "not_known": "s",
    }
    outcome = inside["outcome"].reindex(board.codes)
    status = board.coverage["status"].reindex(board.codes).map(NOTHING)
    classes = outcome.map(letters).fillna(status).fillna("n")
    names = ("suspected_duplication", "overlapping", "fragmented", "complementary", "single")
    legend = [[letters[name], OUTCOMES[name], None, f"outcome_{name}", {}] for name in names]
    flagged = inside[inside["outcome"].eq("suspected_duplication")].sort_values(
        "at_stake_satang", ascending=False, na_position="last"
    )
    stake = flagged["at_stake_satang"].sum(min_count=1) if len(flagged) else 0
    counts = queries.overlaps(board.version, board.chosen).pairs["outcome"].value_counts()
    return board.step(
        "overlaps", classes.astype("object"), legend + nothing_legend(),
        ["meeting_title_overlaps", {"pairs": len(board.flagged), "places": int(board.flagged["area_code"].nunique()), "stake": {"satang": whole(stake)}}],
        note=["meeting_note_overlaps", {}],
        values=board.in_order(inside["suspected_duplication"].astype(float)), unit="unit_duplication",
        badges={str(code): int(number) for code, number in flagged["suspected_duplication"].items()},
        figures=[[f"meeting_pairs_{name}", whole(counts.get(name, 0))] for name in ("suspected_duplication", "overlapping", "complementary")],
        focus=list(flagged.index[:FOCUS]), bases=board.bases(queries.chosen_support(board.version, board.chosen)),
    )  # fmt: skip


def currents(board: Board) -> dict:
    """Where the money runs: baht per subdistrict, the streams by size, and what has no subdistrict."""
    rolled = queries.rolled(board.version, board.chosen)
    table = board.coverage
    million = table["amount_satang"].astype("Float64") / 1e8
    bounds = [0.5, 1.0, 2.0, 5.0]
    top = float(million.max()) if million.notna().any() else 0.0
    scale = [bound for bound in bounds if bound < top] + ([top] if top else [])
    number = classify(million, scale)
    unmeasured = table["status"].map(NOTHING).fillna("m")
    classes = unmeasured.astype("object").where(number.isna(), number.astype("string"))
    shades = _scale(scale, "unit_million_baht", False)
    edges = ["0", *(f"{bound:g}" for bound in bounds)]
    for entry in shades:
        position = int(entry[0])
        last = position == len(scale) - 1
        entry[4] = {"range": f"> {edges[position]}" if last else f"{edges[position]}–{edges[position + 1]}"}
    placed, strip = (
        rolled.by_subdistrict["amount_satang"].sum(min_count=1),
        rolled.strip["amount_satang"].sum(min_count=1),
    )
    records = queries.chosen_support(board.version, board.chosen)
    streams = (
        records[records["amount_satang"].notna()]
        .groupby("stream_code")["amount_satang"]
        .sum()
        .sort_values(ascending=False)
    )
    richest = table[table["amount_satang"].notna()].sort_values("amount_satang", ascending=False)
    total = int((0 if pd.isna(placed) else placed) + (0 if pd.isna(strip) else strip))
    return board.step(
        "currents", classes.astype("object"), [*shades, ["m", UNMEASURED, None, "unmeasured_per_head_baht", {}], *nothing_legend()],
        ["meeting_title_currents", {"total": {"satang": total}, "streams": int((streams > 0).sum()), "unplaced": {"satang": whole(strip) or 0}}],
        note=["meeting_note_currents", {"without": int(records["amount_satang"].isna().sum())}],
        values=board.in_order(million), unit="unit_million_baht",
        figures=[["figure_placed_baht", {"satang": whole(placed)}], ["without_subdistrict", {"satang": whole(strip)}]],
        bars=_stream_bars(board, streams, total), focus=list(richest["subdistrict_code"][:FOCUS]), bases=board.bases(records),
    )  # fmt: skip


def _stream_bars(board: Board, streams: pd.Series, total: int) -> list[list]:
    known = queries.code_list(board.version, "stream").set_index("code")
    bars = []
    for code, satang in streams.head(5).items():
        row = known.loc[code] if code in known.index else None
        name = (
            {"th": str(code), "en": str(code)}
            if row is None
            else {"th": str(row["name_th"]), "en": str(row["name_en"] or row["name_th"])}
        )
        bars.append([name, int(satang)])
    rest = total - sum(bar[1] for bar in bars)
    return [*bars, ["meeting_other_streams", int(rest)]] if rest > 0 else bars


def classes(board: Board) -> dict:
    """A, B, C of the community side, with the doubt striped."""
    table = board.ranked.reindex(board.codes)
    letters = table["class"].fillna("u").astype("object")
    border = table["border"].notna()
    legend = [[name, CLASSES[name], None, f"meeting_class_{name.lower()}", {}] for name in ("A", "B", "C")]
    counts = letters.value_counts()
    held = sum(entry["held"] for entry in board.strength.headline().values()) if board.strength else 0
    scored = int(table["class"].notna().sum())
    low = table[letters.eq("C")].sort_values("score")
    blanks = {
        "a": int(counts.get("A", 0)),
        "b": int(counts.get("B", 0)),
        "c": int(counts.get("C", 0)),
        "scored": scored,
        "all": len(table),
    }
    return board.step(
        "classes", letters, [*legend, ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]],
        ["meeting_title_classes", blanks] if scored else ["meeting_title_no_classes", {}],
        note=["meeting_note_classes", {"held": held, "scored": scored}] if scored else None,
        values=board.in_order(table["score"]), unit="meeting_unit_score",
        marks="".join("1" if mark else "0" for mark in border), mark_key="meeting_border",
        figures=[["meeting_class_firm", held], ["meeting_class_border", int(border.sum())], ["meeting_class_unknown", int(len(table) - scored)]],
        focus=list(low.index[:FOCUS]), bases=_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")),
    )  # fmt: skip


def _register_bases(board: Board, names: tuple[str, ...]) -> list[str]:
    return sorted(
        {base for name in names for base in board.bases(queries.register(board.version, name)) if base != "reference"}
    )


def weak(board: Board) -> dict:
    """Weak subdistricts by how many agencies stand there."""
    table = board.coverage.reindex(board.codes)
    agencies, status = table["agencies"].astype(int), table["status"]
    classes_ = pd.Series("o", index=board.codes, dtype="object")
    classes_[board.weak & (agencies >= 3)] = "s"
    classes_[board.weak & agencies.between(1, 2)] = "f"
    classes_[board.weak & (agencies == 0) & status.eq("none")] = "w"
    classes_[board.weak & (agencies == 0) & status.ne("none")] = "v"
    classes_[board.ranked["class"].reindex(board.codes).isna()] = "u"
    legend = [["w", WEAK["alone"], None, "meeting_weak_alone", {}], ["f", WEAK["few"], None, "meeting_weak_few", {}],
              ["s", WEAK["several"], None, "meeting_weak_several", {}], ["v", NOT_REPORTED, WEAK["alone"], "meeting_weak_unknown", {}],
              ["o", WEAK["other"], None, "meeting_not_weak", {}], ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]]  # fmt: skip
    counts = classes_.value_counts()
    alone = table[classes_.isin(["w"])].sort_values("population", ascending=False)
    few = table[classes_.eq("f")].sort_values(["agencies", "population"], ascending=[True, False])
    blanks = {
        "weak": int(board.weak.sum()),
        "alone": int(counts.get("w", 0)),
        "few": int(counts.get("f", 0)),
        "unknown": int(counts.get("v", 0)),
    }
    return board.step(
        "weak", classes_, legend, ["meeting_title_weak", blanks], note=["meeting_note_weak", blanks],
        values=board.in_order(agencies.where(agencies > 0)), unit="unit_agencies",
        figures=[["meeting_people_weak", whole(table.loc[board.weak, "population"].sum())], ["meeting_people_alone", whole(alone["population"].sum())]],
        focus=[*alone["subdistrict_code"], *few["subdistrict_code"]][:FOCUS],
        bases=sorted({*_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")), *board.bases(queries.chosen_support(board.version, board.chosen))}),
    )  # fmt: skip


def pilots(board: Board) -> dict:
    """Where to begin: N places by need and readiness, some in every district."""
    choice = board.selection
    classes_ = pd.Series("u", index=board.codes, dtype="object")
    if choice is not None:
        table = choice.areas.set_index("subdistrict_code")
        classes_ = (
            pd.Series("o", index=table.index, dtype="object")
            .mask(~table["is_known"], "u")
            .mask(table["is_chosen"], "p")
        )
    chosen = [code for code in board.codes if classes_[code] == "p"]
    order = (
        choice.areas.set_index("subdistrict_code").loc[chosen].sort_values("worth", ascending=False).index
        if chosen and choice
        else []
    )
    legend = [["p", PILOTS["chosen"], None, "meeting_pilot", {}], ["o", PILOTS["other"], None, "meeting_not_pilot", {}],
              ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]]  # fmt: skip
    people = board.areas.loc[chosen, "population"].sum()
    districts = len({code[:4] for code in chosen})
    title = (
        ["meeting_title_pilots", {"chosen": len(chosen), "districts": districts}]
        if chosen
        else ["meeting_title_no_pilots", {}]
    )
    return board.step(
        "pilots", classes_, legend, title,
        note=["meeting_note_pilots", {"per_district": int(board.story["pilots"]["per_district"])}] if chosen else None,
        figures=[["meeting_people_pilots", whole(people)], ["meeting_pilot_districts", districts]],
        focus=list(order[:FOCUS]), bases=_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")),
    )  # fmt: skip


def decision(board: Board) -> dict:
    """What calls for a decision: how many of three signs (need without help, suspected duplication, weak and alone) a place bears."""
    gap = board.gaps["quadrant"].eq("gap").reindex(board.codes, fill_value=False)
    double = pd.Series(board.codes, index=board.codes).isin(set(board.flagged["subdistrict_code"].dropna()))
    lonely = board.weak & board.coverage["agencies"].reindex(board.codes).le(1)
    signs = gap.astype(int) + double.astype(int) + lonely.astype(int)
    legend = [[str(number), CALL[number], None, "meeting_signs", {"range": str(number)}] for number in (3, 2, 1)] + [
        ["0", CALL[0], None, "meeting_no_sign", {}]
    ]
    people = board.areas["population"].reindex(board.codes)
    order = pd.DataFrame({"signs": signs, "people": people}).sort_values(["signs", "people"], ascending=False)
    return board.step(
        "decision", signs.astype(str).astype("object"), legend,
        ["meeting_title_decision", {"places": int((signs > 0).sum()), "two": int((signs >= 2).sum())}], note=["meeting_note_decision", {}],
        values=board.in_order(signs.where(signs > 0)), unit="meeting_unit_signs",
        figures=[["quadrant_gap", int(gap.sum())], ["outcome_suspected_duplication", int(double.sum())], ["meeting_weak_lonely", int(lonely.sum())]],
        focus=[code for code in order.index if signs[code] > 0][:FOCUS],
        bases=sorted({*board.bases(queries.chosen_support(board.version, board.chosen)), *_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation"))}),
    )  # fmt: skip


BUILDERS = {
    "coverage": coverage,
    "gaps": gaps,
    "overlaps": overlaps,
    "currents": currents,
    "classes": classes,
    "weak": weak,
    "pilots": pilots,
    "decision": decision,
}
