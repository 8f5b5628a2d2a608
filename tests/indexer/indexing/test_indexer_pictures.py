"""Pictures of items on their way into the store: from the web, from rows, several of one item, and
those that fail."""

from __future__ import annotations

import base64
import io
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.arrays import FloatArray
from encoders.fake import FakeImageEncoder
from encoders.modality import ImageModality, by_name
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.indexing.item_encoder import pooled
from indexer.media import source as media_source
from indexer.media.folder import public
from tests.indexer.indexing.test_indexer import World, png
from tests.indexer.web import Web, body, serving


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(
        {f"/{colour}.png": body(png(colour)) for colour in ("red", "green", "blue")}
    ) as web:
        yield web


class CountingImages(FakeImageEncoder):
    """Counts what it encodes."""

    encoded = 0

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        self.encoded += len(images)
        return super().encode_images(images)


def look(*colours: str) -> FloatArray:
    """The vector of an item with pictures of these colours, of length 1."""
    rows = FakeImageEncoder().encode_images(
        [Image.open(io.BytesIO(png(colour))).convert("RGB") for colour in colours]
    )
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean)


def stored(world: World, *indices: int) -> list[FloatArray | None]:
    found, rows = world.store.vectors("image", indices)
    known = dict(zip(found.tolist(), rows, strict=True))
    return [known.get(index) for index in indices]


def assert_looks(world: World, index: int, *colours: str) -> None:
    (vector,) = stored(world, index)
    assert vector is not None
    np.testing.assert_allclose(vector, look(*colours), atol=0.02)


def reasons(report: IndexReport) -> list[str]:
    return [row.reason for row in report.warnings]


def test_pictures_from_the_web_are_encoded(world: World, web: Web) -> None:
    report = world.indexer.index_items(
        [Item(c, media={"image": (web.url(f"/{c}.png"),)}) for c in ("red", "green", "blue")]
    )
    assert (report.indexed, report.warnings) == (3, [])
    for index, colour in enumerate(("red", "green", "blue")):
        assert_looks(world, index, colour)


def test_private_addresses_are_refused_unless_allowed(world: World, web: Web) -> None:
    world.allow_private = False
    world.restart()
    report = world.indexer.index_items(
        [Item("a", title="x", media={"image": (web.url("/red.png"),)})]
    )
    assert report.indexed == 1
    assert "is not public" in reasons(report)[0]
    assert web.asked == []
    assert stored(world, 0) == [None]


def test_a_picture_that_could_not_be_had_is_tried_again_with_the_same_row_and_nothing_else_is(
    world: World, web: Web
) -> None:
    items = [
        Item("late", title="one", media={"image": (web.url("/late.png"),)}),
        Item("red", title="two", media={"image": (web.url("/red.png"),)}),
    ]
    first = world.indexer.index_items(items)
    assert (first.indexed, first.skipped) == (2, 0)
    assert [(row.line, row.item_id) for row in first.warnings] == [(1, "late")]
    assert "status 404" in reasons(first)[0]
    assert world.log.count_pending() == 0
    assert world.indexer.reconcile().indexed == 0  # a start does not wait for the web

    second = world.indexer.index_items(items)
    assert (second.indexed, second.skipped, len(second.warnings)) == (1, 1, 1)
    web.answers["/late.png"] = body(png("blue"))
    third = world.indexer.index_items(items)
    assert (third.indexed, third.skipped, third.warnings) == (1, 1, [])
    assert_looks(world, 0, "blue")
    assert world.indexer.index_items(items).skipped == 2
    assert world.text.encoded == 2
    assert [path for _, path in web.asked].count("/red.png") == 1


def test_a_missing_file_is_tried_again_also_when_something_else_has_changed(
    world: World, tmp_path: Path
) -> None:
    item = Item("a", title="one", media={"image": ("later.png",)})
    assert "does not exist" in reasons(world.indexer.index_items([item], root=tmp_path))[0]
    (tmp_path / "later.png").write_bytes(png("green"))
    report = world.indexer.index_items([replace(item, price=3.0)], root=tmp_path)
    assert (report.indexed, report.warnings, world.text.encoded) == (1, [], 1)
    assert_looks(world, 0, "green")


