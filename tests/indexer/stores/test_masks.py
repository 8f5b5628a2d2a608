"""Masks of filters: what they hold, and how long they are remembered."""

from __future__ import annotations

import threading

import numpy as np

from indexer.catalog.filter import Filter, NumberIn
from indexer.stores.masks import MAX_MASKS, Mask, MaskCache

EVENS = np.array([0, 2, 4, 6], dtype=np.int64)


def below(price: float) -> Filter:
    return NumberIn("price", lt=price)


def test_a_mask_holds_its_items_and_no_index_beyond_them() -> None:
    mask = Mask.of(EVENS, 7)
    assert mask.holds(np.array([0, 1, 6, 7, 100])).tolist() == [True, False, True, False, False]
    assert mask.index_set == {0, 2, 4, 6}


def test_a_mask_knows_how_much_of_the_store_it_holds() -> None:
    nothing, half, everything = (Mask.of(np.arange(n, dtype=np.int64), 10) for n in (0, 5, 10))
    assert [mask.is_empty for mask in (nothing, half, everything)] == [True, False, False]
    assert [mask.is_common for mask in (nothing, half, everything)] == [False, True, True]
    assert [mask.is_all for mask in (nothing, half, everything)] == [False, False, True]
    assert nothing.holds(np.array([0])).tolist() == [False]


def test_more_hits_are_taken_the_rarer_the_matches_and_never_more_than_there_are() -> None:
    half = Mask.of(np.arange(500, dtype=np.int64), 1_000)
    tenth = Mask.of(np.arange(100, dtype=np.int64), 1_000)
    assert half.widened(10) == 10 * 2 * 1.3 + 16
    assert half.widened(10) < tenth.widened(10)
    assert tenth.widened(500) == 1_000


class Loader:
    """Counts what it loads."""

    def __init__(self) -> None:
        self.loaded: list[Filter] = []

    def __call__(self, filter: Filter) -> Mask:
        self.loaded.append(filter)
        return Mask.of(EVENS, 7)


def test_a_filter_is_loaded_once_until_the_store_changes() -> None:
    load = Loader()
    cache = MaskCache(load)
    assert cache.get(below(1)) is cache.get(below(1))
    assert len(load.loaded) == 1
    cache.clear()
    cache.get(below(1))
    assert len(load.loaded) == 2


def test_the_least_recently_used_filter_goes_first() -> None:
    load = Loader()
    cache = MaskCache(load)
    for price in range(MAX_MASKS):
        cache.get(below(price))
    cache.get(below(0))
    cache.get(below(MAX_MASKS))  # one more than is remembered
    load.loaded.clear()
    cache.get(below(0))
    cache.get(below(1))
    assert load.loaded == [below(1)]


def test_a_mask_that_was_loaded_while_the_store_changed_is_given_and_not_remembered() -> None:
    loading, changed = threading.Event(), threading.Event()
    loaded: list[Filter] = []

    def load(filter: Filter) -> Mask:
        loaded.append(filter)
        loading.set()
        changed.wait(5)
        return Mask.of(EVENS, 7)

    cache = MaskCache(load)
    reader = threading.Thread(target=cache.get, args=(below(1),))
    reader.start()
    assert loading.wait(5)
    cache.clear()
    changed.set()
    reader.join()
    cache.get(below(1))
    assert len(loaded) == 2
