"""A frozen store gives what the store gave, and lets nothing be changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.stores.store import ItemStore
from service.api.messages import TrainProgress
from service.recommender import Recommender
from service.storage.frozen_store import FrozenStore, freeze
from tests.service import world

NAMES = ("text", "image")


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = world.filled(tmp_path_factory.mktemp("frozen"))
    recommender.delete_items(["i3"])
    yield recommender
    recommender.close()


@pytest.fixture
def store(palate: Recommender) -> ItemStore:
    return palate.workspace.store


def test_it_is_read_as_the_store_is(store: ItemStore, tmp_path: Path) -> None:
    steps: list[TrainProgress] = []
    freeze(store, tmp_path / "frozen", NAMES, steps.append)
    assert (steps[-1].done, steps[-1].total) == (39, 39)
    frozen = FrozenStore(tmp_path / "frozen")
    theirs = [row for batch in store.scroll(NAMES, 7) for row in batch]
    ours = [row for batch in frozen.scroll(NAMES, 7) for row in batch]
    assert [(row.item_index, row.item) for row in ours] == [(r.item_index, r.item) for r in theirs]
    assert [sorted(row.vectors) for row in ours] == [sorted(row.vectors) for row in theirs]
    for own, other in zip(ours, theirs, strict=True):
        for name, vector in own.vectors.items():
            assert np.array_equal(vector, other.vectors[name])
    assert frozen.count() == store.count() == 39
    assert frozen.get_items([2, 3, 99]) == store.get_items([2, 3, 99])
    asked = [5, 3, 0]  # 3 has gone
    for name in NAMES:
        (found, vectors), (there, expected) = (
            frozen.vectors(name, asked),
            store.vectors(name, asked),
        )
        assert found.tolist() == there.tolist()
        assert np.array_equal(vectors, expected.reshape(vectors.shape))
    assert frozen.vector_names() == {n: w for n, w in store.vector_names().items() if n in NAMES}
    assert len(frozen.vectors("sequence-m", [1])[0]) == 0


def test_what_a_model_would_search_is_passed_over_and_nothing_else_can_be_done(
    store: ItemStore, tmp_path: Path
) -> None:
    freeze(store, tmp_path / "frozen", ["text"], lambda _: None)
    frozen = FrozenStore(tmp_path / "frozen")
    frozen.create_vector("sequence-m", 4)
    frozen.set_vectors("sequence-m", np.array([1]), np.zeros((1, 4), np.float32))
    assert list(frozen.vector_names()) == ["text"]
    with pytest.raises(AssertionError, match="read through"):
        frozen.delete([1])


def test_a_folder_that_was_not_finished_is_none(store: ItemStore, tmp_path: Path) -> None:
    def stop(step: TrainProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freeze(store, tmp_path / "frozen", NAMES, stop)
    with pytest.raises(FileNotFoundError):
        FrozenStore(tmp_path / "frozen")
