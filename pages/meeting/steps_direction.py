"""The view of direction: money that goes where the communities' own plans ask, money that does not. Codes and numbers."""

from __future__ import annotations

from dataclasses import replace

from pages.currents.panels import alignment_layer
from pages.meeting.board import MeetingData, said
from pages.queries import money

STREAMS, DISTRICTS = 5, 6


def direction_step(meeting: MeetingData) -> dict:
    """Share of the money that meets the plan of the place itself: by district, and by stream, the least in keeping first."""
    named, layer = meeting.named, alignment_layer(meeting.scope, meeting.chosen)
    share = named["aligned_share"]
    streams = money.direction(meeting.scope, meeting.chosen, "stream_code")
    districts = money.direction(meeting.scope, meeting.chosen, "district_code")
    # the stripe takes lines of the legend, and a line of bars and one of names make room for it
    is_striped = layer.marks is not None and bool(layer.marks.any())
    largest = streams.loc[streams.index.isin(streams[["aligned_satang", "other_satang"]].sum(axis="columns").nlargest(STREAMS - is_striped).index)]  # fmt: skip
    shares = [float(value) for value in largest["share"]]
    names = [meeting.stream_name(str(code)) for code in largest.index]
    held = [int(met + other) for met, other in zip(largest["aligned_satang"], largest["other_satang"], strict=True)]
    bars = [
        [name, satang, ["meeting_said_share_of", {"share": round(part * 100), "money": {"satang": satang}}], part]
        for name, satang, part in zip(names, held, shares, strict=True)
    ]
    worst = districts[: DISTRICTS - 2 * is_striped]
    title = {"share": None if share is None else round(share * 100), "other": {"satang": named["other_money"]}}
    apart = {}
    if len(names) > 1:
        apart = {"low": names[0], "low_share": round(shares[0] * 100), "high": names[-1], "high_share": round(shares[-1] * 100)}  # fmt: skip
    return meeting.step(
        "direction",
        layer if is_striped else replace(layer, marks=None, mark_key=""),
        ["meeting_title_no_direction", {}] if share is None else ["meeting_title_direction", title],
        note=["meeting_note_direction", apart] if apart else None,
        figures=[meeting.figure(f"named_{code}", code) for code in ("aligned_money", "other_money", "unheld_money")] if share is not None else [],
        bars=bars,
        rows=[str(code) for code in worst.index],
        spoken=[said("meeting_said_share", share=round(value * 100)) for value in worst["share"]],
        districts=[str(code) for code in worst.index],
        bases=sorted({*meeting.support_bases, *meeting.register_bases("plan")}),
    )  # fmt: skip
