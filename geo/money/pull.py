"""Direction of streams: along the priorities of community plans or across them, and whether two streams agree.

Direction is known only for money that can be compared with a plan (:func:`geo.money.alignment.judged`); other money
is not known, never "across".
"""

from __future__ import annotations

import itertools

import pandas as pd

from geo.frames import each_row, require_columns

KEY = "subdistrict_code"
ALONG, ACROSS = {"aligned_satang", "union_aligned_satang"}, {"other_satang", "union_other_satang"}
KINDS = ("apart", "adrift", "together")  # one along and one across; both across; both along
SLOW_BELOW = 0.5  # share paid
# Current in a place with a weak community, most serious first.
CURRENTS = ("cross", "slow", "strong", "calm", "unknown")


def pulls(money: pd.DataFrame) -> pd.DataFrame:
    """Direction of every stream in every subdistrict.

    Parameters
    ----------
    money
        From :func:`geo.money.alignment.judged`: ``subdistrict_code``, ``stream_code``, ``kind``, ``satang``.

    Returns
    -------
    DataFrame
        One row per subdistrict and stream with money compared with a plan: ``subdistrict_code``, ``stream_code``,
        ``along_satang``, ``across_satang``, ``is_along`` (at least half of it is along).
    """
    require_columns(money, [KEY, "stream_code", "kind", "satang"], "money")
    held = money[money["kind"].isin(ALONG | ACROSS) & money["stream_code"].notna()]
    is_met = held["kind"].isin(ALONG)
    table = held[[KEY, "stream_code"]].assign(
        along_satang=held["satang"].where(is_met, 0), across_satang=held["satang"].where(~is_met, 0)
    )
    sums = table.groupby([KEY, "stream_code"], as_index=False)[["along_satang", "across_satang"]].sum()
    return sums.assign(is_along=sums["along_satang"] >= sums["across_satang"])


def pairs(pulled: pd.DataFrame) -> pd.DataFrame:
    """Every two streams in a subdistrict, from rows of :func:`pulls`.

    ``subdistrict_code``, ``stream_a``, ``stream_b``, ``kind`` and ``satang`` (of both); in the order of :data:`KINDS`,
    then most money first.
    """
    rows = []
    for code, here in pulled.groupby(KEY):
        for row, other in itertools.combinations(each_row(here.sort_values("stream_code")), 2):
            kind = "apart" if row.is_along != other.is_along else "together" if row.is_along else "adrift"
            satang = row.along_satang + row.across_satang + other.along_satang + other.across_satang
            rows.append((code, row.stream_code, other.stream_code, kind, satang))
    table = pd.DataFrame(rows, columns=[KEY, "stream_a", "stream_b", "kind", "satang"])
    order = table["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    return table.assign(_order=order).sort_values(["_order", "satang"], ascending=[True, False], ignore_index=True).drop(columns="_order")  # fmt: skip


def on_weak(places: pd.DataFrame, paid_share: pd.Series) -> pd.DataFrame:
    """Strong, slow or cross currents in weak communities.

    Parameters
    ----------
    places
        ``subdistrict_code``, ``is_weak`` and ``is_strong`` (NA = not known), ``along_satang``, ``across_satang`` (both
        0 = no money compared with a plan).
    paid_share
        By subdistrict: share 0-1 of the money that is paid (NA = no payment stated).

    Returns
    -------
    DataFrame
        ``places`` with ``paid_share``, ``is_cross`` and ``is_slow`` (NA = not known) and ``current``: for a weak place
        the first of :data:`CURRENTS` that holds (``calm`` = none of the known signs, ``unknown`` = no sign is known),
        NA elsewhere.
    """
    held = places["along_satang"] + places["across_satang"]
    is_cross = (places["across_satang"] > places["along_satang"]).astype("boolean").mask(held.eq(0))
    share = places[KEY].map(paid_share).astype("Float64")
    is_slow = share.lt(SLOW_BELOW).astype("boolean")
    is_strong = places["is_strong"].astype("boolean")
    current = pd.Series("calm", index=places.index, dtype="object")
    current = current.mask(is_cross.isna() & is_slow.isna() & is_strong.isna(), "unknown")
    for name, signs in (("strong", is_strong), ("slow", is_slow), ("cross", is_cross)):
        current = current.mask(signs.fillna(False).astype(bool), name)
    current = current.where(places["is_weak"].fillna(False).astype(bool), pd.NA)
    return places.assign(paid_share=share, is_cross=is_cross, is_slow=is_slow, current=current)


def received(contributions: pd.DataFrame) -> pd.DataFrame:
    """Promised against received contributions by source.

    Returns
    -------
    DataFrame
        Index ``source``; ``promised_satang``, ``received_satang`` (sums of stated amounts), ``known`` (rows that state
        the amount received), ``rows``, ``share`` (received of the promises of the known rows), ``first_on``,
        ``last_on`` (days of receipt).
    """
    require_columns(contributions, ["source", "promised_satang", "received_satang", "received_on"], "contributions")
    got = contributions["received_satang"].astype("Int64")
    promised = contributions["promised_satang"].astype("Int64")
    table = contributions[["source"]].assign(
        promised_satang=promised, received_satang=got, of=promised.where(got.notna()), known=got.notna().astype(int), rows=1,
        first_on=pd.to_datetime(contributions["received_on"]), last_on=pd.to_datetime(contributions["received_on"]),
    )  # fmt: skip
    grouped = table.groupby("source")
    sums = grouped[["promised_satang", "received_satang", "of"]].sum(min_count=1)
    joined = sums.join(grouped[["known", "rows"]].sum()).join(
        grouped.agg(first_on=("first_on", "min"), last_on=("last_on", "max"))
    )
    share = joined["received_satang"].astype("Float64") / joined["of"].astype("Float64").mask(joined["of"].eq(0))
    return joined.assign(share=share).drop(columns="of")
