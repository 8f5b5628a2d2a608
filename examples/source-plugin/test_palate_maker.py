"""The source of this example, on a catalogue of six items."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from palate_maker import SameMaker, makers_of

from indexer.catalog.item import Item
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History

ITEMS = [
    Item("a1", attributes={"author": "Ann"}),
    Item("b1", attributes={"author": "Ben"}),
    Item("a2", attributes={"author": "ann"}),
    Item("both", attributes={"author": "Ann, Ben"}),
    Item("nobody"),
    Item("c1", attributes={"author": ("Cy",)}),
]


class Catalog:
    def items(self, indices: IntArray) -> list[Item]:
        return [ITEMS[index] for index in indices.tolist()]

    def everything(self) -> Iterator[tuple[int, Item]]:
        return iter(enumerate(ITEMS))


class Query:
    def __init__(self, *items: int) -> None:
        self.history = History.of(np.array(items, dtype=np.int64))


@pytest.fixture
def source() -> SameMaker:
    return SameMaker(Catalog())


def test_makers_are_read_from_lists_and_from_text() -> None:
    assert [makers_of(item) for item in ITEMS[3:]] == [["ann", "ben"], [], ["cy"]]


def test_items_of_the_newest_maker_come_first(source: SameMaker) -> None:
    everything = np.ones(len(ITEMS), bool)
    assert source.propose(Query(0, 1), everything, 9).tolist() == [1, 3, 0, 2]


def test_only_what_is_allowed_is_proposed_and_no_more_than_asked_for(source: SameMaker) -> None:
    allowed = np.array([True, True, False, True, True, True])
    assert source.propose(Query(0), allowed, 9).tolist() == [0, 3]
    assert source.propose(Query(0), allowed, 1).tolist() == [0]


def test_an_unknown_maker_proposes_nothing(source: SameMaker) -> None:
    assert source.propose(Query(4), np.ones(len(ITEMS), bool), 9).tolist() == []
