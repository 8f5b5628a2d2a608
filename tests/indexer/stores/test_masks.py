"""Which items match a filter, remembered until the store changes."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.arrays import IntArray
from indexer.catalog.filter import Filter, Present, TextIn
from indexer.stores.masks import MAX_MASKS, Mask, MaskCache


def mask(*item_indices: int, total: int = 10) -> Mask:
    return Mask.of(np.array(item_indices, dtype=np.int64), total)


def indices(*given: int) -> IntArray:
    return np.array(given, dtype=np.int64)


def test_a_mask_holds_what_matches_and_nothing_beyond_its_last_item() -> None:
    assert mask(1, 4).holds(indices(0, 1, 4, 5, 10**9)).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_mask_of_nothing_holds_nothing() -> None:
    assert mask().is_empty
    assert mask().holds(indices(0, 1)).tolist() == [False, False]
    assert not mask().is_common


@pytest.mark.parametrize(
    ("matching", "is_common", "is_all"), [(4, False, False), (5, True, False), (10, True, True)]
)
def test_from_half_of_the_items_on_a_mask_is_common(
    matching: int, is_common: bool, is_all: bool
) -> None:
    made = mask(*range(matching))
    assert (made.is_common, made.is_all) == (is_common, is_all)


def test_a_search_is_widened_by_the_share_that_matches() -> None:
    """A third more than is expected to be needed, and 16 for small numbers: 1.3 * 10 / .5 + 16."""
    assert mask(*range(500), total=1_000).widened(10) == 42


def test_a_search_is_never_wider_than_the_store() -> None:
    assert mask(*range(5)).widened(1_000) == 10
    assert mask().widened(1) == 10


def test_the_set_of_items_is_of_plain_integers() -> None:
    assert mask(2, 7).index_set == {2, 7}
    assert all(type(index) is int for index in mask(2, 7).index_set)


class Loading:
    """Makes masks, and counts how often."""

    def __init__(self) -> None:
        self.loaded: list[Filter] = []
        self.meanwhile = lambda: None

    def __call__(self, filter: Filter) -> Mask:
        self.loaded.append(filter)
        self.meanwhile()
        return mask(len(self.loaded))


FILMS, BOOKS = TextIn("domain", ("films",)), TextIn("domain", ("books",))


def test_a_filter_is_evaluated_once_until_the_store_changes() -> None:
    loading = Loading()
    cache = MaskCache(loading)
    assert cache.get(FILMS) is cache.get(TextIn("domain", ("films",)))
    cache.get(BOOKS)
    assert loading.loaded == [FILMS, BOOKS]
    cache.clear()
    cache.get(FILMS)
    assert loading.loaded == [FILMS, BOOKS, FILMS]


def test_the_filter_that_was_asked_for_longest_ago_goes_first() -> None:
    loading = Loading()
    cache = MaskCache(loading)
    filters: list[Filter] = [Present(f"attributes.{n}") for n in range(MAX_MASKS)]
    for filter in filters:
        cache.get(filter)
    cache.get(filters[0])
    cache.get(FILMS)
    loading.loaded.clear()
    cache.get(filters[0])
    assert loading.loaded == []
    cache.get(filters[1])
    assert loading.loaded == [filters[1]]


def test_a_mask_that_was_overtaken_by_a_write_is_used_once_and_not_kept() -> None:
    loading = Loading()
    cache = MaskCache(loading)
    loading.meanwhile = cache.clear
    assert cache.get(FILMS).index_set == {1}
    loading.meanwhile = lambda: None
    assert cache.get(FILMS).index_set == {2}
    assert cache.get(FILMS).index_set == {2}
