"""Pictures and texts into one space with Hugging Face's CLIP and SigLIP models, as
`save_pretrained` leaves them.

Owns reading such a folder: weights, image processor, tokenizer, and how each family was fed in its
training. Knows nothing of the batch loops, which are `encoders.image.two_towers`'s, nor of
open_clip's files (`encoders.image.clip`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import EncoderUnavailable
from encoders.fingerprint import fingerprint_files
from encoders.hub import loading, local_folder, model_folder, no_progress_bar
from encoders.image.tower import MAX_ASPECT, ImageTower
from encoders.image.two_towers import PROBE_TEXT, TextTower, TwoTowerEncoder
from encoders.networks.backend import PYTORCH, NetworkBackend
from encoders.networks.network import TorchNetwork, has_gpu
from encoders.text.sentence_transformer import content_files

if TYPE_CHECKING:
    import torch
    from PIL import Image

_TODO = "give hf:<folder or hub name> of a CLIP or SigLIP model, with config.json, weights, image processor, tokenizer"
_OTHERWISE = "for pictures alone give timm:<model>, for texts alone st:<folder> as the text encoder"
_IMAGE_PROCESSOR = ("preprocessor_config.json", "processor_config.json")
_TOKENIZER = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a family's text half was fed in its training, where a tokenizer's own files do not say."""

    window: int | None = None
    """Tokens, where the model has positions for more."""
    padded: bool = False
    """Every text is padded to the window, and the padding is read: nothing masks it."""
    lowercase: bool = False
    """Unless `tokenizer_config.json` says otherwise. SigLIP 2's names Gemma's tokenizer, which
    keeps capitals."""


_FAMILIES = {
    "align": _Reading(window=64),  # AlignProcessor's max_length
    "altclip": _Reading(),
    "chinese_clip": _Reading(),
    "clip": _Reading(),
    "metaclip_2": _Reading(),
    "siglip": _Reading(
        padded=True, lowercase=True
    ),  # arXiv 2303.15343; SigLIP 2 of fixed resolution, arXiv 2502.14786
}
"""By `model_type` of config.json. Any other may have a picture half or words in another layout, so
it is refused."""


class TransformersClipEncoder(TwoTowerEncoder):
    """A model of `_FAMILIES` by hub name or local folder.

    Loaded at once. A model without all its weights is refused, never filled with random numbers.
    """

    def __init__(self, source: str, *, backend: NetworkBackend = PYTORCH) -> None:
        name = f"hf:{source}"
        folder = _resolve(source, name)
        with loading(name, _TODO):
            family = _family(folder, name)
            model = _model(folder, name)
            pictures, texts = (
                _picture_tower(folder, model),
                _text_tower(folder, model, _FAMILIES[family], name),
            )
            settings = {
                "reading": asdict(_FAMILIES[family]),
                "max_aspect": MAX_ASPECT,
                "tokens": {key: ids.tolist() for key, ids in texts.tokens([PROBE_TEXT]).items()},
            }
            super().__init__(
                name, fingerprint_files(content_files(folder), settings), pictures, texts, backend
            )
            _check_pictures(pictures, self.dim, name)


def _resolve(source: str, name: str) -> Path:
    if not source:
        raise EncoderUnavailable(name, "no model is named", _TODO)
    folder = local_folder(source)
    if folder is None:
        with loading(name, _TODO, may_download=True):
            folder = model_folder(source)
    for what, files in (
        ("model", ("config.json",)),
        ("image processor", _IMAGE_PROCESSOR),
        ("tokenizer", _TOKENIZER),
    ):
        # without a tokenizer's files, transformers would make an empty one
        if not any((folder / file).is_file() for file in files):
            raise EncoderUnavailable(
                name, f"{folder} holds no {what} (no {' or '.join(files)})", _TODO
            )
    return folder


def _family(folder: Path, name: str) -> str:
    family = str(_json(folder / "config.json").get("model_type"))
    if family == "siglip2":  # google's SigLIP 2 models of fixed resolution call themselves siglip
        raise EncoderUnavailable(
            name, "it is a NaFlex model, whose pictures vary in size", "give one of fixed size"
        )
    if family not in _FAMILIES:
        known = ", ".join(_FAMILIES)
        why = (
            f"its model type is {family!r}; those with pictures and texts in one space are {known}"
        )
        raise EncoderUnavailable(name, why, _OTHERWISE)
    return family


