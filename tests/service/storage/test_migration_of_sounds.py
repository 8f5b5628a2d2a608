"""Folders of before there were several modalities kept sounds as "image". They are made here by
renaming in the other direction; `test_migration` opens some that 034e339 has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import QdrantClient

from encoders.arrays import FloatArray
from encoders.audio.sound import Sound
from encoders.fake import FakeAudioEncoder, FakeTextEncoder
from encoders.modality import AudioModality, by_name
from indexer.catalog.item import Item
from indexer.stores.qdrant import location
from indexer.stores.qdrant.location import QdrantLocation
from service.api.messages import RecommendRequest, SearchRequest
from service.config import Settings
from service.recommender import Recommender
from service.storage.data_folder import DataFolder, registry_of
from service.storage.workspace import Workspace
from tests.indexer.indexing.test_indexer import png
from tests.service import world
from tests.tones import wav

PITCHES = [100 * 1.3**n for n in range(8)]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How much the encoders have read."""
    read: Counter[str] = Counter()
    passages, sounds = FakeTextEncoder.encode_passages, FakeAudioEncoder.encode_sounds

    def counted_passages(self: FakeTextEncoder, texts: Sequence[str]) -> FloatArray:
        read["texts"] += len(texts)
        return passages(self, texts)

    def counted_sounds(self: FakeAudioEncoder, given: Sequence[Sound]) -> FloatArray:
        read["sounds"] += len(given)
        return sounds(self, given)

    monkeypatch.setattr(FakeTextEncoder, "encode_passages", counted_passages)
    monkeypatch.setattr(FakeAudioEncoder, "encode_sounds", counted_sounds)
    return read


@pytest.fixture(params=["edge", "qdrant"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    store = {"kind": request.param, "url": "http://in-memory"}
    with closing(QdrantClient(":memory:")) as client:
        monkeypatch.setattr(
            location, "QdrantLocation", lambda url, prefix: QdrantLocation(client, prefix)
        )
        yield world.settings(tmp_path, encoders={"text": "fake", "audio": "fake"}, store=store)


def filled(settings: Settings) -> Recommender:
    palate = Recommender(Workspace.open(settings))
    items = [Item(f"song{n}", title=f"song number {n}") for n in range(len(PITCHES))]
    sounds = {item.item_id: wav(hertz) for item, hertz in zip(items, PITCHES, strict=True)}
    palate.index_items(items, {"song0": [png("red")]}, sounds)
    return palate


def as_before(settings: Settings) -> None:
    """What 034e339 called the vectors, in every store of the folder."""
    registry = registry_of(settings)
    for store in registry.stores():
        registry.rename_vectors(store, {"audio": "image"})
        (now,) = (one for one in registry.stores() if one.name == store.name)
        assert sorted(now.fingerprints) == ["image", "text"]
        assert now.digest == store.digest


def test_sounds_get_their_name_and_nothing_is_encoded_again(
    settings: Settings, read: Counter[str]
) -> None:
    with closing(filled(settings)) as palate:
        _, before = palate.workspace.store.vectors("audio", range(len(PITCHES)))
        digest = palate.workspace.digest
    as_before(settings)
    read.clear()
    with closing(Recommender(Workspace.open(settings))) as palate:
        assert read == {}
        workspace = palate.workspace
        assert (workspace.digest, workspace.served_before) == (digest, "")
        assert workspace.store.vector_names() == {"text": 16, "audio": 12}
        _, vectors = workspace.store.vectors("audio", range(len(PITCHES)))
        np.testing.assert_array_equal(vectors, before)
        found = palate.search_items(SearchRequest(audio=wav(PITCHES[3]), k=1)).results
        assert [(row.item_id, row.sources) for row in found] == [("song3", ["content_audio"])]
        alike = palate.recommend(RecommendRequest(history_item_ids=["song3"], k=1)).results
        assert "content_audio" in alike[0].sources


def test_other_encoders_take_over_what_stays_from_a_folder_of_before(
    settings: Settings, read: Counter[str]
) -> None:
    """Also where the old encoders are never configured again."""
    filled(settings).close()
    as_before(settings)
    read.clear()
    heard = by_name([AudioModality(FakeAudioEncoder())])
    workspace = Workspace.open_with(settings, FakeTextEncoder(24), heard, beside=True)
    workspace.inherit(None)
    workspace.indexer().follow()
    assert workspace.store.vectors("audio", range(8))[0].tolist() == list(range(8))
    assert read == {"texts": 8}
    workspace.close()


def test_stores_of_pictures_and_of_today_are_left_alone(tmp_path: Path) -> None:
    seen = world.settings(tmp_path / "seen")
    heard = world.settings(tmp_path / "heard", encoders={"text": "fake", "audio": "fake"})
    both = {"text": "fake", "image": "fake", "audio": "fake"}
    all_of_them = world.settings(tmp_path / "both", encoders=both)
    for settings in (seen, heard, all_of_them):
        Workspace.open(settings).close()
        with closing(DataFolder.open(settings)) as folder:
            (store,) = folder.registry.stores()
            assert list(store.fingerprints) == list(settings.encoder_names)
