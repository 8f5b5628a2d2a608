"""From items of the catalogue to the ranker's arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indexer.catalog.item import Item
from indexer.stores.store import StoredItem
from service.models.features import (
    MAX_TAG_LENGTH,
    Vocabulary,
    features_of,
    read_rows,
    tags_of,
)
from service.ranker.data.items import ItemFeatures

DIMS = {"text": 2, "image": 3, "audio": 4}
FILM = Item("film", domain="films", categories=("Drama", " WAR "), attributes={"cast": "Li, Wu"})
SONG = Item("song", domain="songs", categories=("drama",), attributes={"live": True, "year": 1999})
GONE = Item("gone", domain="films", available=False)
VOCABULARY = Vocabulary({"category:drama": 0, "cast:li": 1}, {"films": 1, "songs": 2}, {"view": 1})


def vector(dim: int, at: int) -> np.ndarray:
    return np.eye(dim, dtype=np.float32)[at]


ROWS = [
    StoredItem(4, FILM, {"text": vector(2, 0), "image": vector(3, 1)}),
    StoredItem(1, SONG, {"audio": vector(4, 3), "sequence-x": vector(2, 1)}),
    StoredItem(2, GONE, {}),
]


class Alignment:
    """Turns vectors of a medium by a matrix (dim, 5)."""

    def __init__(self, medium: str, matrix: np.ndarray) -> None:
        self.dim = matrix.shape[1]
        self.medium = medium
        self.heads = SimpleNamespace(media=lambda vectors: vectors @ matrix)


def features(
    dims: Mapping[str, int] = DIMS, n_items: int | None = None, alignment: Any = None
) -> ItemFeatures:
    alignments = {} if alignment is None else {alignment.medium: alignment}
    return features_of(ROWS, VOCABULARY, dims, n_items, alignments=alignments)


def test_tags_are_categories_and_short_values_and_no_numbers() -> None:
    assert list(tags_of(FILM)) == ["category:drama", "category:war", "cast:li", "cast:wu"]
    assert list(tags_of(SONG)) == ["category:drama", "live:true"]
    long = Item("long", attributes={"plot": "x" * (MAX_TAG_LENGTH + 1), "mood": ("dark", "")})
    assert list(tags_of(long)) == ["mood:dark"]


def test_a_vocabulary_has_the_tags_that_several_items_carry_and_counts_codes_from_1() -> None:
    made = Vocabulary.of([FILM, SONG, GONE], ["view", "purchase", "view"])
    assert made.tags == {"category:drama": 0}
    assert made.domains == {"films": 1, "songs": 2}
    assert made.event_types == {"purchase": 1, "view": 2}


def test_what_a_vocabulary_does_not_know_is_left_out_or_code_0() -> None:
    assert VOCABULARY.tag_codes(FILM).tolist() == [0, 1]
    codes = VOCABULARY.domain_codes(["songs", "books"])
    assert codes is not None
    assert codes.tolist() == [2, 0]
    assert VOCABULARY.domain_codes([]) is None


def test_there_is_a_block_for_each_vector_that_the_catalogue_has_and_no_other() -> None:
    made = features()
    assert made.dims == DIMS
    assert {name: block.present.tolist() for name, block in made.blocks.items()} == {
        "text": [True, False, False],
        "image": [True, False, False],
        "audio": [False, True, False],
    }
    assert made.blocks["audio"].vectors.tolist() == [[0] * 4, [0, 0, 0, 1], [0] * 4]
    assert list(features({"text": 2}).blocks) == ["text"]


def test_rows_keep_their_order_and_a_whole_catalogue_goes_by_item_index() -> None:
    in_order = features()
    assert in_order.domain.tolist() == [1, 2, 1]
    assert in_order.live.tolist() == [True, True, False]
    whole = features(n_items=6)
    assert whole.domain.tolist() == [0, 2, 1, 0, 1, 0]
    assert whole.live.tolist() == [False, True, False, False, True, False]
    assert [tags.tolist() for tags in whole.tags] == [[], [0], [], [], [0, 1], []]
    assert np.flatnonzero(whole.blocks["image"].present).tolist() == [4]
    assert whole.n_tags == 2
    assert whole.is_category.tolist() == in_order.is_category.tolist() == [True, False]


@pytest.mark.parametrize(("medium", "dim"), [("image", 3), ("audio", 4)])
def test_an_alignment_is_applied_to_the_medium_it_was_trained_for(medium: str, dim: int) -> None:
    """Its map turns each axis into the one before, and adds a fifth that nothing has."""
    to_shared = np.roll(np.eye(dim, 5, dtype=np.float32), -1, axis=1)
    aligned = features(alignment=Alignment(medium, to_shared))
    assert aligned.dims == {**DIMS, medium: 5}
    for name, before in features().blocks.items():
        block = aligned.blocks[name]
        np.testing.assert_array_equal(block.present, before.present)
        expected = before.vectors @ to_shared if name == medium else before.vectors
        np.testing.assert_array_equal(block.vectors, expected)


class Store:
    """Gives its rows one at a time, and remembers what was asked for."""

    def scroll(self, vector_names: Sequence[str], batch: int) -> Iterator[list[StoredItem]]:
        self.asked = vector_names
        return iter([[row] for row in ROWS])


def test_all_items_are_read_with_the_vectors_that_are_named() -> None:
    store: Any = Store()
    assert read_rows(store, DIMS) == ROWS
    assert store.asked == ("text", "image", "audio")
