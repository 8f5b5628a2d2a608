"""Vectors of a shard: made and dropped as store.json says, whatever a killed process left. Renaming
is in `test_location`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import qdrant_edge as qe

from indexer.stores.edge.folder import FolderState, create, read_state, write_state
from indexer.stores.edge.vectors import make_vector, settle

STATE = FolderState({"text": 2}, {"text": "t"})


@pytest.fixture
def items(tmp_path: Path) -> Iterator[qe.EdgeShard]:
    create(tmp_path, STATE)
    shard = qe.EdgeShard.load(str(tmp_path / "items"))
    shard.update(qe.UpdateOperation.upsert_points([qe.Point(0, {"text": [1.0, 0.0]}, {})]))
    yield shard
    shard.close()


def set_vector(items: qe.EdgeShard, name: str, vector: list[float]) -> None:
    points = [qe.PointVectors(0, {name: vector})]
    items.update(qe.UpdateOperation.update_vectors(points))


def has(items: qe.EdgeShard, name: str) -> bool:
    """Whether item 0 has the vector; an unknown name is an error of the engine."""
    (record,) = items.retrieve([0], with_payload=False, with_vector=[name])
    return name in record.vector


def test_a_vector_is_made_once_however_often_it_is_asked_for(
    items: qe.EdgeShard, tmp_path: Path
) -> None:
    make_vector(items, tmp_path, "joint", 3, "cosine")
    set_vector(items, "joint", [0.0, 0.0, 1.0])
    make_vector(items, tmp_path, "joint", 3, "cosine")
    assert has(items, "joint")


def test_what_was_announced_and_not_made_is_made(items: qe.EdgeShard, tmp_path: Path) -> None:
    announced = STATE.adding("joint", 3, "cosine")
    assert settle(items, tmp_path, announced) == announced
    set_vector(items, "joint", [0.0, 0.0, 1.0])
    assert has(items, "joint")


def test_what_was_announced_and_not_dropped_is_dropped_and_written_off(
    items: qe.EdgeShard, tmp_path: Path
) -> None:
    make_vector(items, tmp_path, "joint", 3, "cosine")
    announced = STATE.adding("joint", 3, "cosine").without("joint")
    write_state(tmp_path, announced)
    assert settle(items, tmp_path, announced) == STATE == read_state(tmp_path)
    with pytest.raises(Exception, match="Not existing vector name"):
        has(items, "joint")
    settle(items, tmp_path, announced)  # as after a kill between the two


def test_a_name_may_be_dropped_and_made_with_another_width(
    items: qe.EdgeShard, tmp_path: Path
) -> None:
    make_vector(items, tmp_path, "joint", 3, "cosine")
    set_vector(items, "joint", [0.0, 0.0, 1.0])
    announced = STATE.adding("joint", 3, "cosine").without("joint").adding("joint", 2, "dot")
    settle(items, tmp_path, announced)
    assert not has(items, "joint")
    set_vector(items, "joint", [0.0, 1.0])
    assert has(items, "joint")
