"""The catalogue while it serves: what comes, changes and goes is seen by the next reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.catalog.state import CatalogState
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.interactions import Interactions
from service.ranker.sequence.inference import embed_items
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.shape import PAD, ModelShape
from tests.service.ranker.planted import SMALL, mixed_features, snapshot

N, N_COLD = 40, 4


@pytest.fixture
def before() -> CatalogSnapshot:
    return snapshot(N, N_COLD)


@pytest.fixture
def state(before: CatalogSnapshot) -> CatalogState:
    """Without a model."""
    space = ContentSpace.fit(mixed_features(N), 16)
    return CatalogState(before, space, None, np.zeros(0, np.int64))


def test_a_new_item_has_content_and_neighbours_and_no_events(
    state: CatalogState, before: CatalogSnapshot
) -> None:
    items = mixed_features(3)
    state.put_items(np.array([N + 1, N + 2, 0]), items)
    after = state.snapshot
    assert after.n_items == N + 3
    projected = state.space.project(items)
    for modality, block in projected.blocks.items():
        np.testing.assert_array_equal(
            after.content.vectors[modality][[N + 1, N + 2, 0]], block.vectors
        )
    assert after.content.live[[N, N + 1]].tolist() == [False, True]
    assert after.behaviour.counts[N + 1] == 0
    assert (after.behaviour.counts[after.behaviour.neighbours[N + 1]] > 0).all()
    assert before.n_items == N  # who reads the snapshot before is not disturbed


def test_a_new_item_is_embedded_by_its_content_and_a_known_one_by_its_id_too(
    before: CatalogSnapshot,
) -> None:
    torch.manual_seed(0)
    items = mixed_features(N)
    space = ContentSpace.fit(items, 16)
    shape = ModelShape(
        n_ids=N, modality_dims=space.project(items).dims, n_domains=2, n_tags=6, n_event_types=1,
        max_history=5,
    )  # fmt: skip
    model = SequenceModel(SMALL, shape).network()
    vectors = embed_items(model, space.project(items), np.arange(N))
    known = replace(before, item_vectors=vectors)
    state = CatalogState(known, space, model, np.arange(N))
    some = items.rows(np.array([3, 3]))
    state.put_items(np.array([3, N]), some)
    with_id, without = embed_items(model, space.project(some), np.array([3, PAD]))
    np.testing.assert_allclose(state.snapshot.item_vectors[3], with_id, atol=1e-6)
    np.testing.assert_allclose(state.snapshot.item_vectors[N], without, atol=1e-6)
    assert np.abs(with_id - without).max() > 1e-3


def test_tags_that_are_new_to_the_ranker_find_room(state: CatalogState) -> None:
    items = mixed_features(1)
    n_tags = state.snapshot.content.tags.shape[1] + 2
    state.put_items(np.array([N]), type(items)(
        items.blocks, items.domain, [np.array([n_tags - 1])], n_tags, items.live
    ))  # fmt: skip
    np.testing.assert_allclose(
        state.snapshot.content.tags.toarray()[N], np.eye(n_tags)[n_tags - 1], atol=1e-6
    )


def test_an_item_is_live_until_it_is_said_not_to_be(state: CatalogState) -> None:
    live = state.snapshot.content.live
    state.set_live(3, False)
    state.remove_items(np.array([5, 7, N + 9]))
    assert np.flatnonzero(~live).tolist() == [3, 5, 7]
    state.set_live(3, True)
    state.set_live(N + 9, True)  # comes with its content later
    assert np.flatnonzero(~live).tolist() == [5, 7]
    assert state.snapshot.n_items == N


def test_events_are_counted_as_they_happen_and_anew_from_a_log(state: CatalogState) -> None:
    count = int(state.snapshot.behaviour.counts[2])
    state.observe(np.array([2, 2, N + 9]))
    assert state.snapshot.behaviour.counts[2] == count + 2
    state.recount(Interactions.build([0, 1, 2], [2, 2, 9], n_items=N))
    assert state.snapshot.behaviour.counts[[2, 9, 3]].tolist() == [2, 1, 0]
