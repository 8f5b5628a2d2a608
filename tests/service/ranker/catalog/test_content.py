"""The content of a catalogue: tags by weight, room for more, and items put into it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.catalog.content import Content, tag_idf, tag_matrix
from tests.service.ranker.planted import features, mixed_features

TAGS = [np.array([0]), np.array([0, 1]), np.array([], np.int64)]


def content() -> Content:
    return Content.of(mixed_features(6, ("text", "image")))


def test_a_tag_weighs_less_the_more_items_carry_it() -> None:
    items = replace(features(3), tags=TAGS, n_tags=3)
    np.testing.assert_allclose(tag_idf(items), np.log([4 / 3, 4 / 2, 4 / 1]), rtol=1e-6)


def test_tags_are_unit_rows_by_their_weight() -> None:
    matrix = tag_matrix(TAGS, np.array([3.0, 4.0], np.float32)).toarray()
    np.testing.assert_allclose(matrix, [[1, 0], [0.6, 0.8], [0, 0]], atol=1e-6)


def test_the_arrays_are_its_own() -> None:
    items = mixed_features(6)
    copy = Content.of(items)
    copy.text[0] = 9.0
    copy.live[0] = False
    assert not (items.blocks["text"].vectors[0] == 9.0).any()
    assert items.live[0]
    assert copy.modalities == ("text", "image")


def test_growing_keeps_what_is_there_and_adds_items_that_are_not_live() -> None:
    before = content()
    after = before.grown(8, 7)
    assert after.n_items == 8
    assert after.tags.shape == (8, 7)
    assert after.idf[6] == before.idf.max()
    assert after.live.tolist() == [True] * 6 + [False] * 2
    assert after.is_category.tolist() == [True] * 6 + [False]
    for modality in before.modalities:
        np.testing.assert_array_equal(after.vectors[modality][:6], before.vectors[modality])
        assert not after.vectors[modality][6:].any()


@pytest.mark.parametrize("size", [(6, 6), (3, 2)])
def test_what_is_large_enough_does_not_grow(size: tuple[int, int]) -> None:
    before = content()
    assert before.grown(*size) is before


def test_items_that_are_put_replace_those_that_were_there() -> None:
    before = content()
    tags_before = before.tags.toarray()
    items = replace(
        mixed_features(2, ("text", "image")),
        domain=np.array([7, 8]),
        tags=[np.array([5]), np.array([], np.int64)],
        live=np.array([False, True]),
    )
    after = before.put(np.array([4, 0]), items)
    assert after.domain[[4, 0]].tolist() == [7, 8]
    assert after.live[[4, 0]].tolist() == [False, True]
    np.testing.assert_array_equal(after.text[[4, 0]], items.blocks["text"].vectors)
    np.testing.assert_array_equal(after.vectors["image"][[4, 0]], items.blocks["image"].vectors)
    np.testing.assert_allclose(after.tags.toarray()[4], np.eye(6)[5])
    assert not after.tags.toarray()[0].any()
    np.testing.assert_allclose(after.tags.toarray()[[1, 2, 3, 5]], tags_before[[1, 2, 3, 5]])
