"""The stores of a data folder: which there are, and which may go."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import InvalidInput
from indexer.folder_lock import FolderLock
from service.config import Settings
from service.storage.kept_vectors import drop_vectors, kept_vectors
from service.storage.workspace import Workspace
from tests.service import counting, world

ONE = {"text": "one", "image": "fake"}
TWO = {"text": "two", "image": "fake", "audio": "fake"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a folder with two stores, of which the second served last and is configured."""
    counting.install(monkeypatch)
    for encoders in (ONE, TWO):
        settings = world.settings(tmp_path, encoders=encoders)
        text, modalities = loaded(settings)
        with closing(Workspace.open_with(settings, text, modalities, beside=True)) as workspace:
            workspace.reconcile()
            workspace.indexer().index_items(world.items(3))
    return settings


def loaded(settings: Settings):  # type: ignore[no-untyped-def]
    from encoders.registry import load_modalities, load_text_encoder

    names = settings.encoder_names
    return load_text_encoder(names["text"]), load_modalities(names)


def test_every_store_is_told_with_its_encoders_and_what_it_is_for(settings: Settings) -> None:
    first, second = kept_vectors(settings)
    assert (first.name, second.name) == ("vectors", f"vectors-{second.digest}")
    assert (dict(first.encoders), dict(second.encoders)) == (ONE, TWO)
    assert list(second.fingerprints) == ["text", "image", "audio"]
    assert [(one.items, one.configured, one.served_last) for one in (first, second)] == [
        (3, False, False),
        (3, True, True),
    ]
    assert all((one.size_bytes or 0) > 1_000 for one in (first, second))


def test_while_another_process_has_the_folder_only_the_count_is_missing(
    settings: Settings,
) -> None:
    lock = FolderLock(settings.data)
    try:
        assert [one.items for one in kept_vectors(settings)] == [None, None]
    finally:
        lock.release()


def test_encoders_that_cannot_be_loaded_are_configured_nowhere(settings: Settings) -> None:
    gone = world.settings(settings.data, encoders={"text": "two", "image": "no-such"})
    assert [one.configured for one in kept_vectors(gone)] == [False, False]


def test_only_vectors_of_no_use_are_dropped(settings: Settings) -> None:
    first, second = kept_vectors(settings)
    with pytest.raises(InvalidInput, match="these vectors served last"):
        drop_vectors(settings, second.digest)
    back = world.settings(settings.data, encoders=ONE)
    with pytest.raises(InvalidInput, match="the settings name their encoders"):
        drop_vectors(back, first.digest)
    with pytest.raises(InvalidInput, match="there is no such store"):
        drop_vectors(settings, "00000000")
    drop_vectors(settings, first.digest)
    assert [one.digest for one in kept_vectors(settings)] == [second.digest]
    assert not (settings.data / "vectors").exists()
