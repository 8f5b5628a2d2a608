"""Projections of encoder vectors: what they keep, and what they do with what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.data.content_space import ContentSpace, Projection
from service.ranker.data.items import TEXT, Block
from tests.service.ranker.planted import features, mixed_features


def test_the_direction_in_which_vectors_differ_most_is_kept() -> None:
    """They share a large part (the first axis), which says nothing, and differ along the second."""
    rng = np.random.default_rng(0)
    along, noise = rng.normal(size=100), 0.01 * rng.normal(size=100)
    vectors = np.stack([np.full(100, 10.0), along, noise], axis=1).astype(np.float32)
    projection = Projection.fit(vectors, 1)
    assert (projection.input_dim, projection.dim) == (3, 1)
    assert abs(projection.components[1, 0]) == pytest.approx(1, abs=1e-3)
    projected = projection.apply(vectors)
    assert (np.sign(projected[:, 0]) * np.sign(projection.components[1, 0])).tolist() == np.sign(
        along - along.mean()
    ).tolist()


def test_projected_rows_have_length_1_and_what_is_missing_length_0() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    present = np.arange(20) != 3
    projected = Projection.fit(vectors, 4).apply(vectors, present)
    np.testing.assert_allclose(np.linalg.norm(projected[present], axis=1), 1, atol=1e-5)
    assert not projected[3].any()


def test_no_more_components_are_kept_than_there_are_dimensions() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    assert Projection.fit(vectors, 16).dim == 3


def test_without_vectors_the_first_dimensions_are_kept() -> None:
    projection = Projection.fit(np.zeros((0, 3), np.float32), 2)
    np.testing.assert_array_equal(projection.apply(np.eye(3, dtype=np.float32)), np.eye(3, 2))


def test_a_space_has_a_projection_for_each_block() -> None:
    items = mixed_features(30, ("text", "image", "audio"))
    space = ContentSpace.fit(items, 4)
    projected = space.project(items)
    assert list(space.projections) == list(projected.blocks) == ["text", "image", "audio"]
    assert projected.dims == {"text": 4, "image": 4, "audio": 4}
    for modality, block in items.blocks.items():
        np.testing.assert_array_equal(projected.blocks[modality].present, block.present)


def test_a_block_that_the_items_lack_is_empty_and_one_that_the_space_lacks_is_left_out() -> None:
    space = ContentSpace.fit(mixed_features(30, ("text", "image")), 4)
    items = mixed_features(5, ("text", "audio"))
    projected = space.project(items)
    assert list(projected.blocks) == ["text", "image"]
    assert not projected.blocks["image"].present.any()
    assert projected.blocks["image"].vectors.shape == (5, 4)


def test_words_are_projected_as_the_text_of_items_is() -> None:
    items = features(20)
    space = ContentSpace.fit(items, 4)
    vector = items.blocks[TEXT].vectors[7]
    np.testing.assert_allclose(
        space.project_text(vector), space.project(items).blocks[TEXT].vectors[7], atol=1e-6
    )


def test_only_items_that_have_a_vector_shape_the_space() -> None:
    items = features(20)
    text = items.blocks[TEXT]
    some = Block(text.vectors.copy(), np.arange(20) < 12)
    some.vectors[12:] = 99.0
    with_more = ContentSpace.fit(replace(items, blocks={TEXT: some}), 4)
    alone = ContentSpace.fit(items.rows(np.arange(12)), 4)
    np.testing.assert_array_equal(
        with_more.projections[TEXT].components, alone.projections[TEXT].components
    )


def test_a_direction_orders_items_as_their_own_vectors_do() -> None:
    items = features(200)
    space = ContentSpace.fit(items, items.blocks[TEXT].vectors.shape[1])
    rows = items.blocks[TEXT].vectors
    vector = np.random.default_rng(1).normal(size=rows.shape[1]).astype(np.float32)
    direction = space.direction(TEXT, vector)
    assert np.linalg.norm(direction) == pytest.approx(1, abs=1e-5)
    projection = space.projections[TEXT]
    kept = (rows - projection.mean) @ projection.components
    assert np.corrcoef(kept @ direction, rows @ vector)[0, 1] == pytest.approx(1, abs=1e-4)
