"""True tables in the forms of offices: read right, or asked about; never wrong without a word."""

from __future__ import annotations

from collections import Counter

from loaders.places.matcher import Places
from tests.support.drawn import true_forms
from tests.support.drawn.true_tables import check, draw

TABLES = 60  # `python -m bench true_tables` checks 2,000


def test_no_table_is_read_wrong_in_silence(tmp_path, places: Places) -> None:
    verdicts = [check(seed, tmp_path, places) for seed in range(TABLES)]
    wrong = [(one.form, one.difference) for one in verdicts if one.answer == "wrong"]
    assert wrong == []
    assert Counter(one.answer for one in verdicts)["right"] >= 0.8 * TABLES


def test_no_table_of_the_further_forms_is_read_wrong_in_silence(tmp_path, places: Places) -> None:
    verdicts = [true_forms.check(seed, tmp_path, places) for seed in range(TABLES // 2)]
    assert [(one.form, one.difference) for one in verdicts if one.answer == "wrong"] == []
    assert Counter(one.answer for one in verdicts)["right"] >= 0.8 * len(verdicts)


def test_the_forms_are_many() -> None:
    forms = [draw(seed)[0] for seed in range(TABLES)]
    assert len({(one.shape, one.unit, one.header, one.year, one.district) for one in forms}) > TABLES * 2 // 3
