"""What is close to words, on planted vectors."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.arrays import FloatArray
from indexer.catalog.item import Item
from service.explainer.attribution.limits import DEFAULT_LIMITS
from service.reasons.closeness import Closeness, TasteVectors, closest
from service.reasons.described_taste import DescribedTaste, Vocabulary

N, DIM = 1_000, 32
ITEMS = [Item(f"i{n}", title="word") for n in range(N)]
NOTHING_NAMED = Vocabulary.of([])


@pytest.fixture(scope="module")
def text() -> FloatArray:
    """Unit vectors at random; the last hundred places are gaps."""
    vectors = np.random.default_rng(0).normal(size=(N, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[-100:] = 0.0
    return vectors


def told(text: FloatArray, spoken: TasteVectors) -> list[int]:
    close = Closeness.of(spoken, text, NOTHING_NAMED, np.arange(N), ITEMS)
    return [
        index
        for index, cosine in enumerate(close.cosines)
        if cosine is not None
        and cosine >= close.least
        and close.usual.z(cosine) >= DEFAULT_LIMITS.min_z
    ]


def test_of_items_that_have_nothing_to_do_with_words_a_fiftieth_is_called_close(
    text: FloatArray,
) -> None:
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(100):
        words = rng.normal(size=DIM).astype(np.float32)
        spoken = TasteVectors(DescribedTaste("mimsy", ()), words / np.linalg.norm(words), None)
        shares.append(len(told(text, spoken)) / 900)
    assert max(shares) <= 0.02


def test_gaps_of_the_catalogue_do_not_make_the_others_stand_out(text: FloatArray) -> None:
    spoken = TasteVectors(DescribedTaste("word", ()), text[0], None)
    close = Closeness.of(spoken, text, NOTHING_NAMED, np.arange(1), ITEMS[:1])
    there = text[:900] @ text[0]
    assert close.usual.mean == pytest.approx(float(there.mean()), abs=1e-6)
    assert close.usual.std == pytest.approx(float(there.std()), abs=1e-6)


def test_what_is_near_what_the_words_rule_out_is_not_close(text: FloatArray) -> None:
    wanted = TasteVectors(DescribedTaste("word", ()), text[0], None)
    assert 0 in told(text, wanted)
    against = TasteVectors(DescribedTaste("word", ("mimsy",)), text[0], text[0])
    assert told(text, against) == []


def test_words_that_ask_for_nothing_are_close_to_nothing(text: FloatArray) -> None:
    assert told(text, TasteVectors(DescribedTaste("", ("mimsy",)), None, text[0])) == []


def test_an_item_without_words_has_no_closeness() -> None:
    empty = np.zeros((3, DIM), np.float32)
    spoken = TasteVectors(DescribedTaste("word", ()), np.ones(DIM, np.float32), None)
    assert Closeness.of(spoken, empty, NOTHING_NAMED, np.arange(3), ITEMS[:3]).least == 1.0
    assert closest(np.zeros(0), 0.02) == 1.0