def _model(folder: Path, name: str) -> Any:
    import torch
    from transformers import AutoModel

    with no_progress_bar():
        model, report = AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,  # they are in the report; the error would not say which
            output_loading_info=True,
        )
    unfit = sorted({*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])})
    if unfit:
        why = f"its weights lack {len(unfit)} tensors of its config.json, or have them in other sizes: {unfit[0]}"
        raise EncoderUnavailable(name, why, _TODO)
    return model.eval().to("cuda" if has_gpu() else "cpu")


def _picture_tower(folder: Path, model: Any) -> ImageTower:
    """The model with its image processor, on Pillow: the models were trained with its resizing, and
    its results do not change with the version of torchvision. Where it ends with scaling and
    normalizing, as all but ALIGN's do, the network does both."""
    from transformers import AutoImageProcessor
    from transformers.image_processing_backends import PilBackend

    from encoders.image.pixels import FromBytes, TransformersPictureHalf

    auto: Any = AutoImageProcessor  # without annotations
    processor = auto.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False, backend="pil"
    )

    def pixels(image: Image.Image, **steps: bool) -> NDArray[Any]:
        return np.asarray(processor(image, **steps)["pixel_values"][0])  # (3, H, W)

    half = TransformersPictureHalf(model)
    standard = getattr(type(processor), "_preprocess", None) is PilBackend._preprocess
    if not (
        standard
        and processor.do_rescale
        and processor.do_normalize
        and processor.rescale_factor == 1 / 255
    ):
        return ImageTower(pixels, lambda: half)
    network = FromBytes(half, processor.image_mean, processor.image_std)
    return ImageTower(
        lambda image: pixels(image, do_rescale=False, do_normalize=False).transpose(
            1, 2, 0
        ),  # (H, W, 3)
        lambda: network,
    )


def _text_tower(folder: Path, model: Any, reading: _Reading, name: str) -> TextTower:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    config = model.config.text_config
    if len(tokenizer) > config.vocab_size:
        why = f"its tokenizer knows {len(tokenizer)} tokens, its model {config.vocab_size}"
        raise EncoderUnavailable(name, why, "put the model's own tokenizer into the folder")
    window = min(reading.window or config.max_position_embeddings, tokenizer.model_max_length)
    lowercase = reading.lowercase and tokenizer.init_kwargs.get("do_lower_case", True)

    def tokens(texts: list[str]) -> Mapping[str, torch.Tensor]:
        inputs = tokenizer(
            [text.lower() for text in texts] if lowercase else texts,
            padding="max_length" if reading.padded else "longest",
            truncation=True,
            max_length=window,
            return_tensors="pt",
        )
        return {"input_ids": inputs["input_ids"]} if reading.padded else dict(inputs)

    def features(**inputs: torch.Tensor) -> torch.Tensor:
        pooled: torch.Tensor = model.get_text_features(**inputs).pooler_output
        return pooled  # (B, dim)

    return TextTower(model, tokens, features, window)


def _check_pictures(pictures: ImageTower, dim: int, name: str) -> None:
    """That all come out in one size, which the model takes, and in the space of its texts."""
    from PIL import Image

    wide, high = (pictures.prepare(Image.new("RGB", size)) for size in ((96, 64), (64, 96)))
    if wide.shape != high.shape:
        why = f"its image processor makes arrays of {wide.shape} and of {high.shape}"
        raise EncoderUnavailable(name, why, "let it crop, or resize to a height and a width")
    width = next(TorchNetwork(pictures.module()).run([(wide[None],)])).shape[1]
    if width != dim:
        raise EncoderUnavailable(
            name, f"its pictures have {width} numbers and its texts {dim}", _OTHERWISE
        )


def _json(file: Path) -> dict[str, Any]:
    read = json.loads(file.read_text(encoding="utf-8"))
    return read if isinstance(read, dict) else {}
