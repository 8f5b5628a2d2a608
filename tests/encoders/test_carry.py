"""The bundled encoders without their weights: the same encoders, from the networks that come along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders import registry
from encoders.carry import main
from encoders.errors import EncoderUnavailable
from encoders.networks import carried
from encoders.networks.backend import NetworkBackend
from encoders.registry import bundled_image_encoder, bundled_text_encoder

pytest.importorskip("openvino")

OPENVINO = NetworkBackend("auto")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a wheel carries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carried, "FOLDER", tmp_path_factory.mktemp("carried"))
        main()
        yield carried.FOLDER


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_package_folder", lambda module: None)


@pytest.mark.slow
def test_vectors_are_those_of_the_weights_and_so_are_the_fingerprints(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["a slow film about space", "", "一部科幻片", "word " * 900]
    pictures = [Image.new("RGB", (300, 200), colour) for colour in ("red", "grey")]
    with_weights = bundled_text_encoder(), bundled_image_encoder()
    monkeypatch.setattr(registry, "_package_folder", lambda module: None)
    without = bundled_text_encoder(OPENVINO), bundled_image_encoder(OPENVINO)
    for one, other in zip(with_weights, without, strict=True):
        assert (one.fingerprint, one.dim, one.name) == (other.fingerprint, other.dim, other.name)
    vectors = [
        (with_weights[0].encode_passages(texts), without[0].encode_passages(texts)),
        (with_weights[1].encode_images(pictures), without[1].encode_images(pictures)),
    ]
    for one, other in vectors:
        assert np.min((one * other).sum(axis=1)) > 0.999


@pytest.mark.usefixtures("no_weights")
@pytest.mark.parametrize("encoder", [bundled_text_encoder, bundled_image_encoder])
def test_without_weights_and_network_the_extra_that_brings_them_is_named(
    encoder: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(encoder)
    monkeypatch.setattr(carried, "FOLDER", tmp_path)
    with pytest.raises(EncoderUnavailable, match=r"weights are not installed.*palate\[train\]"):
        encoder(OPENVINO)


@pytest.mark.slow
@pytest.mark.usefixtures("no_weights", "folder")
def test_pytorch_cannot_be_asked_for_without_weights() -> None:
    with pytest.raises(EncoderUnavailable, match=r"weights are not installed.*palate\[train\]"):
        bundled_text_encoder(NetworkBackend("torch"))
