"""Items to vectors: of every modality, and only what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.errors import EncoderError
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.modality import AudioModality, ImageModality, by_name, dims_of, fingerprints_of
from indexer.catalog.item import Item
from indexer.indexing import item_encoder
from indexer.indexing.captions import CaptionEncoder, caption_name
from indexer.indexing.item_encoder import Encoding, ItemEncoder
from indexer.media.download import Downloader, DownloadLimits
from indexer.media.folder import MediaFolder
from indexer.media.source import MediaSource
from indexer.stores.edge.store import EdgeStore
from tests.indexer.indexing.test_indexer import CountingText, png
from tests.tones import wav


class CountingImages(FakeImageEncoder):
    def __init__(self) -> None:
        super().__init__(shares_text_space=True)
        self.batches: list[int] = []

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        self.batches.append(len(images))
        return super().encode_images(images)


class CountingSounds(FakeAudioEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        self.batches.append(len(sounds))
        return super().encode_sounds(sounds)


class Bench:
    """An encoder of items of texts, pictures and sounds, beside its store."""

    def __init__(self, folder: Path) -> None:
        self.text, self.images, self.sounds = CountingText(), CountingImages(), CountingSounds()
        modalities = by_name([ImageModality(self.images), AudioModality(self.sounds)])
        self.store = EdgeStore.open(
            folder / "store",
            dims_of(self.text, modalities),
            fingerprints_of(self.text, modalities),
        )
        self.kept = MediaFolder(folder / "kept")
        media = MediaSource(self.kept, Downloader(DownloadLimits()))
        self._encoder = ItemEncoder(self.store, self.text, modalities, media)
        self.captioned = ItemEncoder(
            self.store, self.text, modalities, media, [CaptionEncoder(self.images)]
        )

    def item(self, item_id: str, title: str = "", *colours: str, hertz: float = 0) -> Item:
        media: dict[str, tuple[str, ...]] = {}
        if colours:
            media["image"] = tuple(self.kept.keep(png(colour)) for colour in colours)
        if hertz:
            media["audio"] = (self.kept.keep(wav(hertz)),)
        return Item(item_id, title=title, media=media)

    def encode(self, *items: Item, stored: bool = True) -> Encoding:
        numbered = list(enumerate(items))
        before = self.store.get_items(range(len(items))) if stored else {}
        encoding = self._encoder.encode(numbered, before)
        self.store.upsert(encoding.items)
        return encoding

    def counts(self) -> tuple[int, int, int]:
        return self.text.encoded, sum(self.images.batches), sum(self.sounds.batches)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


def test_an_item_has_a_vector_of_its_text_and_of_each_modality_that_it_has(bench: Bench) -> None:
    encoding = bench.encode(
        bench.item("both", "one", "red", hertz=200),
        bench.item("told", "two"),
        bench.item("heard", hertz=90),
    )
    assert [sorted(row.vectors) for row in encoding.items] == [
        ["audio", "image", "text"],
        ["text"],
        ["audio", "text"],
    ]
    assert encoding.problems == []
    np.testing.assert_array_equal(
        encoding.items[0].vectors["text"], FakeTextEncoder().encode_passages(["one"])[0]
    )


def test_only_what_changed_is_encoded_modality_by_modality(bench: Bench) -> None:
    item = bench.item("a", "one", "red", hertz=200)
    first = bench.encode(item)
    assert bench.counts() == (1, 1, 1)
    bench.encode(replace(item, price=3.0))
    bench.encode(replace(item, title="two"))
    assert bench.counts() == (2, 1, 1)
    changed = item.with_perceived("image", bench.item("b", "", "blue").perceived("image"))
    second = bench.encode(replace(changed, title="two"))
    assert bench.counts() == (2, 2, 1)
    np.testing.assert_allclose(
        second.items[0].vectors["audio"], first.items[0].vectors["audio"], atol=0.02
    )
    gone = bench.encode(Item("a", title="two"))
    assert (list(gone.items[0].vectors), bench.counts()) == (["text"], (2, 2, 1))


def test_without_knowing_what_is_stored_all_is_encoded(bench: Bench) -> None:
    item = bench.item("a", "one", "red", hertz=200)
    bench.encode(item)
    bench.encode(item, stored=False)
    assert bench.counts() == (2, 2, 2)


def test_what_cannot_be_had_is_a_problem_of_its_item_and_modality(bench: Bench) -> None:
    broken = bench.kept.keep(b"nothing that can be decoded")
    item = bench.item("a", "one", "red", "blue", hertz=200)
    red, blue = item.perceived("image")
    item = item.with_perceived("image", [red, broken, blue]).with_perceived("audio", [broken])
    encoding = bench.encode(bench.item("fine", "two"), item)
    assert [(one.item_index, one.modality) for one in encoding.problems] == [
        (1, "image"),
        (1, "audio"),
    ]
    assert all(broken in str(one.error) for one in encoding.problems)
    assert sorted(encoding.items[1].vectors) == ["image", "text"]


def test_several_pictures_are_one_vector_in_the_direction_of_their_mean(bench: Bench) -> None:
    encoding = bench.encode(bench.item("a", "", "red", "blue"))
    one_by_one = FakeImageEncoder().encode_images(
        [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    )
    mean = one_by_one.mean(axis=0)
    np.testing.assert_allclose(
        encoding.items[0].vectors["image"], mean / np.linalg.norm(mean), atol=1e-5
    )


def test_no_more_is_held_decoded_than_memory_should(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_encoder, "MAX_AT_ONCE", 3)
    bench.encode(*[bench.item(str(n), "", "red") for n in range(7)])
    assert bench.images.batches == [3, 3, 1]
    monkeypatch.setattr(item_encoder, "MAX_BYTES_AT_ONCE", 2 * 8 * 8 * 3)  # two pictures
    bench.images.batches.clear()
    bench.encode(*[bench.item(str(n), "", "blue") for n in range(5)])
    assert bench.images.batches == [2, 2, 1]


def test_vectors_of_a_shared_space_stand_beside_the_others(bench: Bench) -> None:
    items = [(0, bench.item("a", "red", "red")), (1, bench.item("b", "", "blue"))]
    rows = bench.captioned.encode(items, {}).items
    name = caption_name(bench.images)
    assert [sorted(row.vectors) for row in rows] == [["image", name, "text"], ["image", "text"]]


def test_an_encoder_that_fails_is_an_error(bench: Bench) -> None:
    bench.text.fails_after = 0
    with pytest.raises(EncoderError, match="fallen over"):
        bench.encode(bench.item("a", "one", "red"))
