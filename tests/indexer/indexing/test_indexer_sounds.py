"""Sounds of items on their way into the store, in a catalogue that is perceived by them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoders.audio.sound import open_sound
from encoders.fake import FakeAudioEncoder
from encoders.modality import AudioModality
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.media.folder import public
from tests.indexer.indexing.test_indexer import World, png
from tests.indexer.web import body, serving
from tests.tones import wav


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The same as for pictures, and hears."""
    world = World(tmp_path, AudioModality(FakeAudioEncoder()))
    yield world
    world.close()


def assert_sounds(world: World, index: int, hertz: float) -> None:
    found, rows = world.store.vectors("audio", [index])
    assert found.tolist() == [index]
    np.testing.assert_allclose(
        rows, FakeAudioEncoder().encode_sounds([open_sound(wav(hertz))]), atol=0.02
    )


def assert_silent(world: World, *indices: int) -> None:
    assert world.store.vectors("audio", indices)[0].tolist() == []


def reasons(report: IndexReport) -> list[str]:
    return [row.reason for row in report.warnings]


def test_a_sound_comes_by_path_url_data_uri_and_as_bytes(world: World, tmp_path: Path) -> None:
    root = tmp_path / "songs"
    root.mkdir()
    (root / "100.wav").write_bytes(wav(100))
    inline = f"data:audio/wav;base64,{base64.b64encode(wav(400)).decode()}"
    with serving({"/200.wav": body(wav(200))}) as web:
        items = [
            Item("a", media={"audio": ("100.wav",)}),
            Item("b", media={"audio": (web.url("/200.wav"),)}),
            Item("c", media={"audio": (inline,)}),
            Item("d"),
        ]
        report = world.indexer.index_items(items, root=root, given={"audio": {"d": [wav(800)]}})
    assert (report.indexed, report.warnings) == (4, [])
    for index, hertz in enumerate((100, 200, 400, 800)):
        assert_sounds(world, index, hertz)
    assert public(world.log.get_items(["a"])["a"][1]).media == {"audio": ("100.wav",)}
    assert [
        "".join(public(item).perceived("audio"))[:5]
        for _, item in world.log.get_items(["c", "d"]).values()
    ] == ["kept:"] * 2


def test_a_sound_that_cannot_be_had_is_a_warning_and_is_tried_again(
    world: World, tmp_path: Path
) -> None:
    items = [
        Item("late", title="one", media={"audio": ("late.wav",)}),
        Item("text", title="two", media={"audio": ("text.wav",)}),
    ]
    (tmp_path / "text.wav").write_text("la la la")
    first = world.indexer.index_items(items, root=tmp_path)
    assert first.indexed == 2
    assert "indexed without its sound: audio 'late.wav' does not exist" in reasons(first)[0]
    assert "indexed without its sound: audio 'text.wav' cannot be decoded" in reasons(first)[1]
    assert_silent(world, 0, 1)
    (tmp_path / "late.wav").write_bytes(wav(200))
    second = world.indexer.index_items(items, root=tmp_path)
    assert (second.indexed, len(second.warnings), world.text.encoded) == (2, 1, 2)
    assert_sounds(world, 0, 200)


def test_paths_stay_in_their_folder_and_addresses_public(world: World, tmp_path: Path) -> None:
    world.allow_private = False
    world.restart()
    (tmp_path / "secret.wav").write_bytes(wav(200))
    root = tmp_path / "songs"
    root.mkdir()
    items = [
        Item("a", title="x", media={"audio": ("../secret.wav",)}),
        Item("b", title="x", media={"audio": ("http://127.0.0.1/1.wav",)}),
    ]
    report = world.indexer.index_items(items, root=root)
    assert "outside the catalogue's folder" in reasons(report)[0]
    assert "is not public" in reasons(report)[1]
    assert_silent(world, 0, 1)
    assert world.log.get_items(["a"])["a"][1].media == {}


def test_an_unchanged_sound_is_not_heard_again_and_a_changed_one_is(world: World) -> None:
    item = Item("a", title="one")
    world.indexer.index_items([item], given={"audio": {"a": [wav(100)]}})
    kept = world.log.get_items(["a"])["a"][1]
    assert world.indexer.index_items([public(kept)]).skipped == 1  # read and written back
    assert world.indexer.index_items([replace(public(kept), price=2.0)]).indexed == 1
    assert_sounds(world, 0, 100)
    assert world.indexer.index_items([item], given={"audio": {"a": [wav(400)]}}).indexed == 1
    assert_sounds(world, 0, 400)
    world.indexer.index_items([item])
    assert_silent(world, 0)
    assert world.text.encoded == 1


def test_pictures_are_kept_and_not_looked_at_and_a_rebuild_keeps_both(
    world: World, tmp_path: Path
) -> None:
    world.indexer.index_items(
        [Item("a")], given={"image": {"a": [png("red")]}, "audio": {"a": [wav(100)]}}
    )
    world.indexer.index_items([Item("b")], given={"image": {"b": [png("red")]}})
    assert_sounds(world, 0, 100)
    assert_silent(world, 1)
    world.restart(anew=True)
    world.indexer.rebuild()
    assert_sounds(world, 0, 100)
    assert len(list((tmp_path / "images").glob("*/*"))) == 2
    world.indexer.index_items([Item("a")])
    world.restart(anew=True)
    world.indexer.rebuild()
    assert len(list((tmp_path / "images").glob("*/*"))) == 1  # the picture of b


def test_another_picture_of_an_item_that_is_heard_encodes_nothing(world: World) -> None:
    item = Item("a", title="one")
    world.indexer.index_items(
        [item], given={"image": {"a": [png("red")]}, "audio": {"a": [wav(100)]}}
    )
    world.told.clear()
    world.indexer.index_items(
        [item], given={"image": {"a": [png("blue")]}, "audio": {"a": [wav(100)]}}
    )
    assert (world.told, world.text.encoded) == ([], 1)
    assert_sounds(world, 0, 100)
