from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.arrays import FloatArray
from encoders.errors import EncoderError
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import (
    ImageModality,
    MediaModality,
    by_name,
    dims_of,
    fingerprints_of,
)
from indexer.catalog.item import Item
from indexer.indexing.indexer import Indexer
from indexer.log.opening import open_event_log
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import MediaSource
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import StoredItem, VectorQuery


class CountingText(FakeTextEncoder):
    """Counts what it encodes, and fails after `fails_after` texts."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded = 0
        self.fails_after = 10**9

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        if self.encoded >= self.fails_after:
            raise EncoderError("the encoder has fallen over")
        self.encoded += len(texts)
        return super().encode_passages(texts)


class World:
    """A log, a store and an indexer over a folder; `restart` closes and opens them again, as a new
    process would."""

    def __init__(self, folder: Path, *modalities: MediaModality) -> None:
        """Of pictures, where nothing else is said."""
        self.folder = folder
        self.text = CountingText()
        self.modalities = by_name(modalities or [ImageModality(FakeImageEncoder())])
        self.told: list[StoredItem] = []
        self.allow_private = True
        self.start()

    def start(self, *, anew: bool = False) -> None:
        self.log = open_event_log(f"sqlite:///{self.folder / 'log.db'}")
        dims, prints = (
            dims_of(self.text, self.modalities),
            fingerprints_of(self.text, self.modalities),
        )
        self.store = EdgeStore.open(self.folder / "store", dims, prints, anew=anew)
        kept = MediaFolder(self.folder / "images")
        self.media = MediaSource(
            kept, DownloadLimits(timeout_s=2.0, allow_private=self.allow_private)
        )
        self.indexer = Indexer(
            self.log,
            self.store,
            self.text,
            self.modalities,
            self.media,
            on_stored=self.told.extend,
            batch=4,
        )

    def close(self) -> None:
        self.store.close()
        self.log.close()

    def restart(self, *, anew: bool = False) -> None:
        self.close()
        self.start(anew=anew)

    def search(self, text: str) -> list[str]:
        [hits] = self.store.query_batch(
            [VectorQuery("text", self.text.encode_queries([text])[0], 3)]
        )
        items = self.store.get_items(hits.item_indices.tolist())
        return [items[index].item_id for index in hits.item_indices.tolist()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def films(count: int) -> list[Item]:
    return [Item(f"film-{i}", title=f"word{i} word{i + 1}", price=float(i)) for i in range(count)]


def png(colour: str, size: int = 8) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(stream, "PNG")
    return stream.getvalue()


def test_indexed_items_are_in_the_log_and_found_in_the_store(world: World) -> None:
    progress: list[tuple[int, int | None]] = []
    report = world.indexer.index_items(
        films(10), on_progress=lambda done, total: progress.append((done, total))
    )
    assert (report.indexed, report.skipped, report.failed, report.warnings) == (10, 0, [], [])
    assert progress == [(4, None), (8, None), (10, None)]
    assert world.log.count_items() == world.store.count() == 10
    assert world.log.count_pending() == 0
    assert world.search("word3 word4")[0] == "film-3"
    assert [stored.item.item_id for stored in world.told] == [f"film-{i}" for i in range(10)]


def test_indexing_twice_changes_nothing_and_encodes_nothing(world: World) -> None:
    world.indexer.index_items(films(10))
    report = world.indexer.index_items(films(10))
    assert (report.indexed, report.skipped) == (0, 10)
    assert world.text.encoded == 10
    assert world.store.count() == 10


def test_a_new_price_is_stored_without_encoding_and_keeps_other_vectors(world: World) -> None:
    world.indexer.index_items(films(3))
    world.store.create_vector("sequence-1", 2)
    world.store.set_vectors("sequence-1", np.arange(3), np.ones((3, 2), dtype=np.float32))
    report = world.indexer.index_items([replace(films(3)[1], price=99.0, available=False)])
    assert report.indexed == 1
    assert world.text.encoded == 3
    assert world.store.get_items([1])[1].price == 99.0
    assert world.store.vectors("sequence-1", [1])[0].tolist() == [1]


def test_a_new_title_is_encoded(world: World) -> None:
    world.indexer.index_items(films(3))
    report = world.indexer.index_items([Item("film-1", title="dragon")])
    assert (report.indexed, world.text.encoded) == (1, 4)
    assert world.search("dragon")[0] == "film-1"
    assert world.store.count() == 3


def test_of_two_rows_of_one_item_the_later_stands(world: World) -> None:
    report = world.indexer.index_items([Item("a", title="old"), Item("a", title="new")])
    assert report.indexed == 1
    assert world.store.get_items([0])[0].title == "new"
    assert world.log.count_pending() == 0


def test_an_item_that_is_exported_and_read_from_another_folder_keeps_its_pictures(
    world: World, tmp_path: Path
) -> None:
    shop, other = tmp_path / "shop", tmp_path / "other"
    for folder in (shop, other):
        folder.mkdir()
    (shop / "red.png").write_bytes(png("red"))
    item = Item("a", title="x", media={"image": ("red.png",)})
    world.indexer.index_items([item], root=shop)
    again = world.indexer.index_items([item], root=other)
    assert (again.skipped, again.warnings) == (1, [])
    [(_, kept)] = world.log.get_items(["a"]).values()
    assert kept.perceived("image") == (f"{shop}/./red.png",)
    assert world.indexer.index_items([replace(item, item_id="b")], root=other).warnings


def test_a_file_beside_the_rows_goes_before_what_the_item_had(world: World, tmp_path: Path) -> None:
    shop, other = tmp_path / "shop", tmp_path / "other"
    item = Item("a", title="x", media={"image": ("1.png",)})
    for folder in (shop, other):
        folder.mkdir()
        (folder / "1.png").write_bytes(png("red"))
        assert world.indexer.index_items([item], root=folder).warnings == []
    [(_, kept)] = world.log.get_items(["a"]).values()
    assert kept.perceived("image") == (f"{other}/./1.png",)


def test_pictures_from_a_folder_are_found_by_picture(world: World, tmp_path: Path) -> None:
    (tmp_path / "posters").mkdir()
    for colour in ("red", "blue"):
        (tmp_path / f"posters/{colour}.png").write_bytes(png(colour))
    items = [
        Item(colour, media={"image": (f"posters/{colour}.png",)}) for colour in ("red", "blue")
    ]
    assert world.indexer.index_items(items, root=tmp_path).warnings == []
    query = world.modalities["image"].encode([Image.new("RGB", (4, 4), "#dd1111")])[0]
    [hits] = world.store.query_batch([VectorQuery("image", query, 2)])
    assert hits.item_indices.tolist() == [0, 1]
    assert world.indexer.index_items(items, root=tmp_path).skipped == 2


def test_a_picture_that_cannot_be_read_is_a_warning_and_a_missing_vector(
    world: World, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.png").write_bytes(png("red"))
    (root / "broken.png").write_bytes(png("red")[:40])
    (root / "text.jpg").write_text("not a picture")
    images = [
        "broken.png",
        "text.jpg",
        "missing.png",
        "../secret.png",
        "http://user@127.0.0.1/1.png",
    ]
    report = world.indexer.index_items(
        [Item(image, title="x", media={"image": (image,)}) for image in images], root=root
    )
    assert report.indexed == 5
    assert {(row.line, row.item_id) for row in report.warnings} == {
        (i, image) for i, image in enumerate(images, start=1)
    }
    reasons = {row.item_id: row.reason for row in report.warnings}
    assert all(
        re.match("indexed without its picture: (image|media) ", reason)
        for reason in reasons.values()
    )
    assert "outside the catalogue's folder" in reasons["../secret.png"]
    assert "carries a user name" in reasons["http://user@127.0.0.1/1.png"]
    assert str(root) not in reasons["missing.png"]
    assert world.store.vectors("image", range(5))[0].tolist() == []
    assert world.store.vectors("text", range(5))[0].tolist() == [0, 1, 2, 3, 4]
    _, escaped = world.log.get_items(["../secret.png"])["../secret.png"]
    assert escaped.media == {}  # so that no rebuild reads it either


def test_large_pictures_are_encoded_in_smaller_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.indexing.item_encoder.MAX_BYTES_AT_ONCE", 300)
    sizes: list[int] = []
    encoder = world.modalities["image"].encoder
    assert isinstance(encoder, FakeImageEncoder)
    encode = encoder.encode_images
    monkeypatch.setattr(
        encoder,
        "encode_images",
        lambda pictures: (sizes.append(len(pictures)), encode(pictures))[1],
    )
    images = {item.item_id: [png("red")] for item in films(4)}  # 64 pixels each
    world.indexer.index_items(films(4), given={"image": images})
    assert sizes == [2, 2]
    assert len(world.store.vectors("image", range(4))[0]) == 4


def test_pictures_that_came_as_bytes_outlive_a_rebuild_and_unused_ones_do_not(
    world: World, tmp_path: Path
) -> None:
    world.indexer.index_items(
        [Item("a"), Item("b")], given={"image": {"a": [png("red")], "b": [png("green")]}}
    )
    assert (
        world.indexer.index_items([Item("b")], given={"image": {"b": [png("blue")]}}).indexed == 1
    )
    assert len(list((tmp_path / "images").glob("*/*"))) == 3
    before = world.store.vectors("image", [0, 1])[1]
    world.restart(anew=True)
    report = world.indexer.rebuild()
    assert (report.indexed, report.warnings) == (2, [])
    np.testing.assert_allclose(world.store.vectors("image", [0, 1])[1], before, atol=0.02)
    assert len(list((tmp_path / "images").glob("*/*"))) == 2


def test_deleted_items_are_gone_from_log_and_store(world: World) -> None:
    world.indexer.index_items(films(3))
    assert world.indexer.delete_items(["film-1", "nope"]) == ["nope"]
    assert world.store.count() == world.log.count_items() == 2
    assert world.log.count_pending() == 0
    world.indexer.index_items(films(3))
    assert world.store.count() == 3


def test_an_encoder_that_fails_half_way_loses_nothing_and_indexing_goes_on(world: World) -> None:
    world.text.fails_after = 8
    with pytest.raises(EncoderError, match="fallen over"):
        world.indexer.index_items(films(20))
    assert world.store.count() == 8
    assert world.log.count_items() == 12  # the batch that failed is acknowledged, and pending
    world.text.fails_after = 10**9
    report = world.indexer.index_items(films(20))
    assert (report.indexed, report.skipped) == (12, 8)
    assert world.text.encoded == 20
    assert world.log.count_pending() == 0


def test_reconcile_indexes_and_deletes_what_is_pending(world: World) -> None:
    world.indexer.index_items(films(3))
    world.log.put_items([*films(9)[3:], replace(films(1)[0], title="changed")])
    world.log.delete_items(["film-1"])
    progress: list[tuple[int, int | None]] = []
    report = world.indexer.reconcile(lambda done, total: progress.append((done, total)))
    assert (report.indexed, report.deleted) == (7, 1)
    assert progress == [(4, 7), (7, 7)]
    assert world.store.count() == 8
    assert world.search("changed")[0] == "film-0"
    assert world.indexer.reconcile().indexed == 0


def test_reconcile_repairs_a_store_that_lost_or_gained_items(world: World) -> None:
    world.indexer.index_items(films(6))
    world.store.delete([2, 3])
    world.store.upsert([StoredItem(77, Item("ghost"), {})])
    report = world.indexer.reconcile()
    assert (report.indexed, report.deleted) == (2, 1)
    assert world.store.matching(None).tolist() == [0, 1, 2, 3, 4, 5]


def test_pictures_of_deleted_items_are_swept_and_those_that_another_item_has_are_not(
    world: World,
) -> None:
    pictures = {"a": [png("red")], "b": [png("red"), png("green")], "c": [png("blue")]}
    world.indexer.index_items([Item(name) for name in "abc"], given={"image": pictures})
    assert world.indexer.sweep_media() == 0
    world.indexer.delete_items(["b", "c"])
    assert world.indexer.sweep_media() == 2
    assert world.indexer.sweep_media() == 0
    [(_, left)] = world.log.get_items(["a"]).values()
    assert world.media.kept.path(left.perceived("image")[0]).read_bytes() == png("red")


def test_a_rebuild_encodes_everything_with_the_new_encoder(world: World) -> None:
    world.indexer.index_items(films(5))
    world.text.fingerprint = "another"
    world.restart(anew=True)
    report = world.indexer.rebuild()
    assert (report.indexed, world.text.encoded, world.store.count()) == (5, 10, 5)


def test_a_rebuild_that_was_stopped_is_finished_by_reconcile(world: World) -> None:
    world.indexer.index_items(films(10))
    world.restart(anew=True)
    world.text.fails_after = world.text.encoded + 4
    with pytest.raises(EncoderError):
        world.indexer.rebuild()
    world.restart()
    world.text.fails_after = 10**9
    assert world.indexer.reconcile().indexed == 6
    assert world.store.count() == 10


KILLED_AT = {
    "after the log, before the store": "world.store.upsert = die",
    "after the store, before the mark": "world.log.mark_indexed = die",
    "before a deletion reached the store": "world.store.delete = die",
}


@pytest.mark.parametrize("moment", list(KILLED_AT))
def test_what_was_acknowledged_is_all_there_after_kill_9(tmp_path: Path, moment: str) -> None:
    code = f"""
import os, signal
from pathlib import Path
from indexer.catalog.item import Item
from tests.indexer.indexing.test_indexer import World, films
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
world = World(Path({str(tmp_path)!r}))
world.indexer.index_items(films(6))
{KILLED_AT[moment]}
world.indexer.delete_items(["film-5"]) if "deletion" in {moment!r} else world.indexer.index_items(films(8)[6:])
"""
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    world = World(tmp_path)
    world.indexer.reconcile()
    assert world.log.count_pending() == 0
    expected = [0, 1, 2, 3, 4] if "deletion" in moment else list(range(8))
    assert world.store.matching(None).tolist() == expected
    assert {i: item.item_id for i, item in world.store.get_items(expected).items()} == {
        i: f"film-{i}" for i in expected
    }
    world.close()


def test_an_index_of_items_knows_no_more_than_a_batch_at_a_time(world: World) -> None:
    pulled = 0

    def rows() -> Iterator[Item]:
        nonlocal pulled
        for item in films(12):
            pulled += 1
            yield item

    ahead: list[int] = []
    progress: Callable[[int, int | None], None] = lambda done, _: ahead.append(pulled - done)  # noqa: E731
    world.indexer.index_items(rows(), on_progress=progress)
    assert ahead == [0, 0, 0]
