"""What a history says of every item, by arithmetic on a catalogue of four."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import TEXT, Block
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.second_stage.query_scores import BEST_OF, QueryScores
from tests.service.ranker.planted import SMALL, features, query_scores

DECAY = 0.5
AXES = np.eye(4, dtype=np.float32)
WEIGHTS = np.arange(16, dtype=np.float32).reshape(4, 4) / 10
"""Item-item weights: row = item in the history, column = item to score."""


def small() -> CatalogSnapshot:
    """Four items whose text vectors are the axes; only items 1 and 2 have pictures, the same one."""
    picture = np.zeros((4, 2), np.float32)
    picture[1:3, 0] = 1
    items = replace(
        features(4),
        blocks={TEXT: Block(AXES, np.ones(4, bool)), "image": Block(picture, picture[:, 0] > 0)},
        domain=np.array([0, 0, 1, 1]),
        tags=[np.array([0]), np.array([0]), np.array([1]), np.array([0, 1])],
        n_tags=2,
    )
    log = Interactions.build([0, 0, 1], [0, 1, 0], n_items=4)
    content = Content.of(items)
    behaviour = replace(
        Behaviour.fit(log, content.views, SMALL, solve_ease=False),
        ease=sparse.csr_matrix(WEIGHTS),
        knn=sparse.csr_matrix(2 * WEIGHTS),
        neighbours=np.array([[1, 2], [0, 2], [0, 1], [1, 2]]),
        closeness=np.full((4, 2), 0.5, np.float32),
    )
    vectors = np.array([[1, 0], [0, 1], [2, 2], [-1, 0]], np.float32)
    regression = ContentRegression.fit(content.views, behaviour.ease, log.item_counts())
    return CatalogSnapshot(content, behaviour, regression, vectors)


def of(*items: int, disliked: tuple[int, ...] = (), taste: np.ndarray | None = None) -> QueryScores:
    history = History.of(np.array(items, np.int64), taste=taste)
    history = replace(history, liked=~np.isin(history.items, disliked))
    return query_scores(small(), history, DECAY)


def test_the_newest_event_counts_most_and_a_repeated_item_once() -> None:
    scores = of(3, 0, 3)
    np.testing.assert_allclose(scores.ease_recent, WEIGHTS[3] + 0.5 * WEIGHTS[0], rtol=1e-6)
    np.testing.assert_allclose(scores.knn_recent, 2 * WEIGHTS[3] + WEIGHTS[0], rtol=1e-6)


def test_without_order_all_items_of_the_history_count_alike() -> None:
    scores = of(3, 0, 3)
    both = WEIGHTS[3] + WEIGHTS[0]
    np.testing.assert_allclose(scores.ease_all, both / np.sqrt(2), rtol=1e-6)
    np.testing.assert_allclose(scores.knn_all, 2 * both / 2, rtol=1e-6)


def test_co_occurrence_is_the_mean_share_of_people() -> None:
    """Of the two who met item 0, one met item 1; whoever met item 1 met item 0."""
    np.testing.assert_allclose(of(0).co_occurrence, [0, 0.5, 0, 0])
    np.testing.assert_allclose(of(0, 1).co_occurrence, [0.5, 0.25, 0, 0])


def test_the_state_of_the_sequence_model_is_compared_with_every_item() -> None:
    assert of(0, 2).sequence.tolist() == [2, 2, 8, -2]


def test_the_back_off_is_the_mean_over_the_neighbours() -> None:
    scores = of(3)
    expected = [(WEIGHTS[3, 1] + WEIGHTS[3, 2]) / 2, (WEIGHTS[3, 0] + WEIGHTS[3, 1]) / 2]
    np.testing.assert_allclose(scores.backoff(np.array([3, 2])), expected, rtol=1e-6)
    assert of().backoff(np.array([3, 2])).tolist() == [0, 0]


def test_where_ease_was_not_solved_item_knn_is_the_strongest() -> None:
    catalogue = small()
    behaviour = replace(catalogue.behaviour, ease=sparse.csr_matrix((4, 4), dtype=np.float32))
    scores = query_scores(replace(catalogue, behaviour=behaviour), History.of(np.array([3])))
    np.testing.assert_array_equal(scores.strongest, scores.knn_recent)
    np.testing.assert_array_equal(of(3).strongest, of(3).ease_recent)


def test_text_is_near_to_what_was_liked_lately_and_not_to_what_was_disliked() -> None:
    np.testing.assert_allclose(of(0, 2).text_recent, [1 / 3, 0, 2 / 3, 0], rtol=1e-6)
    np.testing.assert_allclose(of(0, 2).text_all, [0.5, 0, 0.5, 0], rtol=1e-6)
    np.testing.assert_allclose(of(0, 2, disliked=(0,)).text_recent, [0, 0, 1, 0], rtol=1e-6)


def test_a_persons_own_words_are_half_of_the_profile_or_all_of_it() -> None:
    words = AXES[3]
    np.testing.assert_allclose(of(0, taste=words).text_recent, [0.5, 0, 0, 0.5], rtol=1e-6)
    np.testing.assert_allclose(of(taste=words).text_recent, words)
    np.testing.assert_allclose(of(taste=words).text_all, words)
    assert of().text_profile is None
    assert not of().text_recent.any()


def test_a_modality_without_words_has_a_profile_where_something_liked_has_it() -> None:
    assert of(0).profile("image") is None
    assert not of(0).recent("image").any()
    scores = of(0, 1, taste=AXES[3])  # item 1 weighs 2 / 3
    np.testing.assert_allclose(scores.recent("image"), [0, 2 / 3, 2 / 3, 0], rtol=1e-6)


def test_the_best_is_the_one_liked_item_that_is_nearest() -> None:
    everything = np.arange(4)
    assert of(0, 2).best(TEXT, everything).tolist() == [1, 0, 1, 0]
    assert of(0, 1).best("image", everything).tolist() == [0, 1, 1, 0]
    assert of(0, 2, disliked=(2,)).best(TEXT, everything).tolist() == [1, 0, 0, 0]
    assert of().best(TEXT, everything).tolist() == [0, 0, 0, 0]


def test_only_the_newest_liked_events_are_looked_at_for_the_best() -> None:
    assert of(0, *[1] * BEST_OF).best(TEXT, np.array([0, 1])).tolist() == [0, 1]


def test_words_count_as_one_more_liked_item_for_text_alone() -> None:
    words = 0.5 * AXES[3]
    assert of(0, taste=words).best(TEXT, np.arange(4)).tolist() == [1, 0, 0, 0.5]
    assert of(taste=-words).best(TEXT, np.array([3])).tolist() == [-0.5]
    assert of(taste=words).best("image", np.arange(4)).tolist() == [0, 0, 0, 0]


def test_tags_and_domains_are_shared_with_what_was_liked() -> None:
    scores = of(2, 0)  # item 0 weighs 2 / 3; tags 0 and 1, domains 0 and 1
    tags = small().content.tags.toarray()
    np.testing.assert_allclose(
        scores.tags_recent, tags @ (2 / 3 * tags[0] + 1 / 3 * tags[2]), rtol=1e-5
    )
    np.testing.assert_allclose(scores.domain_share, [2 / 3, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(scores.domain_share_of(np.array([3, 1])), [1 / 3, 2 / 3], rtol=1e-6)


@pytest.mark.parametrize(
    ("domains", "known", "elsewhere"), [(None, 3, 0), ([1], 1, 2), ([0, 1], 3, 0), ([7], 0, 3)]
)
def test_the_scale_counts_the_events_in_the_domains_that_are_allowed(
    domains: list[int] | None, known: int, elsewhere: int
) -> None:
    scale = of(0, 1, 2).scale_in(None if domains is None else np.array(domains))
    assert (scale.known, scale.elsewhere) == (known, elsewhere)


def test_what_is_worked_out_is_kept() -> None:
    scores = of(0, 2)
    assert scores.sequence is scores.sequence
    assert scores.ease_recent is scores.ease_recent
    assert scores.recent("image") is scores.recent("image")
    assert scores.scale is scores.scale
