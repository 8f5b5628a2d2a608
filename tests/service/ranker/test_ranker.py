"""The ranker that serves: scores, counterfactuals, and what it does without a trained model."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Query, rank
from service.ranker.ranker import Ranker, untrained_ranker, without_training
from service.ranker.second_stage.scale import Scale
from service.ranker.training.train import Trained
from tests.service.ranker.planted import SMALL, checkerboard, features, mixed_features

NOTHING = np.array([], np.int64)


def ranked(ranker: Ranker, history: History) -> np.ndarray:
    """All candidates of all sources, best first, without those of the history."""
    found = rank(ranker, Query(history, 100), sources_of(ranker.modalities))
    items = found.items(found.order)
    return items[~np.isin(items, history.items)]


def test_scores_do_not_depend_on_the_other_candidates(board: Trained) -> None:
    query_scores = board.ranker.query_scores(History.of(np.array([0, 2])))
    all_scores = board.ranker.score_list(query_scores, np.arange(4, 40)).scores
    few = board.ranker.score_list(query_scores, np.array([10, 30])).scores
    np.testing.assert_allclose(few, all_scores[[6, 26]], rtol=1e-4, atol=1e-4)


def test_rescoring_the_full_history_gives_the_served_scores(board: Trained) -> None:
    history = History.of(np.array([0, 2, 4, 6]))
    query_scores = board.ranker.query_scores(history)
    candidates = np.array([8, 9, 20])
    served = board.ranker.score_list(query_scores, candidates)
    again = board.ranker.rescore(
        history, [np.array([], int), np.array([3])], candidates, served.scale
    )
    np.testing.assert_allclose(again[0], served.scores, rtol=1e-4, atol=1e-4)
    assert not np.allclose(again[1], served.scores)


def test_without_an_event_it_scores_as_if_that_had_never_happened(board: Trained) -> None:
    """On the scale of the full history."""
    ranker = board.ranker
    history, candidates = History.of(np.array([0, 2, 4, 6])), np.array([8, 9, 20])
    scale = ranker.query_scores(history).scale
    without = ranker.rescore(history, [np.array([1])], candidates, scale)[0]
    signals = ranker.score_list(ranker.query_scores(history.without(1)), candidates).signals
    np.testing.assert_allclose(without, ranker.blend.score(signals, scale), rtol=1e-4, atol=1e-4)


def test_each_modality_of_the_catalogue_and_the_crowd_can_be_silent(board: Trained) -> None:
    ranker = untrained_ranker(mixed_features(40, ("text", "image", "audio")), checkerboard(), SMALL)
    history, candidates = History.of(np.array([0, 2])), np.arange(4, 40)
    scored = ranker.score_list(ranker.query_scores(history), candidates)
    silent = ranker.rescore_without(history, candidates, scored.scale)
    assert set(silent) == {"text", "image", "audio", "behaviour", "popularity"}
    for modality, scores in silent.items():
        assert not np.allclose(scores, scored.scores), modality
    assert set(board.ranker.rescore_without(history, candidates, scored_by(board, history))) == {
        "text", "behaviour", "popularity",
    }  # fmt: skip


def scored_by(trained: Trained, history: History) -> Scale:
    return trained.ranker.query_scores(history).scale


def test_a_silent_modality_says_the_same_of_all_candidates() -> None:
    """Items differ in text alone: without it they score alike."""
    nobody = Interactions.build([], [], n_users=0, n_items=40)
    ranker = untrained_ranker(features(40), nobody, SMALL)
    history, candidates = History.of(np.array([0, 2])), np.arange(4, 40)
    scored = ranker.score_list(ranker.query_scores(history), candidates)
    assert np.ptp(scored.scores) > 0.1
    assert np.ptp(ranker.rescore_without(history, candidates, scored.scale)["text"]) < 1e-5


def test_a_query_is_worked_out_once_until_the_catalogue_changes() -> None:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    history = History.of(np.array([0, 2]))
    query = ranker.query_scores(history)
    assert ranker.query_scores(History.of(np.array([0, 2]))) is query
    assert ranker.query_scores(history, query.state) is not query
    ranker.catalog.put_items(np.array([40]), features(1))
    assert ranker.query_scores(history) is not query
    assert ranker.n_items == 41


def test_words_are_read_in_the_space_of_the_items_text() -> None:
    items = features(40)
    ranker = untrained_ranker(items, checkerboard(), SMALL)
    taste = ranker.project_text(items.blocks["text"].vectors[7])
    scores = ranker.query_scores(History.of(NOTHING, taste=taste)).text_recent
    assert scores.argmax() == 7
    assert scores[7] == pytest.approx(1.0, abs=1e-5)


def test_the_scale_of_an_earlier_answer_is_kept_unless_other_signals_made_it() -> None:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    history = History.of(np.array([0, 2]))
    scale = ranker.query_scores(history).scale
    kept = ranker.served_scale(history, (2 * scale.shift).tolist(), (3 * scale.spread).tolist())
    np.testing.assert_array_equal(kept.shift, 2 * scale.shift)
    np.testing.assert_array_equal(kept.spread, 3 * scale.spread)
    assert (kept.known, kept.elsewhere) == (2, 0)
    assert ranker.served_scale(history, [1.0, 2.0], [3.0, 4.0]) is scale


def test_without_a_model_there_are_no_states() -> None:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    assert not ranker.trained
    assert not ranker.states([History.of(np.array([0, 2]))]).any()


def test_without_training_a_history_beats_popularity() -> None:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    assert (ranked(ranker, History.of(np.array([1, 3, 5])))[:8] % 2 == 1).all()


def test_nobody_known_gets_what_is_popular() -> None:
    board = checkerboard()
    fans = Interactions.build(
        np.concatenate([board.user, np.arange(60)]),
        np.concatenate([board.item, np.full(60, 7)]),
        np.concatenate([board.timestamp, np.full(60, 99.0)]),
        n_items=40,
    )
    ranker = untrained_ranker(features(40), fans, SMALL)
    assert ranked(ranker, History.of(np.zeros(0, np.int64)))[0] == 7


def test_what_would_serve_without_training_is_the_untrained_ranker(board: Trained) -> None:
    history = History.of(np.array([1, 3, 5]))
    one, other = (
        without_training(board.ranker),
        untrained_ranker(features(40), checkerboard(), SMALL),
    )
    assert not one.trained
    np.testing.assert_array_equal(ranked(one, history), ranked(other, history))
    candidates = np.arange(40)
    scores = [
        each.score_list(each.query_scores(history), candidates).scores for each in (one, other)
    ]
    np.testing.assert_allclose(*scores, atol=1e-5)
