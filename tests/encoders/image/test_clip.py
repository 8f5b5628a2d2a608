"""open_clip for real: a small model saved as a checkpoint and loaded the way a downloaded one is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from encoders.base import ImageEncoder
from encoders.contract import ImageEncoderContract
from encoders.errors import EncoderUnavailable
from encoders.image.clip import OpenClipEncoder
from tests.encoders.loading import image_encoder

MODEL = "palate-test-clip"
CONFIG = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 8, "head_width": 32},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The small architecture, known to open_clip by name as a stock one is."""
    folder = tmp_path_factory.mktemp("configs")
    (folder / f"{MODEL}.json").write_text(json.dumps(CONFIG))
    open_clip.add_model_config(folder)
    yield
    paths, configs = open_clip.factory._MODEL_CONFIG_PATHS, open_clip.factory._MODEL_CONFIGS
    paths.remove(folder)
    configs.pop(MODEL)


@pytest.fixture(scope="module")
def original(registered: None) -> Any:
    torch.manual_seed(0)
    return open_clip.create_model(MODEL).eval()


@pytest.fixture(scope="module")
def checkpoint(original: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "clip.pt"
    torch.save({"epoch": 1, "state_dict": original.state_dict()}, file)
    return file


@pytest.fixture(scope="module")
def encoder(checkpoint: Path) -> ImageEncoder:
    encoder = image_encoder(f"open_clip:{MODEL}:{checkpoint}")
    assert encoder is not None
    return encoder


class TestOpenClip(ImageEncoderContract):
    """With the encoder of this module."""


def test_a_loaded_checkpoint_sees_what_the_saved_model_saw(
    encoder: ImageEncoder, original: Any, gradient: Image.Image
) -> None:
    transform = image_transform_v2(PreprocessCfg(size=32), is_train=False)
    with torch.inference_mode():
        expected = original.encode_image(transform(gradient)[None], normalize=True)[0].numpy()
    vectors = encoder.encode_images([gradient, gradient.rotate(180)])
    assert vectors.shape == (2, encoder.dim) == (2, 32)
    np.testing.assert_allclose(vectors[0], expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_a_loaded_checkpoint_reads_what_the_saved_model_read(
    encoder: ImageEncoder, original: Any
) -> None:
    texts = [
        "a red shoe",
        "",
        "eine Katze",
        "x" * 1_000_000,
        "half a pair \ud83d",
    ] * 8  # more than one batch
    with torch.inference_mode():
        tokens = open_clip.get_tokenizer(MODEL)(["a red shoe"])
        expected = original.encode_text(tokens, normalize=True)[0].numpy()
    vectors = encoder.encode_texts(texts)
    assert vectors.shape == (40, 32)
    np.testing.assert_allclose(vectors[0], expected, atol=1e-5)
    np.testing.assert_allclose(vectors[:5], vectors[35:], atol=1e-5)
    assert encoder.shares_text_space
    assert encoder.encode_texts([]).shape == (0, 32)


def test_a_folder_as_the_hub_has_it_is_loaded_without_a_registered_name(
    original: Any, encoder: ImageEncoder, tmp_path: Path, gradient: Image.Image
) -> None:
    (tmp_path / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}})
    )
    torch.save(original.state_dict(), tmp_path / "open_clip_pytorch_model.bin")
    folder = image_encoder(f"open_clip:local-dir:{tmp_path}")
    assert folder is not None
    np.testing.assert_allclose(
        folder.encode_images([gradient]), encoder.encode_images([gradient]), atol=1e-6
    )
    np.testing.assert_allclose(
        folder.encode_texts(["shoe"]), encoder.encode_texts(["shoe"]), atol=1e-6
    )


def test_a_folder_without_weights_is_refused_rather_than_filled_with_random_numbers(
    tmp_path: Path,
) -> None:
    (tmp_path / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}})
    )
    with pytest.raises(EncoderUnavailable, match="pretrained weights"):
        image_encoder(f"open_clip:local-dir:{tmp_path}")


def test_the_fingerprint_follows_the_weights(
    encoder: ImageEncoder, original: Any, tmp_path: Path
) -> None:
    weights = {name: tensor.clone() for name, tensor in original.state_dict().items()}
    torch.save(weights, tmp_path / "same.pt")
    weights["visual.proj"][0, 0] += 0.001
    torch.save(weights, tmp_path / "changed.pt")
    assert OpenClipEncoder(MODEL, str(tmp_path / "same.pt")).fingerprint == encoder.fingerprint
    assert OpenClipEncoder(MODEL, str(tmp_path / "changed.pt")).fingerprint != encoder.fingerprint


def test_broken_weights_are_refused(registered: None, tmp_path: Path) -> None:
    (tmp_path / "broken.pt").write_bytes(b"not weights")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        OpenClipEncoder(MODEL, str(tmp_path / "broken.pt"))


def test_weights_of_another_model_are_refused(
    registered: None, original: Any, tmp_path: Path
) -> None:
    weights = original.state_dict()
    weights.pop("text_projection")
    torch.save(weights, tmp_path / "partial.pt")
    with pytest.raises(EncoderUnavailable, match="text_projection"):
        OpenClipEncoder(MODEL, str(tmp_path / "partial.pt"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("open_clip:ViT-Z-99:openai", "open_clip has no model 'ViT-Z-99'"),
        ("open_clip:ViT-B-32", "no weights are named.*the tags of ViT-B-32 are openai, "),
        ("open_clip:ViT-B-32:no_such_tag", "'no_such_tag' is neither a file nor a known tag"),
        ("open_clip:local-dir:/no/such/folder", "not found"),
        ("open_clip:ViT-B-32:openai", "no model hub is reachable"),
        ("open_clip:hf-hub:no/such-model", "no model hub is reachable"),
    ],
)
def test_what_cannot_be_had_is_said_at_once(spec: str, message: str, no_hub: None) -> None:
    with pytest.raises(EncoderUnavailable, match=message):
        image_encoder(spec)
