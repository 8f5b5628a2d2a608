"""A data folder, opened: what belongs together, in the right order, and closed again."""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path

import pytest

from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.modality import AudioModality, ImageModality, Modalities, by_name
from indexer.catalog.item import Item
from indexer.errors import EncoderMismatch, StoreLocked
from indexer.indexing.captions import CaptionEncoder
from service.storage.encoder_names import encoder_names
from service.storage.workspace import Workspace
from tests.indexer.indexing.test_indexer import png
from tests.service import world
from tests.tones import wav

PICTURES = by_name([ImageModality(FakeImageEncoder())])
SOUNDS = by_name([AudioModality(FakeAudioEncoder())])
BOTH = by_name([*PICTURES.values(), *SOUNDS.values()])


def opened(
    folder: Path, modalities: Modalities = BOTH, *, text_dim: int = 16, beside: bool = False
) -> Workspace:
    settings = world.settings(folder)
    return Workspace.open_with(settings, FakeTextEncoder(text_dim), modalities, beside=beside)


def fill(workspace: Workspace) -> None:
    workspace.reconcile()
    workspace.indexer().index_items(
        [Item("a", title="one"), Item("b", title="two")],
        given={"image": {"a": [png("red")]}, "audio": {"b": [wav(100)]}},
    )


def test_the_settings_say_which_encoders_there_are(tmp_path: Path) -> None:
    encoders = {"text": "fake", "image": "fake", "audio": "fake"}
    with closing(Workspace.open(world.settings(tmp_path, encoders=encoders))) as workspace:
        assert list(workspace.modalities) == ["image", "audio"]
        assert workspace.dims == {"text": 16, "image": 12, "audio": 12}
        assert list(workspace.fingerprints) == ["text", "image", "audio"]
        assert encoder_names(workspace.log, workspace.digest) == encoders
        assert (workspace.spaces, workspace.alignments, workspace.unaligned) == ([], {}, "")


def test_a_folder_has_one_owner_until_it_is_closed(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    with pytest.raises(StoreLocked):
        opened(tmp_path)
    workspace.close()
    opened(tmp_path).close()


def test_other_encoders_need_to_be_asked_for_and_the_ones_before_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Workspace.open(world.settings(tmp_path))) as workspace:
        workspace.reconcile()
    with pytest.raises(EncoderMismatch, match="palate encoders change"):
        opened(tmp_path)
    opened(tmp_path, beside=True).close()
    both = {"text": "fake", "image": "fake", "audio": "fake"}
    with caplog.at_level(logging.WARNING):
        workspace = Workspace.open(world.settings(tmp_path, encoders=both))
    assert workspace.served_before == "text fake, image fake"
    assert "the settings name text fake, image fake, audio fake" in caplog.text
    workspace.reconcile()
    workspace.close()
    with closing(Workspace.open(world.settings(tmp_path, encoders=both))) as workspace:
        assert workspace.served_before == ""


def test_an_encoder_that_knows_words_has_a_space_and_room_in_the_store(tmp_path: Path) -> None:
    knowing = FakeImageEncoder(shares_text_space=True)
    modalities = by_name([ImageModality(knowing), *SOUNDS.values()])
    with closing(opened(tmp_path, modalities)) as workspace:
        (space,) = workspace.spaces
        assert isinstance(space, CaptionEncoder)
        assert set(space.names) <= workspace.store.vector_names().keys()
        assert workspace.alignments == {}


def test_a_modality_more_takes_over_all_that_was_encoded_before(tmp_path: Path) -> None:
    with closing(opened(tmp_path, PICTURES)) as before:
        fill(before)
        with closing(before.beside(before.settings, FakeTextEncoder(), BOTH)) as after:
            after.inherit(before.store)
            assert after.store.vectors("image", [0, 1])[0].tolist() == [0]
            assert after.store.vectors("text", [0, 1])[0].tolist() == [0, 1]
            after.indexer().follow()
            assert after.store.vectors("audio", [0, 1])[0].tolist() == [1]


def test_nothing_is_taken_over_where_no_encoder_stays(tmp_path: Path) -> None:
    with closing(opened(tmp_path, PICTURES)) as before:
        fill(before)
        with closing(before.beside(before.settings, FakeTextEncoder(24), SOUNDS)) as after:
            after.inherit(before.store)
            assert after.store.count() == 0


def test_every_encoder_is_warmed_up(tmp_path: Path) -> None:
    read: list[str] = []

    class Text(FakeTextEncoder):
        def encode_queries(self, texts):  # type: ignore[no-untyped-def]
            read.append("text")
            return super().encode_queries(texts)

    class Images(FakeImageEncoder):
        def encode_images(self, images):  # type: ignore[no-untyped-def]
            read.append("image")
            return super().encode_images(images)

    class Sounds(FakeAudioEncoder):
        def encode_sounds(self, sounds):  # type: ignore[no-untyped-def]
            read.append("audio")
            return super().encode_sounds(sounds)

    modalities = by_name([ImageModality(Images()), AudioModality(Sounds())])
    with closing(Workspace.open_with(world.settings(tmp_path), Text(), modalities)) as workspace:
        workspace.warm_up()
    assert read == ["text", "image", "audio"]


def test_reconciling_takes_people_out_of_the_stores_that_do_not_serve(tmp_path: Path) -> None:
    with closing(opened(tmp_path, PICTURES)) as first:
        fill(first)
    with closing(opened(tmp_path, BOTH, beside=True)) as second:
        second.reconcile()
        assert second.log.active_store() == second.digest
    assert not (tmp_path / "vectors" / "users").exists()
