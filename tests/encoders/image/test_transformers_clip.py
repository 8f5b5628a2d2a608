"""CLIP and SigLIP of transformers for real: small models in `save_pretrained`'s folders, against
the library itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from huggingface_hub import constants
from PIL import Image
from safetensors.torch import load_file, save_file

from encoders.arrays import FloatArray
from encoders.base import ImageEncoder, Measured, runs_on
from encoders.contract import ImageEncoderContract
from encoders.errors import EncoderUnavailable
from encoders.hub import no_progress_bar
from encoders.networks.backend import Backend
from tests.encoders import tiny_clips
from tests.encoders.loading import image_encoder
from tests.encoders.small_networks import needs_openvino
from tests.encoders.tiny_clips import SIDE, WINDOW, saved, word_tokenizer

TEXTS = ["a red shoe", "", "Red SHOE 1", "a b c d e f g h i j k l m n o p q r s t u v w x y z"]


def load(folder: Path | str, backend: Backend | None = None) -> ImageEncoder:
    encoder = image_encoder(f"hf:{folder}", backend or Backend("torch"))
    assert encoder is not None
    return encoder


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clips.clip_folder(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clips.siglip_folder(tmp_path_factory.mktemp("siglip"))


@pytest.fixture(params=["clip_folder", "siglip_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def encoder(folder: Path) -> ImageEncoder:
    return load(folder)


@pytest.fixture
def copy(clip_folder: Path, tmp_path: Path) -> Path:
    """A CLIP folder to break."""
    return Path(shutil.copytree(clip_folder, tmp_path / "copy"))


class TestTransformersClip(ImageEncoderContract):
    """With the encoders of this module."""


def its_own_model(folder: Path) -> Any:
    with no_progress_bar():
        return transformers.AutoModel.from_pretrained(folder)


def unit(rows: torch.Tensor) -> FloatArray:
    found: FloatArray = torch.nn.functional.normalize(rows).numpy()
    return found


def looks(folder: Path, pictures: list[Image.Image], **how: Any) -> FloatArray:
    processor: Any = transformers.AutoImageProcessor
    pixels = processor.from_pretrained(folder, **how)(pictures, return_tensors="pt")
    with torch.inference_mode():
        return unit(its_own_model(folder).get_image_features(**pixels).pooler_output)


def reads(folder: Path, texts: list[str], **how: Any) -> FloatArray:
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(
        texts, truncation=True, return_tensors="pt", **how
    )
    with torch.inference_mode():
        return unit(its_own_model(folder).get_text_features(**tokens).pooler_output)


def test_pictures_are_seen_as_the_folders_own_processor_prepares_them(
    folder: Path, encoder: ImageEncoder, gradient: Image.Image
) -> None:
    pictures = [
        gradient.resize(size) for size in ((320, 240), (101, 64), (33, 75), (20, 20), (SIDE, SIDE))
    ]
    found = encoder.encode_images(pictures)
    np.testing.assert_allclose(found, looks(folder, pictures, backend="pil"), atol=1e-5)
    torchvision = looks(folder, pictures, backend="torchvision")
    assert (found * torchvision).sum(axis=1).min() > 0.9999


def test_a_strip_is_cut_before_the_processor_scales_it(encoder: ImageEncoder) -> None:
    strip = Image.new("RGB", (60_000, 2), "teal")
    np.testing.assert_allclose(
        encoder.encode_images([strip]), encoder.encode_images([strip.crop((0, 0, 16, 2))])
    )


def test_clip_reads_with_the_padding_masked(clip_folder: Path) -> None:
    encoder = load(clip_folder)
    assert encoder.dim == 24
    np.testing.assert_allclose(
        encoder.encode_texts(TEXTS), reads(clip_folder, TEXTS, padding=True), atol=1e-5
    )


def test_siglip_reads_padding_to_the_end_of_its_window_and_no_mask(siglip_folder: Path) -> None:
    encoder = load(siglip_folder)
    whole = {"padding": "max_length", "max_length": WINDOW}
    found = encoder.encode_texts(TEXTS)
    np.testing.assert_allclose(
        found, reads(siglip_folder, TEXTS, return_attention_mask=False, **whole), atol=1e-5
    )
    for other in (
        {"padding": True, "return_attention_mask": False},
        {"return_attention_mask": True, **whole},
    ):
        assert (found[:3] * reads(siglip_folder, TEXTS[:3], **other)).sum(axis=1).min() < 0.999


@pytest.mark.parametrize(("said", "same"), [({}, True), ({"do_lower_case": False}, False)])
def test_siglip_2_is_given_lower_case_unless_its_tokenizer_says_otherwise(
    said: dict[str, bool], same: bool, tmp_path: Path
) -> None:
    # like Gemma's, which the models of SigLIP 2 name: it keeps capitals, and has a window without
    # end
    tokenizer = word_tokenizer(lowercase=False, **said)
    encoder = load(saved(tmp_path, tiny_clips.siglip(), tiny_clips.siglip_processor(), tokenizer))
    lower, upper = encoder.encode_texts(["red shoe", "Red SHOE"])
    assert np.allclose(lower, upper, atol=1e-6) is same
    assert encoder.encode_texts([" ".join("red" for _ in range(1000))]).shape == (1, 32)


@pytest.mark.parametrize("family", ["chinese_clip", "metaclip_2", "altclip", "align"])
def test_families_with_the_same_two_halves_are_read_alike(
    family: str, tmp_path: Path, gradient: Image.Image
) -> None:
    processor = tiny_clips.align_processor() if family == "align" else tiny_clips.clip_processor()
    saved(
        tmp_path, getattr(tiny_clips, family)(), processor, word_tokenizer(model_max_length=WINDOW)
    )
    encoder = load(tmp_path)
    np.testing.assert_allclose(
        encoder.encode_texts(TEXTS), reads(tmp_path, TEXTS, padding=True), atol=1e-5
    )
    np.testing.assert_allclose(
        encoder.encode_images([gradient]), looks(tmp_path, [gradient], backend="pil"), atol=1e-4
    )


def test_align_reads_the_64_tokens_it_was_trained_on(tmp_path: Path) -> None:
    encoder = load(
        saved(tmp_path, tiny_clips.align(), tiny_clips.align_processor(), word_tokenizer())
    )
    long = " ".join("red" for _ in range(100))
    np.testing.assert_allclose(
        encoder.encode_texts([long]),
        reads(tmp_path, [long], padding=True, max_length=64),
        atol=1e-5,
    )


def test_weights_in_half_precision_or_of_torch_are_read_too(
    copy: Path, gradient: Image.Image
) -> None:
    before = load(copy)
    weights = load_file(copy / "model.safetensors")
    (copy / "model.safetensors").unlink()
    torch.save(
        {name: tensor.half() for name, tensor in weights.items()}, copy / "pytorch_model.bin"
    )
    after = load(copy)
    assert (before.encode_images([gradient]) * after.encode_images([gradient])).sum() > 0.9999
    assert (before.encode_texts(["shoe"]) * after.encode_texts(["shoe"])).sum() > 0.9999


@needs_openvino
def test_pictures_run_on_openvino(folder: Path, gradient: Image.Image) -> None:
    encoder, converted = load(folder), load(folder, Backend("openvino"))
    likeness = encoder.encode_images([gradient]) * converted.encode_images([gradient])
    assert likeness.sum() > 0.999
    assert runs_on(converted).startswith("OpenVINO")
    assert isinstance(converted, Measured)


def test_the_name_of_a_hub_model_that_is_cached_is_enough(
    clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_hub: None
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    kept = tmp_path / "models--maker--clip"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("1" * 40)
    shutil.copytree(clip_folder, kept / "snapshots" / ("1" * 40))
    assert load("maker/clip").fingerprint == load(clip_folder).fingerprint


def change_weights(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["visual_projection.weight"][0, 0] += 0.001
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def change_json(file: str, key: str, value: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        read = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({**read, key: value}))

    return change


def change_activation(folder: Path) -> None:
    vision = json.loads((folder / "config.json").read_text())["vision_config"]
    change_json("config.json", "vision_config", {**vision, "hidden_act": "relu"})(folder)


def change_tokenizer(folder: Path) -> None:
    text = (folder / "tokenizer.json").read_text()
    assert '"white"' in text
    (folder / "tokenizer.json").write_text(text.replace('"white"', '"black"'))


@pytest.mark.parametrize(
    "change",
    [
        change_weights,
        change_json("preprocessor_config.json", "image_mean", [0.5, 0.5, 0.5]),
        change_json("tokenizer_config.json", "model_max_length", 12),
        change_activation,
        change_tokenizer,
    ],
)
def test_the_fingerprint_follows_what_moves_vectors(
    change: Callable[[Path], None], copy: Path
) -> None:
    before = load(copy).fingerprint
    change(copy)
    assert load(copy).fingerprint != before


def test_the_fingerprint_stays_where_a_folder_is_moved_or_described(
    clip_folder: Path, copy: Path
) -> None:
    (copy / "README.md").write_text("A model.")
    assert load(copy).fingerprint == load(clip_folder).fingerprint


def without_words(folder: Path) -> None:
    tiny_clips.saved(folder, tiny_clips.clip().vision_model)


def with_texts_alone(folder: Path) -> None:
    tiny_clips.saved(folder, tiny_clips.clip().text_model)


def with_weights_of_pictures_alone(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("text_")}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def with_pictures_of_all_shapes(folder: Path) -> None:
    transformers.CLIPImageProcessor(
        size={"shortest_edge": SIDE}, do_center_crop=False
    ).save_pretrained(folder)


def with_pictures_too_large(folder: Path) -> None:
    tiny_clips.saved(folder, transformers.CLIPImageProcessor())


def with_a_foreign_tokenizer(folder: Path) -> None:
    tokenizer = word_tokenizer(model_max_length=WINDOW)
    tokenizer.add_tokens([f"word{number}" for number in range(60)])
    tokenizer.save_pretrained(folder)


def without(*files: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        for file in files:
            (folder / file).unlink()

    return remove


def cut(file: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / file).write_bytes((folder / file).read_bytes()[:1000])

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without("config.json"), r"holds no model \(no config.json\); give hf:"),
        (without("preprocessor_config.json"), "holds no image processor"),
        (without("tokenizer.json", "tokenizer_config.json"), "holds no tokenizer"),
        (without("model.safetensors"), "no file named model.safetensors"),
        (
            without_words,
            "type is 'clip_vision_model'.*clip, metaclip_2, siglip; for pictures alone give timm:<model>",
        ),
        (with_texts_alone, "type is 'clip_text_model'.*for texts alone st:<folder>"),
        (with_weights_of_pictures_alone, r"weights lack \d+ tensors.*: text_model"),
        (change_json("config.json", "model_type", "siglip2"), "NaFlex"),
        (change_json("config.json", "model_type", "bert"), "type is 'bert'"),
        (change_json("config.json", "projection_dim", 48), "in other sizes: text_projection"),
        (cut("model.safetensors"), "cannot be loaded"),
        (cut("tokenizer.json"), "cannot be loaded"),
        (cut("config.json"), "cannot be loaded"),
        (with_pictures_of_all_shapes, "makes arrays of"),
        (with_pictures_too_large, r"doesn't match model \(32\*32\)"),
        (with_a_foreign_tokenizer, "knows 107 tokens, its model 64"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused_and_says_why(
    spoil: Callable[[Path], None], message: str, copy: Path
) -> None:
    spoil(copy)
    with pytest.raises(EncoderUnavailable, match=message):
        load(copy)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "no model is named"),
        ("/no/such/folder", "holds no model"),
        ("nobody/no-such-clip", "no model hub is reachable"),
        ("not a name", "no model hub is reachable"),
    ],
)
def test_what_cannot_be_had_is_said_at_once(source: str, message: str, no_hub: None) -> None:
    with pytest.raises(EncoderUnavailable, match=message):
        load(source)
