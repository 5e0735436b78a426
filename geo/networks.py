"""Networks, circles and movements as a graph of memberships: tables of bodies, components, bridges, the two movements.

A membership is an edge between a member (village, group, person, network) and a body (network, circle, movement,
coordinating unit). A network that is itself a member of a movement is a single node in both roles. All functions take
valid memberships: those of :func:`nodes_and_links`, with ``subdistrict_code`` (NA = above it).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.frames import each_row
from geo.statuses import NOT_REPORTED, decide
from loaders.codes import squeeze

PLAN, WELFARE = "plan_movement", "welfare_movement"
BOTH, PLAN_ONLY, WELFARE_ONLY, NEITHER, NOT_KNOWN = "both", "plan_only", "welfare_only", "neither", "not_known"
MOVEMENTS = (BOTH, PLAN_ONLY, WELFARE_ONLY, NEITHER, NOT_KNOWN)


def _keys(memberships: pd.DataFrame) -> pd.DataFrame:
    """Add node keys for both ends of every membership; an unnamed member is a node of its own."""
    members = []
    for row in each_row(memberships):
        if row.member_kind == "village" and isinstance(row.village_code, str):
            members.append(f"village:{row.village_code}")
        elif not isinstance(row.member, str):
            members.append(f"entry:{row.Index}")
        elif row.member_kind in ("village", "group", "person"):  # the same name occurs in several places
            members.append(f"{row.member_kind}:{squeeze(row.member)}:{row.area_code}")
        else:
            members.append(f"body:{squeeze(row.member)}")
    bodies = [f"body:{squeeze(body)}" for body in memberships["body"]]
    return memberships.assign(member_key=members, body_key=bodies)


def nodes_and_links(memberships: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The graph as two tables.

    Parameters
    ----------
    memberships
        Valid ones: ``member``, ``member_kind``, ``body``, ``body_kind``, ``village_code``, ``area_code``, ``relation``.

    Returns
    -------
    nodes : DataFrame
        Index ``key``; ``label``, ``kind``, ``area_code``, ``links`` (degree), ``part`` (component, 0 = largest).
    links : DataFrame
        One row per pair: ``member_key``, ``body_key``, ``relation``.
    """
    import networkx as nx  # slow to import, so only when a network is drawn

    table = _keys(memberships)
    links = table.drop_duplicates(["member_key", "body_key"])[["member_key", "body_key", "relation"]]
    graph: Any = nx.Graph(list(zip(links["member_key"], links["body_key"], strict=True)))
    bodies = table.drop_duplicates("body_key").set_index("body_key")[["body", "body_kind"]]
    bodies = bodies.set_axis(["label", "kind"], axis=1).assign(area_code=pd.NA)
    members = table.drop_duplicates("member_key").set_index("member_key")[["member", "member_kind", "area_code"]]
    members = members.set_axis(["label", "kind", "area_code"], axis=1)
    both = pd.concat([bodies, members[~members.index.isin(bodies.index)]])
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    number = {key: place for place, part in enumerate(parts) for key in part}
    nodes = both.assign(links=[int(graph.degree(key)) for key in both.index], part=[number[key] for key in both.index])
    return nodes.rename_axis("key"), links.reset_index(drop=True)


def by_subdistrict(memberships: pd.DataFrame) -> pd.DataFrame:
    """Memberships with the subdistrict as member, of bodies in several of them: coarse enough for a whole province."""
    placed = memberships[memberships["subdistrict_code"].notna()]
    several = placed.groupby("body")["subdistrict_code"].nunique()
    kept = placed[placed["body"].isin(several.index[several > 1])]
    return kept.assign(member=kept["subdistrict_code"], member_kind="subdistrict")


