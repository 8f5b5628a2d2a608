"""The catalogue: log, store, ids in memory and the serving model agree on which items there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.item import Item
from service.errors import InvalidInput, ItemNotFound
from service.recommender import Recommender
from tests.service.world import filled, items


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def live(palate: Recommender, item_id: str) -> bool:
    index = palate.catalog.index_of(item_id)
    return bool(palate.ranker.snapshot.content.live[index])


def test_a_new_item_is_known_to_all_at_once(changing: Recommender) -> None:
    changing.index_items([Item("fresh", title="Rocket")], {})
    index = changing.catalog.index_of("fresh")
    assert index == len(items())
    assert changing.catalog.exists(index)
    assert changing.get_item("fresh").title == "Rocket"
    assert live(changing, "fresh")
    assert changing.workspace.store.get_items([index])[index].title == "Rocket"


def test_what_becomes_unavailable_is_not_live_any_more(changing: Recommender) -> None:
    changing.index_items([replace(changing.get_item("i3"), available=False)], {})
    assert not live(changing, "i3")


def test_a_deleted_item_is_gone_everywhere(changing: Recommender) -> None:
    index = changing.catalog.index_of("i3")
    assert changing.delete_items(["i3", "ghost"]) == ["ghost"]
    assert not changing.catalog.exists(index)
    with pytest.raises(ItemNotFound):
        changing.catalog.index_of("i3")
    with pytest.raises(ItemNotFound):
        changing.get_item("i3")
    assert not changing.ranker.snapshot.content.live[index]


def test_items_come_in_the_order_asked_for(palate: Recommender) -> None:
    found = palate.catalog.items(np.array([7, 2, 7]))
    assert [item.item_id for item in found] == ["i7", "i2", "i7"]


def test_a_changed_item_is_not_served_from_memory(changing: Recommender) -> None:
    where = np.array([4])
    assert changing.catalog.items(where)[0].price == 4.0
    changing.index_items([replace(changing.get_item("i4"), price=99.0)], {})
    assert changing.catalog.items(where)[0].price == 99.0


def test_pages_list_every_item_once(palate: Recommender) -> None:
    seen, token = [], ""
    while True:
        page, token = palate.list_items(15, token, "")
        seen += [item.item_id for item in page]
        if not token:
            break
    assert seen == [item.item_id for item in items()]
    books, more = palate.list_items(50, "", "books")
    assert (len(books), more) == (10, "")


@pytest.mark.parametrize("token", ["x", "-1", "1.5", str(2**63), "9" * 5_000, "٣" * 30])
def test_a_token_that_is_none_is_refused(palate: Recommender, token: str) -> None:
    with pytest.raises(InvalidInput, match="page_token"):
        palate.list_items(5, token, "")
