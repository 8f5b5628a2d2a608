import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from indexer.catalog.filter import is_available
from indexer.errors import (
    DataVersionMismatch,
    EncoderMismatch,
    NoRoom,
    StoreLocked,
    StoreUnavailable,
)
from indexer.stores.edge import condition
from indexer.stores.edge import folder as store_edge_folder
from indexer.stores.edge.folder import ROOM_BYTES
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import ItemStore, VectorQuery
from tests.indexer.store_contract import DIMS, FINGERPRINTS, StoreContract, axis, nearest, stored


def opened(folder: Path) -> EdgeStore:
    return EdgeStore.open(folder, DIMS, FINGERPRINTS)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStore]:
    store = opened(tmp_path_factory.mktemp("shared"))
    yield store
    store.close()


@pytest.fixture
def store(shared: EdgeStore) -> ItemStore:
    """One store emptied for every test: making one takes a second of syncing."""
    shared.delete(shared.matching(None).tolist())
    for name in shared.vector_names().keys() - DIMS.keys():
        shared.drop_vector(name)
    return shared


class TestEdgeStore(StoreContract):
    pass


def in_another_process(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    code = f"""
import os, signal
from pathlib import Path
import numpy as np
from tests.indexer.store_contract import axis, stored
from tests.indexer.stores.edge.test_store import opened
store = opened(Path({str(folder)!r}))
{body}
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


def test_everything_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    first = in_another_process(
        tmp_path,
        f"""
store.upsert([stored(index, available=index != 5) for index in range(300)])
store.create_vector("sequence-1", 3)
store.set_vectors("sequence-1", np.arange(300), np.tile(axis(1, 3), (300, 1)))
store.create_vector("sequence-2", 2)
store.drop_vector("sequence-2")
store.delete([7])
{KILLED}
""",
    )
    assert first.returncode == -signal.SIGKILL, first.stderr
    second = in_another_process(
        tmp_path,
        f"""
assert store.unclean
store.optimize()
store.create_vector("sequence-3", 4)
store.set_vectors("sequence-3", np.array([1]), axis(2, 4)[None])
store.upsert([stored(300)])
{KILLED}
""",
    )
    assert second.returncode == -signal.SIGKILL, second.stderr

    store = opened(tmp_path)
    assert store.unclean
    assert store.count() == 300
    assert store.matching(is_available()).tolist() == [i for i in range(301) if i not in (5, 7)]
    assert len(store.vectors("text", np.arange(301))[0]) == 300
    indices, vectors = store.vectors("sequence-1", np.arange(301))
    assert indices.tolist() == [i for i in range(300) if i != 7]
    np.testing.assert_allclose(vectors, np.tile(axis(1, 3), (299, 1)), atol=0.02)
    assert store.vectors("sequence-3", [1])[0].tolist() == [1]
    assert store.vector_names() == {**DIMS, "sequence-1": 3, "sequence-3": 4}
    store.close()
    again = opened(tmp_path)
    assert not again.unclean
    again.close()


def test_a_second_process_is_told_who_has_the_folder(tmp_path: Path) -> None:
    store = opened(tmp_path)
    other = in_another_process(tmp_path, "")
    assert other.returncode == 1
    assert f"StoreLocked: {tmp_path} is in use by process {os.getpid()}" in other.stderr
    assert "stop it first" in other.stderr
    store.close()
    assert in_another_process(tmp_path, "store.close()").returncode == 0


def test_a_second_store_in_the_same_process_is_locked_out_too(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(StoreLocked) as caught:
        opened(tmp_path)
    assert caught.value.owner_pid == os.getpid()
    store.close()
    store.close()
    opened(tmp_path).close()


def test_other_encoders_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.upsert([stored(0)])
    store.close()
    with pytest.raises(
        EncoderMismatch, match=r"text: stored text-1 \(8 wide\), configured text-2 .*palate rebuild"
    ):
        EdgeStore.open(tmp_path, DIMS, {**FINGERPRINTS, "text": "text-2"})
    with pytest.raises(EncoderMismatch, match=r"image: stored image-1 \(4 wide\), configured none"):
        EdgeStore.open(tmp_path, {"text": 8}, {"text": "text-1"})
    again = opened(tmp_path)
    assert again.count() == 1
    again.close()


def test_a_refused_opening_after_a_kill_leaves_the_store_to_be_reconciled(tmp_path: Path) -> None:
    assert in_another_process(tmp_path, KILLED).returncode == -signal.SIGKILL
    with pytest.raises(EncoderMismatch):
        EdgeStore.open(tmp_path, DIMS, {**FINGERPRINTS, "text": "text-2"})
    store = opened(tmp_path)
    assert store.unclean
    store.close()


def test_anew_forgets_items_vectors_and_encoders(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.upsert([stored(0)])
    store.create_vector("s", 3)
    store.close()
    anew = EdgeStore.open(tmp_path, {"text": 5}, {"text": "text-2"}, anew=True)
    assert (anew.count(), anew.vector_names()) == (0, {"text": 5})
    anew.close()


def test_a_store_whose_making_was_cut_short_is_made_again(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "store.json").unlink()
    store = opened(tmp_path)
    assert store.count() == 0
    store.close()


def test_a_vector_announced_but_not_made_before_a_kill_is_made_on_opening(tmp_path: Path) -> None:
    opened(tmp_path).close()
    state = json.loads((tmp_path / "store.json").read_text())
    state["extra"] = {"s": [3, "dot"]}
    (tmp_path / "store.json").write_text(json.dumps(state))
    store = opened(tmp_path)
    store.upsert([stored(0)])
    store.set_vectors("s", np.array([0]), axis(0, 3)[None])
    assert store.vectors("s", [0])[0].tolist() == [0]
    store.close()


def test_a_vector_being_dropped_when_killed_is_dropped_on_opening(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.upsert([stored(0)])
    store.create_vector("s", 3)
    store.set_vectors("s", np.array([0]), axis(0, 3)[None])
    store.close()
    state = json.loads((tmp_path / "store.json").read_text())
    (tmp_path / "store.json").write_text(json.dumps(state | {"extra": {}, "dropping": ["s"]}))
    again = opened(tmp_path)
    assert again.vector_names() == DIMS
    again.create_vector("s", 3)
    assert again.vectors("s", [0])[0].tolist() == []
    again.close()


def test_a_vector_dropped_and_made_again_survives_kill_9_and_two_openings(tmp_path: Path) -> None:
    # Qdrant Edge 0.9, left to replay both from its write-ahead log, would forget the vector and
    # refuse to load.
    body = """
store.upsert([stored(0)])
store.create_vector("s", 3)
store.create_vector("s", 2)
store.set_vectors("s", np.array([0]), axis(1, 2)[None])
"""
    assert in_another_process(tmp_path, body + KILLED).returncode == -signal.SIGKILL
    assert (
        in_another_process(tmp_path, 'store.create_vector("t", 4)\n' + KILLED).returncode
        == -signal.SIGKILL
    )
    store = opened(tmp_path)
    assert store.vector_names() == {**DIMS, "s": 2, "t": 4}
    assert store.vectors("s", [0])[0].tolist() == [0]
    store.close()


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    state = json.loads((tmp_path / "store.json").read_text())
    (tmp_path / "store.json").write_text(json.dumps(state | {"version": 99}))
    with pytest.raises(DataVersionMismatch, match="version 99"):
        opened(tmp_path)


def flip(file: Path) -> None:
    """The lowest bit of the first byte that is not zero."""
    content = bytearray(file.read_bytes())
    place = next(place for place, byte in enumerate(content) if byte)
    content[place] ^= 1
    file.write_bytes(content)


def one(folder: Path, pattern: str) -> Path:
    return sorted(folder.rglob(pattern))[0]


def filled(folder: Path) -> None:
    store = opened(folder)
    store.upsert([stored(index) for index in range(9)])
    store.close()


def test_what_the_engine_cannot_read_is_named_and_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    one(tmp_path / "items", "segment.json").write_text("{")
    store = opened(tmp_path)
    assert (store.count(), store.damage) == (0, "")
    assert "damaged and made anew from the log: the engine refuses it" in caplog.text
    store.upsert([stored(1)])
    store.close()
    store = opened(tmp_path)
    assert store.count() == 1
    store.close()


def test_what_would_end_this_process_ends_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    flip(one(tmp_path / "items", "chunk_0.mmap"))
    died = "the engine ends the process that reads it (SIGABRT: allocation failed)"
    monkeypatch.setattr(condition, "probe", lambda folder: died)
    with closing(opened(tmp_path)) as store:
        assert store.count() == 0
    assert "made anew from the log: the engine ends the process that reads it" in caplog.text


def test_a_file_in_the_place_of_a_shard_gives_way_to_a_new_one(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        store.upsert([stored(1)])
    (tmp_path / "items").rename(tmp_path / "elsewhere")
    (tmp_path / "items").write_text("what?")
    with closing(opened(tmp_path)) as store:
        assert store.count() == 0
        store.upsert([stored(1)])
        assert store.count() == 1


def test_vectors_that_changed_serve_and_are_named_until_they_are_made_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    flip(one(tmp_path / "items", "chunk_0.mmap"))
    for _ in range(2):
        with closing(opened(tmp_path)) as store:
            assert store.count() == 9
            assert (
                "chunk_0.mmap is not as when the store was closed; `palate rebuild`" in store.damage
            )
    with closing(EdgeStore.open(tmp_path, DIMS, FINGERPRINTS, anew=True)) as store:
        assert store.damage == ""


def test_a_store_with_changed_files_is_to_be_compared_with_the_log_once(tmp_path: Path) -> None:
    filled(tmp_path)
    flip(one(tmp_path / "items", "chunk_0.mmap"))
    for unclean in (True, False):
        with closing(opened(tmp_path)) as store:
            assert store.unclean is unclean


def test_a_damaged_store_is_not_thrown_away_where_there_is_no_room_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    one(tmp_path / "items", "segment.json").write_text("{")
    monkeypatch.setattr(
        store_edge_folder.shutil, "disk_usage", lambda folder: SimpleNamespace(free=0)
    )
    with pytest.raises(NoRoom):
        opened(tmp_path)
    assert one(tmp_path / "items", "chunk_0.mmap").is_file()


def test_a_store_that_was_not_closed_is_tried_in_a_child_and_has_no_damage(tmp_path: Path) -> None:
    killed = in_another_process(
        tmp_path, "store.upsert([stored(1)])\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    assert killed.returncode == -signal.SIGKILL
    with closing(opened(tmp_path)) as store:
        assert (store.count(), store.unclean, store.damage) == (1, True, "")


def test_a_full_disk_is_an_error_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    store.upsert([stored(0)])
    free = {"free": ROOM_BYTES - 1}
    monkeypatch.setattr(
        store_edge_folder.shutil, "disk_usage", lambda folder: SimpleNamespace(**free)
    )
    for write in (
        lambda: store.upsert([stored(1)]),
        lambda: store.delete([0]),
        lambda: opened(tmp_path / "another"),
    ):
        with pytest.raises(StoreUnavailable, match="MB are free on its disk"):
            write()
    assert store.count() == 1
    assert "MB are free" in store.no_room
    store.close()
    store = opened(tmp_path)  # to be read
    assert store.count() == 1
    free["free"] = ROOM_BYTES
    assert store.no_room == ""
    store.upsert([stored(1)])
    assert store.count() == 2
    store.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.close()
    with pytest.raises(StoreUnavailable):
        store.upsert([stored(0)])


def test_searches_and_writes_from_several_threads_do_not_disturb_each_other(
    store: ItemStore,
) -> None:
    store.upsert([stored(index, 1 - index / 100) for index in range(50)])
    problems: list[object] = []

    def search() -> None:
        for _ in range(30):
            found = nearest(store, 3, is_available())
            if found != [0, 1, 2]:
                problems.append(found)

    def write() -> None:
        for index in range(50, 80):
            store.upsert([stored(index, 0.1)])

    threads = [threading.Thread(target=run) for run in (search, search, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(store.query_batch([VectorQuery("text", axis(0), 100, is_available())])[0]) == 80