def test_a_retry_that_was_killed_is_still_tried_again(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Item("a", title="one", media={"image": (web.url("/late.png"),)})
    world.indexer.index_items([item])
    changed = replace(item, price=1.0)
    world.log.put_items([changed])  # and then the process is gone
    world.restart()
    assert world.indexer.reconcile().indexed == 1
    web.answers["/late.png"] = body(png("red"))
    assert world.indexer.index_items([changed]).indexed == 1
    assert_looks(world, 0, "red")


def test_several_pictures_are_pooled_into_one_unit_vector(world: World, web: Web) -> None:
    item = Item(
        "a", media={"image": (web.url("/red.png"), web.url("/green.png"), web.url("/blue.png"))}
    )
    assert world.indexer.index_items([item]).warnings == []
    assert_looks(world, 0, "red", "green", "blue")


def test_pooling_gives_the_direction_of_the_mean_and_survives_opposites() -> None:
    east, north = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
    np.testing.assert_allclose(pooled([east, north]), [0.5**0.5, 0.5**0.5], atol=1e-6)
    np.testing.assert_allclose(pooled([east, east, north]), [2 / 5**0.5, 1 / 5**0.5], atol=1e-6)
    assert pooled([north, -north]).tolist() == [0, 1]


def test_one_of_several_that_cannot_be_had_is_left_out_and_tried_again(
    world: World, web: Web
) -> None:
    item = Item(
        "a", media={"image": (web.url("/red.png"), web.url("/late.png"), web.url("/blue.png"))}
    )
    report = world.indexer.index_items([item])
    assert reasons(report)[0].startswith("indexed without one of its 3 pictures: media 'http://")
    assert_looks(world, 0, "red", "blue")
    web.answers["/late.png"] = body(png("green"))
    assert world.indexer.index_items([item]).warnings == []
    assert_looks(world, 0, "red", "green", "blue")


def test_changed_pictures_encode_pictures_only_and_a_changed_text_the_text_only(
    world: World, web: Web
) -> None:
    images = CountingImages()
    world.modalities = by_name([ImageModality(images)])
    world.restart()
    item = Item("a", title="one", media={"image": (web.url("/red.png"), web.url("/blue.png"))})
    world.indexer.index_items([item])
    assert (world.text.encoded, images.encoded, len(web.asked)) == (1, 2, 2)
    world.indexer.index_items(
        [item.with_perceived("image", [web.url("/red.png"), web.url("/green.png")])]
    )
    assert (world.text.encoded, images.encoded) == (1, 4)
    assert_looks(world, 0, "red", "green")
    world.indexer.index_items(
        [Item("a", title="two", media={"image": (web.url("/red.png"), web.url("/green.png"))})]
    )
    assert (world.text.encoded, images.encoded, len(web.asked)) == (2, 4, 4)
    assert_looks(world, 0, "red", "green")
    world.indexer.index_items([Item("a", title="two")])
    assert (world.text.encoded, stored(world, 0)) == (2, [None])
    assert world.search("two") == ["a"]


def test_a_picture_in_the_row_itself_is_kept_and_outlives_a_rebuild(world: World) -> None:
    uri = f"data:image/png;base64,{base64.b64encode(png('blue')).decode()}"
    rows = [
        Item("a", media={"image": (uri,)}),
        Item("b", title="b", media={"image": ("data:image/png;base64,AAE",)}),
    ]
    report = world.indexer.index_items(rows)
    assert (report.indexed, [row.item_id for row in report.warnings]) == (2, ["b"])
    assert "is not sound base64" in reasons(report)[0]
    (_, item) = world.log.get_items(["a"])["a"]
    (name,) = item.perceived("image")
    assert name.startswith("kept:")
    world.restart(anew=True)
    assert world.indexer.rebuild().warnings == []
    assert_looks(world, 0, "blue")
    assert world.indexer.index_items(rows[:1]).skipped == 1


def test_what_is_no_picture_or_unfolds_to_too_many_pixels_is_a_warning(
    world: World, web: Web
) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + png("red")[33:]
    )
    web.answers |= {"/page.jpg": body(b"<html>"), "/bomb.png": body(bomb), "/empty.png": body(b"")}
    items = [
        Item(name, media={"image": (web.url(f"/{name}"),)})
        for name in ("page.jpg", "bomb.png", "empty.png", "red.png")
    ]
    report = world.indexer.index_items(items)
    assert report.indexed == 4
    expected = ["is not a picture", "is too large", "is empty"]
    assert [
        reason for reason, why in zip(reasons(report), expected, strict=True) if why not in reason
    ] == []
    assert all(web.url("/") in reason for reason in reasons(report))
    assert_looks(world, 3, "red")


def test_an_item_that_is_read_and_written_back_keeps_its_pictures(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "posters").mkdir()
    for colour in ("red", "blue"):
        (tmp_path / f"posters/{colour}.png").write_bytes(png(colour))
    world.indexer.index_items(
        [Item("a", media={"image": ("posters/red.png", "posters/blue.png")})], root=tmp_path
    )
    (_, item) = world.log.get_items(["a"])["a"]
    seen = public(item)
    assert seen.perceived("image") == ("posters/red.png", "posters/blue.png")
    report = world.indexer.index_items([replace(seen, price=2.0)])
    assert report.warnings == []
    assert_looks(world, 0, "red", "blue")
    report = world.indexer.index_items(
        [Item("b", media={"image": ("posters/red.png",)})]
    )  # not one that this item has
    assert "no folder of files is configured" in reasons(report)[0]


def test_fetching_runs_ahead_of_the_encoder_but_not_far(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_source, "AHEAD", 3)
    urls = [web.url(f"/red.png?{number}") for number in range(9)]
    arrived = threading.Semaphore(0)
    for number in range(9):
        web.answers[f"/red.png?{number}"] = lambda handler: (
            body(png("red"))(handler),
            arrived.release(),
        )[0]
    picture = world.modalities["image"].open(png("red"))
    with world.media.loading(urls, world.modalities["image"]) as loaded:
        for _ in range(3):
            assert arrived.acquire(timeout=10)
        assert not arrived.acquire(blocking=False)
        assert len(web.asked) == 3
        assert next(loaded) == picture
        assert arrived.acquire(timeout=10)
        assert len(web.asked) == 4
        assert list(loaded) == [picture] * 8


def test_bytes_that_cannot_be_decoded_are_not_stored(world: World) -> None:
    broken = [png("red")[:40], b"<html>", b""]
    given = {"image": {"a": [broken[0], png("red"), *broken[1:]], "b": [b"x"]}}
    report = world.indexer.index_items([Item("a"), Item("b")], given=given)
    assert (report.indexed, [warning.line for warning in report.warnings]) == (2, [1, 1, 1, 2])
    assert reasons(report)[0].startswith("indexed without one of its 4 pictures: image")
    assert reasons(report)[3].startswith("indexed without its picture: image")
    assert_looks(world, 0, "red")
    kept = [file for file in (world.folder / "images").rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in kept] == [png("red")]