def positions(nodes: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """``nodes`` with ``x`` and ``y`` (0-1) from a spring layout with a fixed seed."""
    import networkx as nx

    graph: Any = nx.Graph(list(zip(links["member_key"], links["body_key"], strict=True)))
    graph.add_nodes_from(nodes.index)
    layout = nx.spring_layout(graph, seed=1, iterations=60, k=1.6 / max(len(nodes), 1) ** 0.5)
    places = np.array([layout[key] for key in nodes.index], dtype=float).reshape(-1, 2)
    span = np.ptp(places, axis=0) if len(places) else np.ones(2)
    places = (places - places.min(axis=0)) / np.where(span > 0, span, 1) if len(places) else places
    return nodes.assign(x=places[:, 0], y=places[:, 1])


def bodies(memberships: pd.DataFrame) -> pd.DataFrame:
    """One row per body, most members first: the table to the network drawing.

    ``body_key``, ``body``, ``body_kind`` (the most frequent one), ``members``, ``villages``, ``groups``, ``people``,
    ``subdistricts``, ``coordinators``, ``above`` (bodies it is a member of). Its lines in the drawing are ``members``
    plus ``above``.
    """
    table = _keys(memberships)
    bodies_of = table.groupby("body_key", sort=False)
    kinds = {key: kind.mode().iloc[0] for key, kind in bodies_of["body_kind"] if kind.notna().any()}
    counts = pd.DataFrame({"body": bodies_of["body"].first(), "members": bodies_of["member_key"].nunique()})
    counts.insert(1, "body_kind", counts.index.map(kinds))
    for name, kind in (("villages", "village"), ("groups", "group"), ("people", "person")):
        mine = table[table["member_kind"].eq(kind).fillna(False)].groupby("body_key")["member_key"].nunique()
        counts[name] = mine.reindex(counts.index).fillna(0).astype(int)
    counts["subdistricts"] = bodies_of["subdistrict_code"].nunique()
    coordinates = table[table["relation"].eq("coordinates").fillna(False)].groupby("body_key").size()
    counts["coordinators"] = coordinates.reindex(counts.index).fillna(0).astype(int)
    counts["above"] = table.groupby("member_key")["body_key"].nunique().reindex(counts.index).fillna(0).astype(int)
    return counts.reset_index().sort_values(["members", "body"], ascending=[False, True], ignore_index=True)


def covering(memberships: pd.DataFrame, organisations: pd.DataFrame, code: str) -> pd.DataFrame:
    """Bodies of a subdistrict: those with a member in it, then networks registered for it or for its district.

    Parameters
    ----------
    memberships
        Valid ones, as in :func:`nodes_and_links`, with ``subdistrict_code``.
    organisations
        ``organisation_name``, ``organisation_kind``, ``area_code``; only networks are used.
    code
        Six digits.

    Returns
    -------
    DataFrame
        One row per body, most members first: ``body``, ``body_kind``, ``members`` (in the subdistrict; NA for a
        network that is only registered).
    """
    own = memberships[memberships["subdistrict_code"].eq(code).fillna(False).astype(bool)]
    links = (
        bodies(own)[["body", "body_kind", "members"]]
        if len(own)
        else pd.DataFrame(columns=["body", "body_kind", "members"])
    )
    listed = organisations[organisations["organisation_kind"].eq("network").fillna(False).astype(bool)]
    listed = listed[listed["area_code"].isin([code, code[:4]])]["organisation_name"].dropna()
    names = {squeeze(str(name)) for name in links["body"]}
    more = [name for name in dict.fromkeys(listed) if squeeze(str(name)) not in names]
    rest = pd.DataFrame({"body": more, "body_kind": "network", "members": pd.array([pd.NA] * len(more), dtype="Int64")})
    return pd.concat([links.astype({"members": "Int64"}), rest], ignore_index=True)


def unlinked(villages: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``villages`` (``village_code``) without a member in any network."""
    linked = memberships.loc[memberships["body_kind"].eq("network").fillna(False), "village_code"].dropna()
    return villages[~villages["village_code"].isin(linked)].reset_index(drop=True)


def bridges(memberships: pd.DataFrame) -> pd.DataFrame:
    """Subdistricts in which two or more networks or circles meet, those with the most ``parts`` first.

    Movements and coordinating units are left out, because they span every place by definition.

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``bodies`` (that meet there), ``parts`` (components into which its component falls without
        it; 1 = it is no articulation point), ``on_ways`` (betweenness centrality, 0-1).
    """
    import networkx as nx

    table = _keys(memberships[memberships["body_kind"].isin(["network", "circle"])])
    pairs = table[table["subdistrict_code"].notna()][["subdistrict_code", "body_key"]].drop_duplicates()
    wide = pairs["body_key"].value_counts()
    pairs = pairs[pairs["body_key"].isin(wide.index[wide > 1])]  # a body in a single place connects nothing
    graph: Any = nx.Graph(list(zip(pairs["subdistrict_code"], pairs["body_key"], strict=True)))
    meeting = [code for code in sorted(set(pairs["subdistrict_code"])) if graph.degree(code) > 1]
    cut = set(nx.articulation_points(graph))
    ways = nx.betweenness_centrality(graph) if meeting else {}
    rows = []
    for code in meeting:
        pieces = 1
        if code in cut:
            part = graph.subgraph(nx.node_connected_component(graph, code)).copy()
            part.remove_node(code)
            pieces = nx.number_connected_components(part)
        rows.append((code, int(graph.degree(code)), pieces, float(ways[code])))
    cut_places = pd.DataFrame(rows, columns=["subdistrict_code", "bodies", "parts", "on_ways"])
    return cut_places.sort_values(
        ["parts", "on_ways", "subdistrict_code"], ascending=[False, False, True], ignore_index=True
    )


def movements(areas: pd.DataFrame, memberships: pd.DataFrame, completeness: pd.Series) -> pd.DataFrame:
    """Which of the two movements every subdistrict of ``areas`` is in: ``movements`` is one of :data:`MOVEMENTS`.

    ``neither`` needs ``completeness`` 1 (by subdistrict, see :mod:`geo.coverage.heard`), otherwise it is ``not_known``.
    ``plan_only`` and ``welfare_only`` have ``is_sure`` False where a report is missing: the other one may be there too.
    """
    codes = areas["subdistrict_code"]
    inside = {
        kind: codes.isin(memberships.loc[memberships["body_kind"].eq(kind).fillna(False), "subdistrict_code"].dropna())
        for kind in (PLAN, WELFARE)
    }
    status = decide(inside[PLAN] | inside[WELFARE], codes.map(completeness))
    is_sure = codes.map(completeness).eq(1.0) | (inside[PLAN] & inside[WELFARE])
    choice = np.select(
        [inside[PLAN] & inside[WELFARE], inside[PLAN], inside[WELFARE], status.eq(NOT_REPORTED)],
        [BOTH, PLAN_ONLY, WELFARE_ONLY, NOT_KNOWN],
        NEITHER,
    )
    return pd.DataFrame({"subdistrict_code": codes, "movements": choice, "is_sure": is_sure}).reset_index(drop=True)
