"""Modalities: one table, in which every kind of content is named once and gets to its encoder."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.base import Encoder
from encoders.errors import EncoderUnavailable, MediaError
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.modality import (
    MODALITIES,
    AudioModality,
    ImageModality,
    MediaModality,
    Modality,
    TextModality,
    by_name,
    dims_of,
    fingerprints_of,
    media_types,
)
from tests.tones import wav

FAKES: dict[str, Callable[[], Encoder]] = {
    "text": FakeTextEncoder,
    "image": FakeImageEncoder,
    "audio": FakeAudioEncoder,
}


def png(colour: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (6, 4), colour).save(stream, "PNG")
    return stream.getvalue()


FILES = {"image": png("red"), "audio": wav(200)}


@pytest.fixture(params=MODALITIES)
def modality(request: pytest.FixtureRequest) -> Modality:
    return MODALITIES[request.param](FAKES[request.param]())


@pytest.fixture(params=media_types())
def media(request: pytest.FixtureRequest) -> MediaModality:
    return media_types()[request.param](FAKES[request.param]())  # type: ignore[arg-type]


def test_every_modality_stands_under_its_name_and_no_two_share_a_field() -> None:
    assert {name: kind.name for name, kind in MODALITIES.items()} == {
        name: name for name in MODALITIES
    }
    fields = [
        field for kind in media_types().values() for field in (kind.name, kind.list_field) if field
    ]
    assert len(set(fields)) == len(fields)
    assert list(media_types()) == [name for name in MODALITIES if name != "text"]


def test_an_encoder_of_a_modality_has_its_protocol_and_those_of_others_have_not(
    modality: Modality,
) -> None:
    having = [name for name, fake in FAKES.items() if isinstance(fake(), modality.protocol)]
    assert having == [modality.name]


def test_blank_content_is_encoded_like_any_other(modality: Modality) -> None:
    rows = modality.encode([modality.blank(), modality.blank()])
    assert rows.shape == (2, modality.encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_people_have_a_word_for_one_and_for_several(modality: Modality) -> None:
    assert modality.noun
    assert modality.plural.startswith(modality.noun)


def test_content_is_opened_from_bytes_and_from_a_file(media: MediaModality, tmp_path: Path) -> None:
    content = FILES[media.name]
    (tmp_path / "file").write_bytes(content)
    opened = [media.open(content), media.open(tmp_path / "file")]
    rows = media.encode(opened)
    np.testing.assert_array_equal(rows[0], rows[1])


def test_what_is_no_content_is_an_error_that_names_it(media: MediaModality) -> None:
    with pytest.raises(MediaError, match="the third one"):
        media.open(b"nothing of the kind", "the third one")


def test_the_size_is_that_of_the_decoded_content() -> None:
    picture, sound = ImageModality(FakeImageEncoder()), AudioModality(FakeAudioEncoder())
    assert picture.size(Image.new("RGB", (6, 4))) == 6 * 4 * 3
    opened = sound.open(wav(200))
    assert sound.size(opened) == len(opened.samples) * 4


def test_sounds_need_their_library_and_pictures_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encoders.audio.sound.find_spec", lambda name: None)
    ImageModality.check_installed("mine")
    with pytest.raises(EncoderUnavailable, match=r"'mine'.*soundfile"):
        AudioModality.check_installed("mine")


def test_widths_and_fingerprints_are_by_modality_text_first() -> None:
    modalities = by_name([AudioModality(FakeAudioEncoder(5)), ImageModality(FakeImageEncoder(6))])
    assert list(dims_of(FakeTextEncoder(4), modalities).items()) == [
        ("text", 4),
        ("image", 6),
        ("audio", 5),
    ]
    assert fingerprints_of(FakeTextEncoder(4), modalities) == {
        "text": "fake-text-4",
        "image": "fake-image-6",
        "audio": "fake-audio-5",
    }
    assert dims_of(FakeTextEncoder(4), {}) == {"text": 4}


def test_texts_are_encoded_as_passages() -> None:
    class Sided(FakeTextEncoder):
        """Reads queries in another way."""

        def encode_queries(self, texts):  # type: ignore[no-untyped-def]
            return -super().encode_queries(texts)

    encoder = Sided()
    np.testing.assert_array_equal(
        TextModality(encoder).encode(["a film"]), encoder.encode_passages(["a film"])
    )
