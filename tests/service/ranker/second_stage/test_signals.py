"""The table of signals: every one of them, worked out in both ways, and what is read from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.catalogue.snapshot import CatalogueSnapshot
from service.ranker.data.history import History
from service.ranker.data.variants import Variants
from service.ranker.second_stage.signals import (
    Scaling,
    Signal,
    UnknownSignals,
    scale_of,
    signals_for,
    signals_named,
    signals_of_query,
    signals_of_variants,
)
from service.ranker.second_stage.variant_scores import VariantScores
from tests.service.ranker.planted import query_scores, snapshot

N = 40
MODALITIES = ("text", "image", "audio")
SIGNALS = signals_for(MODALITIES)
CANDIDATES = np.array([1, 8, 25, 39])
LEFT_OUT = [
    [], [0], [7], [11], [3, 4], [0, 11], [10, 11], [1, 5, 9], list(range(11)), list(range(12)),
]  # fmt: skip
SETS = [np.array(one, int) for one in LEFT_OUT]


@pytest.fixture(scope="module")
def catalogue() -> CatalogueSnapshot:
    return snapshot(N, modalities=MODALITIES)


def history(liked: str = "some", *, with_taste: bool = False) -> History:
    """Twelve events; some items come twice, and some may have been disliked."""
    rng = np.random.default_rng(3)
    items = rng.integers(0, N // 2, 12)
    is_liked = {"some": items % 5 > 0, "all": items >= 0, "none": items < 0}[liked]
    taste = np.full(6, 0.3, np.float32) if with_taste else None
    return History(items, np.zeros(12, np.int64), np.arange(12.0), is_liked, taste)


def twins(
    signal: Signal, catalogue: CatalogueSnapshot, whole: History
) -> tuple[np.ndarray, np.ndarray]:
    """(B, C) of the variants together, and of each of them alone."""
    alone = [query_scores(catalogue, whole.without(one)) for one in SETS]
    states = np.stack([one.state for one in alone])
    variants = VariantScores(Variants.without(whole, SETS), states, CANDIDATES, catalogue, 0.8)
    together = signals_of_variants([signal], variants)[:, :, 0]
    return together, np.stack([signal.of_query(one, CANDIDATES) for one in alone])


@pytest.mark.parametrize("with_taste", [False, True], ids=["history", "history and words"])
@pytest.mark.parametrize("liked", ["some", "all", "none"])
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_variants_of_a_history_have_the_signals_of_each_alone(
    catalogue: CatalogueSnapshot, signal: Signal, liked: str, with_taste: bool
) -> None:
    together, alone = twins(signal, catalogue, history(liked, with_taste=with_taste))
    for row, left_out in enumerate(LEFT_OUT):
        np.testing.assert_allclose(
            together[row], alone[row], atol=2e-5, err_msg=f"without {left_out}"
        )


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_tells_some_candidates_or_some_histories_apart(
    catalogue: CatalogueSnapshot, signal: Signal
) -> None:
    """Else the comparison above would compare nothing."""
    together, _ = twins(signal, catalogue, history())
    assert np.ptp(together) > 0


def test_names_are_unique() -> None:
    names = [signal.name for signal in SIGNALS]
    assert len(set(names)) == len(names)


def test_a_signal_that_is_scaled_says_what_it_is_measured_on() -> None:
    assert [s.name for s in SIGNALS if s.scaling is not Scaling.NONE and not s.over_catalogue] == []


def test_a_catalogue_has_signals_for_the_modalities_that_it_has() -> None:
    def of_content(*modalities: str) -> list[str]:
        return [s.name for s in signals_for(modalities) if s.modality in MODALITIES]

    text = ["text_recent", "text_best", "text_all"]
    assert of_content("text") == text
    assert of_content("text", "audio") == [*text, "audio_recent", "audio_best"]
    assert of_content("text", "image", "audio") == [
        *text, "image_recent", "image_best", "audio_recent", "audio_best",
    ]  # fmt: skip


def test_signals_are_found_by_name_in_the_order_asked_for() -> None:
    found = signals_named(["popularity", "image_best", "sequence"], MODALITIES)
    assert [signal.name for signal in found] == ["popularity", "image_best", "sequence"]


def test_names_that_are_unknown_are_told() -> None:
    with pytest.raises(UnknownSignals, match=r"unknown signals: weather, video_best$"):
        signals_named(["popularity", "weather", "video_best"], MODALITIES)


def test_signals_stand_in_their_order(catalogue: CatalogueSnapshot) -> None:
    query = query_scores(catalogue, History.of(np.array([2, 4])))
    both = signals_named(["popularity", "sequence"], MODALITIES)
    values = signals_of_query(both, query, CANDIDATES)
    counts = catalogue.behaviour.counts[CANDIDATES]
    np.testing.assert_allclose(values[:, 0], np.log1p(counts), rtol=1e-6)
    np.testing.assert_array_equal(values[:, 1], query.sequence[CANDIDATES])
    assert signals_of_query(both, query, CANDIDATES[:0]).shape == (0, 2)


def test_a_scale_is_measured_as_each_signal_says(catalogue: CatalogueSnapshot) -> None:
    query = query_scores(catalogue, history())
    names = ["sequence", "ease_recent", "ease_backoff", "text_best"]
    scale = scale_of(signals_named(names, MODALITIES), query)
    sample = query.sequence[catalogue.sample]
    np.testing.assert_allclose(scale.shift, [sample.mean(), 0, 0, 0], rtol=1e-5)
    spread_of_ease = np.sqrt(np.mean(query.ease_recent**2))
    expected = [sample.std(), spread_of_ease, spread_of_ease, 0]
    np.testing.assert_allclose(scale.spread, expected, rtol=1e-5)
    assert (scale.known, scale.elsewhere) == (12, 0)


def test_what_hardly_varies_and_what_has_no_history_has_no_scale(
    catalogue: CatalogueSnapshot,
) -> None:
    alike = replace(catalogue, item_vectors=np.ones_like(catalogue.item_vectors))
    assert not scale_of(SIGNALS, query_scores(alike, history())).spread[0]
    empty = scale_of(SIGNALS, query_scores(catalogue, History.of(np.zeros(0, np.int64))))
    assert not empty.spread.any()
