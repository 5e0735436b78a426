"""Controls of the ranking: weights, method, saved presets; all of them are part of the link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geo.ranking.spec import Spec, SpecError
from pages.components import saved_scenarios as scenarios
from pages.components.filters import choose
from pages.ranking import data as ranking_data
from pages.ranking.data import LIMITS, Method
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import language, stated_text, t

NORMALISE = ("z", "minmax", "rank")
AGGREGATE = ("arithmetic", "geometric", "mazziotta_pareto")
CLASSES = ("thirds", "natural", "thresholds")
DEFAULTS = {"norm": "z", "mean": "arithmetic", "cut": "thirds"}
METHOD_CHOICES = (
    ("norm", "ranking_norm", NORMALISE),
    ("mean", "ranking_mean", AGGREGATE),
    ("cut", "ranking_cut", CLASSES),
)
METHOD_KEYS = {
    "z": "rank_method_z", "minmax": "rank_method_minmax", "rank": "rank_method_rank", "goalposts": "rank_method_goalposts",
    "arithmetic": "rank_method_arithmetic", "geometric": "rank_method_geometric", "mazziotta_pareto": "rank_method_mazziotta_pareto",
    "thirds": "rank_method_thirds", "natural": "rank_method_natural", "thresholds": "rank_method_thresholds",
}  # fmt: skip
SCORE_KEYS = {"score": "score_of_score", "strength": "score_of_strength", "need": "score_of_need"}
MOST = 3.0  # upper end of the weight sliders; the stated weights are 0.5 and 1


def _valid(key: str, options: tuple[str, ...]) -> str:
    stated = url_state.current().use(key)
    return stated if stated in options else DEFAULTS[key]


def method() -> Method:
    """Method in the link; an invalid part counts as the default, a weight above :data:`MOST` as that."""
    stated = ranking_data.stated_weights()
    moved = {
        code: min(scenarios.number(value, stated[code]), MOST)
        for code, value in scenarios.state("weights").items()
        if code in stated
    }
    weights = tuple(sorted((code, weight) for code, weight in moved.items() if weight != stated[code]))
    normalise, classes = _valid("norm", NORMALISE), _valid("cut", CLASSES)
    limits = scenarios.state("limits")
    bounds = tuple(
        scenarios.number(limits.get(name), default) for name, default in zip("ab", LIMITS[normalise], strict=True)
    )
    return Method(weights, normalise, _valid("mean", AGGREGATE), classes, bounds if classes == "thresholds" else ())


def fault(chosen: Method) -> str | None:
    """Sentence why the method cannot be computed; None when it can."""
    try:
        ranking_data.spec_of(chosen)
    except SpecError as stop:
        return stated_text(stop)
    return None


def score_words(method: Method) -> Callable[[Any], str]:
    """Return the format of scores: points above or below the average, or of 100; NA is a dash."""
    centre = ranking_data.centre(method)

    def words(score: Any) -> str:
        return "–" if pd.isna(score) else f"{float(score):+,.1f}" if centre else f"{float(score):,.1f}"

    return words


def score_heading(method: Method, of: str) -> str:
    """Heading of a score (``of``: ``score``, ``strength``, ``need``) with its reference."""
    return t(SCORE_KEYS[of], against=t("score_from_average" if ranking_data.centre(method) else "score_of_hundred"))


def value_words(code: str, value: float) -> str:
    """Value of a criterion with its unit; shares (0-1) in per cent, yes or no in words."""
    unit = next(entry["unit"] for entry in ranking_data.document()["criterion"] if entry["code"] == code)
    if unit == "yes_no":
        return t("yes") if value else t("none_held")
    number = f"{value * 100:,.0f}" if unit == "share" else f"{value:,.1f}"
    return t(f"criterion_value_{unit}", value=number)


def uncertainty_words(spec: Spec) -> str:
    """Sentence: share of known criteria that a score needs, treatment of outliers, what the draws vary."""
    parts = [t("doubt_known", share=f"{spec.known_share * 100:g}")]
    if spec.outliers == "winsorise":
        parts.append(t("doubt_outliers", most=spec.outlier_limits[2]))
    varied = spec.uncertainty
    parts.append(
        t(
            "doubt_draws",
            draws=f"{varied.draws:,}",
            spread=f"{varied.weight_spread * 100:g}",
            left=f"{varied.leave_out * 100:g}",
            scales=len(varied.normalisations),
            means=len(varied.aggregations),
            hold=f"{varied.hold * 100:g}",
        )
    )
    return " · ".join(parts)


def names(axis: str = "strength") -> dict[str, str]:
    """Code -> name of the criteria of an axis."""
    return {entry["code"]: entry[f"name_{language()}"] for entry in ranking_data.criteria(axis)}


def weights() -> None:
    """One slider per strength criterion, and a button that restores the stated weights."""
    stated, parts = ranking_data.stated_weights(), scenarios.state("weights")
    scenarios.note([t("weights_how")])
    for code, words in names().items():
        st.session_state[f"weight-{code}"] = min(scenarios.number(parts.get(code), stated[code]), MOST)
        st.slider(words, 0.0, MOST, step=0.25, key=f"weight-{code}", on_change=_moved, args=(code, stated[code]))
    st.button(t("weights_stated"), key="weights-stated", on_click=lambda: st.session_state.update(weights=""))


def _moved(code: str, stated: float) -> None:
    scenarios.set_state("weights", code, st.session_state[f"weight-{code}"], stated)


def methods() -> None:
    """Choices of scale, mean and classes; with classes by thresholds also their limits."""
    with st.expander(t("ranking_method")), st.container(horizontal=True, vertical_alignment="bottom"):
        for choice, heading, options in METHOD_CHOICES:
            choose(choice, t(heading), options, lambda code: t(METHOD_KEYS[code]), DEFAULTS[choice])
        if st.session_state["cut"] == "thresholds":
            _limits(LIMITS[st.session_state["norm"]])


def _limits(stated: tuple[float, ...]) -> None:
    parts = scenarios.state("limits")
    for name, words, default in zip("ab", ("A / B", "B / C"), stated, strict=True):
        st.session_state[f"limit-{name}"] = scenarios.number(parts.get(name), default)
        st.number_input(
            t("ranking_limit", classes=words),
            0.0,
            step=1.0,
            key=f"limit-{name}",
            on_change=lambda name=name, default=default: scenarios.set_state(
                "limits", name, st.session_state[f"limit-{name}"], default
            ),
        )


def presets(scope: Scope, chosen: Method) -> None:
    """Save the method by name, or use a saved one."""
    with st.expander(t("presets")):
        scenarios.listed(scope, "ranking", _use)
        scenarios.save(scope, "ranking", lambda: as_content(chosen))


def as_content(chosen: Method) -> dict[str, str]:
    """Method as its values in the link."""
    limits = dict(zip("ab", chosen.limits, strict=False))
    return {
        "weights": scenarios.packed(dict(chosen.weights)),
        "norm": chosen.normalise,
        "mean": chosen.aggregate,
        "cut": chosen.classes,
        "limits": scenarios.packed(limits),
    }


def _use(scope: Scope, key: str) -> None:
    preset = scenarios.content(scope, "ranking", key)
    for name in ("weights", "norm", "mean", "cut", "limits"):
        st.session_state[name] = str(preset.get(name, DEFAULTS.get(name, "")))


def method_words(chosen: Method) -> str:
    """Method in one line: scale, mean, classes, limits, weights."""
    stated, labels = ranking_data.stated_weights() | dict(chosen.weights), names()
    parts = [t(METHOD_KEYS[name]) for name in (chosen.normalise, chosen.aggregate, chosen.classes)]
    parts += [" / ".join(f"{limit:g}" for limit in chosen.limits)] if chosen.limits else []
    return (
        " · ".join(parts)
        + " · "
        + t("weights_are", weights=", ".join(f"{labels[code]} {weight:g}" for code, weight in stated.items()))
    )
