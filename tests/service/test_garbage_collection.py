"""What was loaded to stay is left out of collections, and what nobody holds is freed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from service.garbage_collection import USUAL, YOUNG, collect_rarely, freeze_gc


class Node:
    """Holds itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.set_threshold(*USUAL)


def test_what_is_there_is_left_out_of_collections() -> None:
    node = Node()
    freeze_gc()
    assert gc.get_freeze_count() > 0
    assert all(one is not node for one in gc.get_objects())


def test_what_nobody_holds_any_more_is_freed_at_the_next_loading() -> None:
    node = Node()
    seen = weakref.ref(node)
    freeze_gc()
    del node
    gc.collect()
    assert seen() is not None  # left out of collections, so not found
    freeze_gc()
    assert seen() is None


def test_a_start_is_looked_through_rarely_and_what_serves_as_usual() -> None:
    collect_rarely()
    assert gc.get_threshold() == (YOUNG, *USUAL[1:])
    freeze_gc()
    assert gc.get_threshold() == USUAL
