from __future__ import annotations

import math

import numpy as np
import pytest

from service.wishes.lexicon.words import K1, B, Words

TEXTS = [
    (0, "red red dress"),
    (2, "blue dress"),
    (3, "old hat of a dresser and more words than that"),
]


def test_a_score_is_bm25_as_it_is_defined() -> None:
    scores = Words.of(TEXTS).scores(["red"], 5)
    mean = (3 + 2 + 10) / 3
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 3 / mean))
    assert scores[0] == pytest.approx(expected, rel=1e-5)
    assert scores[1:].tolist() == [0, 0, 0, 0]


def test_other_forms_of_a_word_are_the_same_word() -> None:
    words = Words.of(TEXTS)
    assert words.scores(["dresses"], 5)[2] > 0
    assert words.count("dresses") == 2


def test_words_that_no_text_has_score_nothing() -> None:
    assert not Words.of(TEXTS).scores(["zebra"], 5).any()
    assert not Words.of([]).scores(["zebra"], 3).any()


def test_every_word_is_spelled_as_it_came_first_and_has_its_place() -> None:
    words = Words.of(TEXTS)
    items, weights = words.by_text()
    assert items.tolist() == [0, 2, 3]
    column = words.column("dresses")
    assert column is not None
    assert words.spellings[column] == "dress"
    np.testing.assert_allclose(
        weights[:, [column]].toarray()[:, 0], words.scores(["dress"], 4)[items]
    )
    assert words.column("zebra") is None
