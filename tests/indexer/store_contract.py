"""What every item store must do. Subclasses give the fixture `store`, opened with DIMS and
FINGERPRINTS."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encoders.arrays import FloatArray
from indexer.catalog.filter import (
    And,
    Filter,
    Not,
    NumberIn,
    Or,
    Present,
    TextIn,
    all_of,
    in_domains,
    is_available,
    parse_filter,
    with_indices,
)
from indexer.catalog.item import Item
from indexer.stores.store import ItemStore, StoredItem, VectorQuery
from tests.indexer.filter_reference import matches

DIMS = {"text": 8, "image": 4}
FINGERPRINTS = {"text": "text-1", "image": "image-1"}


def axis(at: int, dim: int = 8) -> FloatArray:
    vector = np.zeros(dim, dtype=np.float32)
    vector[at] = 1.0
    return vector


def slope(share: float, dim: int = 8) -> FloatArray:
    """A unit vector whose cosine with axis(0) is `share`."""
    return (share * axis(0, dim) + np.sqrt(1 - share**2) * axis(1, dim)).astype(np.float32)


def stored(index: int, share: float = 0.5, **fields: object) -> StoredItem:
    return StoredItem(index, Item(f"item-{index}", **fields), {"text": slope(share)})  # type: ignore[arg-type]


def nearest(
    store: ItemStore, limit: int = 10, filter: Filter | None = None, exclude: tuple[int, ...] = ()
) -> list[int]:
    [hits] = store.query_batch([VectorQuery("text", axis(0), limit, filter, exclude)])
    return hits.item_indices.tolist()


NAMES = ("director", "running time", "a.b", "ключ", "x[0]", "a-b", "0", "'quoted'")
TEXTS = ("Comedy", "comedy", "Sci-Fi", "true", "1999", "81.0", "007", "", "*", "x'y\"z", "漫画")
NUMBERS = (-1.5, 0.0, 0.1, 1.0, 7.0, 81.0, 1999.0, 1e15)


def catalogue() -> list[StoredItem]:
    """Sixty items over few values, so that a random filter often matches some of them."""
    pick = random.Random(7)

    def attribute() -> str | float | bool | tuple[str, ...]:
        kinds: list[Callable[[], str | float | bool | tuple[str, ...]]] = [
            lambda: pick.choice(TEXTS),
            lambda: pick.choice(NUMBERS),
            lambda: pick.random() < 0.5,
            lambda: tuple(pick.sample(TEXTS, pick.randrange(3))),
        ]
        return pick.choice(kinds)()

    return [
        StoredItem(
            index,
            Item(
                f"item-{index}",
                domain=pick.choice(("films", "books")),
                categories=tuple(pick.sample(TEXTS, pick.randrange(3))),
                attributes={name: attribute() for name in pick.sample(NAMES, pick.randrange(5))},
                price=pick.choice((None, *NUMBERS)),
                created_at=pick.choice((None, *NUMBERS)),
                available=pick.random() < 0.8,
            ),
            {"text": slope(pick.random())},
        )
        for index in range(60)
    ]


def filters() -> st.SearchStrategy[Filter]:
    attributes = st.sampled_from([f"attributes.{name}" for name in NAMES])
    text_field = st.sampled_from(["domain", "categories", "item_id", "available"]) | attributes
    number_field = st.sampled_from(["price", "created_at"]) | attributes
    texts = st.sampled_from([*TEXTS, "films", "item-3", "false"])
    bound = st.none() | st.sampled_from(NUMBERS)
    leaves = st.one_of(
        st.builds(TextIn, text_field, st.lists(texts, min_size=1, max_size=3).map(tuple)),
        st.builds(NumberIn, number_field, bound, bound, bound, bound).filter(
            lambda leaf: any(b is not None for b in (leaf.gt, leaf.gte, leaf.lt, leaf.lte))
        ),
        st.builds(Present, text_field | number_field),
    )

    def grown(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(And, parts) | st.builds(Or, parts) | st.builds(Not, inner)

    return st.recursive(leaves, grown, max_leaves=6)


class StoreContract:
    items: ClassVar[list[StoredItem]] = catalogue()

    def test_the_nearest_come_first_with_their_cosines(self, store: ItemStore) -> None:
        store.upsert([stored(0, 0.2), stored(1, 0.9), stored(7, 0.6)])
        [hits] = store.query_batch([VectorQuery("text", axis(0), 2)])
        assert hits.item_indices.tolist() == [1, 7]
        assert hits.scores.tolist() == pytest.approx([0.9, 0.6], abs=0.01)

    def test_answers_stand_in_the_order_of_the_queries(self, store: ItemStore) -> None:
        store.upsert(
            [
                StoredItem(0, Item("a"), {"text": axis(0)}),
                StoredItem(1, Item("b"), {"text": axis(1)}),
            ]
        )
        queries = [
            VectorQuery("text", axis(1), 1),
            VectorQuery("nope", axis(0), 1),
            VectorQuery("text", axis(0), 1),
        ]
        assert [hits.item_indices.tolist() for hits in store.query_batch(queries)] == [[1], [], [0]]
        assert store.query_batch([]) == []

    def test_an_item_without_a_picture_is_not_found_by_picture(self, store: ItemStore) -> None:
        store.upsert([stored(0), StoredItem(1, Item("b"), {"text": axis(0), "image": axis(2, 4)})])
        [hits] = store.query_batch([VectorQuery("image", axis(0, 4), 10)])
        assert hits.item_indices.tolist() == [1]
        indices, vectors = store.vectors("image", [1, 0, 5])
        assert indices.tolist() == [1]
        np.testing.assert_allclose(vectors, [axis(2, 4)], atol=0.02)

    def test_an_empty_store_finds_nothing(self, store: ItemStore) -> None:
        assert nearest(store) == []
        assert nearest(store, filter=is_available()) == []
        assert store.count() == 0
        assert store.matching(None).tolist() == []
        assert list(store.scroll()) == []
        assert store.vectors("text", [0])[1].shape == (0, 8)

    def test_putting_an_item_in_again_replaces_it(self, store: ItemStore) -> None:
        store.upsert([stored(3, 0.9, title="old")])
        store.upsert([stored(3, 0.1, title="new"), stored(4, 0.5)])
        assert nearest(store) == [4, 3]
        assert store.get_items([3, 99])[3].title == "new"
        assert store.count() == 2

    def test_an_item_comes_back_whole(self, store: ItemStore) -> None:
        item = Item(
            "ü",
            "films",
            "Alien",
            "text",
            ("a", "b"),
            {"x": 1.5, "y": True, "z": ("p",)},
            0.1,
            3.0,
            False,
            {"image": ("p.jpg", "q.jpg"), "audio": ("r.ogg",)},
        )
        store.upsert([StoredItem(0, item, {"text": axis(0)})])
        assert store.get_items([0]) == {0: item}
        [[back]] = store.scroll(["text", "nope"])
        assert (back.item_index, back.item, list(back.vectors)) == (0, item, ["text"])

    def test_set_items_keeps_the_vectors_and_passes_over_unknown_items(
        self, store: ItemStore
    ) -> None:
        store.upsert([stored(0, 0.9, price=1.0)])
        store.set_items([(0, Item("item-0", available=False)), (5, Item("item-5"))])
        assert nearest(store) == [0]
        assert store.matching(parse_filter("price = 1")).tolist() == []
        assert nearest(store, filter=is_available()) == []
        assert store.count() == 1

    def test_deleted_items_are_gone_and_unknown_ones_no_matter(self, store: ItemStore) -> None:
        store.upsert([stored(0), stored(1)])
        store.delete([0, 17])
        store.delete([])
        assert nearest(store) == [1]
        assert store.count() == 1

    def test_scroll_gives_everything_by_ascending_index(self, store: ItemStore) -> None:
        store.upsert([stored(index) for index in (5, 2, 9, 11, 3)])
        assert [[s.item_index for s in page] for page in store.scroll(batch=2)] == [
            [2, 3],
            [5, 9],
            [11],
        ]

    def test_excluded_items_do_not_come_back_and_the_next_ones_do(self, store: ItemStore) -> None:
        store.upsert([stored(index, 1 - index / 20) for index in range(10)])
        assert nearest(store, 3, exclude=(0, 2, 99)) == [1, 3, 4]

    def test_a_filter_gives_the_best_of_what_matches(self, store: ItemStore) -> None:
        items = [
            stored(i, 1 - i / 200, domain="books" if i < 80 else "films", available=i % 2 == 0)
            for i in range(200)
        ]
        store.upsert(items)
        assert nearest(store, 3, in_domains(["films"])) == [
            80,
            81,
            82,
        ]  # more than half match, but none that is near
        assert nearest(store, 3, in_domains(["books"]), (0, 1)) == [2, 3, 4]
        assert nearest(store, 3, is_available(), (0,)) == [2, 4, 6]
        assert nearest(store, 3, all_of(is_available(), in_domains(["films"]))) == [80, 82, 84]
        assert nearest(store, 3, in_domains(["games"])) == []
        assert len(nearest(store, 500, in_domains(["films", "books"]))) == 200
        assert len(nearest(store, 500, is_available())) == 100

    def test_a_write_is_seen_by_the_next_filtered_search(self, store: ItemStore) -> None:
        store.upsert([stored(0, 0.9), stored(1, 0.8, available=False)])
        assert nearest(store, filter=is_available()) == [0]
        store.upsert([stored(1, 0.8), stored(2, 0.7)])
        assert nearest(store, filter=is_available()) == [0, 1, 2]
        store.delete([1])
        assert nearest(store, filter=is_available()) == [0, 2]

    def test_matching_looks_among_the_given_items_only(self, store: ItemStore) -> None:
        store.upsert([stored(index, price=float(index)) for index in range(10)])
        assert store.matching(parse_filter("price > 4")).tolist() == [5, 6, 7, 8, 9]
        assert store.matching(parse_filter("price > 4"), [8, 2, 5, 70]).tolist() == [5, 8]
        assert store.matching(parse_filter("price > 4"), limit=2).tolist() == [5, 6]
        assert store.matching(None, [3, 70]).tolist() == [3]
        assert store.matching(None, []).tolist() == []

    def test_a_vector_is_added_set_searched_and_dropped(self, store: ItemStore) -> None:
        store.upsert([stored(0), stored(1), stored(2)])
        store.create_vector("sequence-1", 3, "dot")
        assert store.vector_names() == {**DIMS, "sequence-1": 3}
        rows = np.array([[1, 0, 0], [4, 0, 0], [9, 9, 9]], dtype=np.float32)
        store.set_vectors("sequence-1", np.array([0, 2, 77]), rows)
        [hits] = store.query_batch([VectorQuery("sequence-1", axis(0, 3), 5)])
        assert hits.item_indices.tolist() == [2, 0]
        assert hits.scores.tolist() == pytest.approx(
            [4, 1], rel=0.02
        )  # a dot product: length counts
        assert nearest(store, 1) != []
        assert store.count() == 3
        store.drop_vector("sequence-1")
        store.drop_vector("sequence-1")
        assert store.vector_names() == DIMS
        assert [
            len(hits) for hits in store.query_batch([VectorQuery("sequence-1", axis(0, 3), 5)])
        ] == [0]
        assert store.vectors("sequence-1", [0])[0].tolist() == []

    def test_a_vector_made_again_keeps_its_values_unless_its_width_differs(
        self, store: ItemStore
    ) -> None:
        store.upsert([stored(0)])
        store.create_vector("s", 3)
        store.set_vectors("s", np.array([0]), axis(1, 3)[None])
        store.create_vector("s", 3)
        assert store.vectors("s", [0])[0].tolist() == [0]
        store.create_vector("s", 2)
        assert store.vectors("s", [0])[0].tolist() == []
        store.set_vectors("s", np.array([0]), axis(1, 2)[None])
        assert store.vectors("s", [0])[1].shape == (1, 2)

    def test_a_vector_of_another_width_is_refused_before_anything_is_written(
        self, store: ItemStore
    ) -> None:
        with pytest.raises(AssertionError, match="8 wide, not 7"):
            store.upsert([stored(0), StoredItem(1, Item("b"), {"text": axis(0, 7)})])
        with pytest.raises(AssertionError, match="NaN"):
            store.upsert([StoredItem(1, Item("b"), {"text": np.full(8, np.nan, dtype=np.float32)})])
        assert store.count() == 0

    def test_optimizing_changes_no_answer(self, store: ItemStore) -> None:
        store.upsert([stored(index, 1 - index / 100) for index in range(100)])
        store.create_vector("s", 3)
        store.set_vectors("s", np.arange(100), np.tile(axis(0, 3), (100, 1)))
        before = nearest(store, 50)
        store.delete([0])
        store.optimize()
        store.flush()
        assert nearest(store, 49) == before[1:]
        assert len(store.vectors("s", np.arange(100))[0]) == 99

    @settings(
        max_examples=120,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.differing_executors,
        ],
    )
    @given(filter=filters())
    def test_filters_mean_what_the_reference_says(self, store: ItemStore, filter: Filter) -> None:
        if store.count() == 0:
            store.upsert(self.items)
        expected = [s.item_index for s in self.items if matches(filter, s.item)]
        known = {stored.item.item_id: stored.item_index for stored in self.items}
        resolved = with_indices(filter, known.get)
        assert store.matching(resolved).tolist() == expected
        assert sorted(nearest(store, 100, resolved)) == expected
