"""Pictures to vectors with any timm backbone.

Owns the batch loop that every picture model shares (prepare in threads, run without gradients) and loading timm
models. Knows nothing of where pictures come from; `open_image`, which reads them, lives in `encoders.picture`, and
models that also understand words in `encoders.clip`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.base import FloatArray, unit_rows
from encoders.errors import EncoderUnavailable, ModalityUnsupported
from encoders.fingerprint import fingerprint_files, fingerprint_tensors
from encoders.hub import loading
from encoders.picture import MAX_PIXELS, open_image, to_rgb

if TYPE_CHECKING:
    import torch
    from PIL import Image

__all__ = ["MAX_PIXELS", "ImageTower", "TimmImageEncoder", "TowerImageEncoder", "open_image"]

BATCH_SIZE = 32
PREPARE_THREADS = min(4, os.cpu_count() or 1)
MAX_ASPECT = 8
"""Models look at the middle of a picture; a 1 x 60,000 strip would be scaled to gigabytes before that crop."""

_TIMM_TODO = "give the name of a timm model, and a checkpoint file of its weights if there is no model hub"


@dataclass(frozen=True, slots=True)
class ImageTower:
    """A loaded picture model."""

    prepare: Callable[[Image.Image], torch.Tensor]
    """An RGB picture to pixels (3, H, W), the same H and W for every picture."""
    forward: Callable[[torch.Tensor], torch.Tensor]
    """Pixels (B, 3, H, W) to features (B, dim)."""


class TowerImageEncoder:
    """Pictures through an `ImageTower`, loaded by `load` at the first picture. Safe to share between threads."""

    shares_text_space = False

    def __init__(self, name: str, dim: int, fingerprint: str, load: Callable[[], ImageTower]) -> None:
        self.name = name
        self.dim = dim
        self.fingerprint = fingerprint
        self._load = load
        self._tower: ImageTower | None = None
        self._load_lock = Lock()

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        import torch

        if not images:
            return np.zeros((0, self.dim), dtype=np.float32)
        tower = self._loaded()
        batches = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
        features: list[FloatArray] = []
        with ThreadPoolExecutor(PREPARE_THREADS) as pool, torch.inference_mode():
            ahead = pool.map(lambda image: tower.prepare(_trim(to_rgb(image))), batches[0])
            for following in [*batches[1:], ()]:
                pixels = torch.stack(list(ahead))  # (B, 3, H, W)
                ahead = pool.map(lambda image: tower.prepare(_trim(to_rgb(image))), following)  # while the model runs
                features.append(tower.forward(pixels).float().cpu().numpy())
        return unit_rows(np.concatenate(features), name=self.name)

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        raise ModalityUnsupported(
            self.name,
            "text into the space of its pictures",
            "configure a CLIP model, such as open_clip:<model>:<weights>",
        )

    def _loaded(self) -> ImageTower:
        with self._load_lock:
            if self._tower is None:
                self._tower = self._load()
            return self._tower


class TimmImageEncoder(TowerImageEncoder):
    """Pooled features of a timm backbone: its hub weights by name, or a local checkpoint of them. Loaded at once."""

    def __init__(self, architecture: str, checkpoint: str | None = None) -> None:
        name = f"timm:{architecture}" + (f":{checkpoint}" if checkpoint else "")
        if checkpoint and not Path(checkpoint).expanduser().is_file():
            raise EncoderUnavailable(name, f"there is no file {checkpoint}", _TIMM_TODO)
        with loading(name, _TIMM_TODO, may_download=not checkpoint):
            import timm
            from timm.data.config import resolve_model_data_config

            if not timm.is_model(architecture):
                raise EncoderUnavailable(name, f"timm has no model {architecture!r}", _TIMM_TODO)
            model: Any = timm.create_model(architecture, pretrained=not checkpoint, num_classes=0)
            if checkpoint:
                _load_backbone(model, Path(checkpoint).expanduser())
            config: dict[str, Any] = resolve_model_data_config(model)  # type: ignore[no-untyped-call]
            tower = timm_tower(model, config)
            settings = {"architecture": architecture, "preprocess": config, "max_aspect": MAX_ASPECT}
            fingerprint = fingerprint_tensors(model.state_dict(), settings)
            super().__init__(name, _probe_dim(tower, config), fingerprint, lambda: tower)


class OrderedTimmEncoder(TowerImageEncoder):
    """A timm backbone whose weights come from another implementation of the same network, in the same order.

    Nothing is imported or loaded before the first picture, and nothing about `preprocess` or `dim` is left to the
    library's defaults.
    """

    def __init__(self, name: str, architecture: str, weights: Path, *, dim: int, preprocess: Mapping[str, Any]) -> None:
        if not weights.is_file():
            raise EncoderUnavailable(name, f"there is no file {weights}", "install palate's dependencies anew")
        settings = {"architecture": architecture, "preprocess": dict(preprocess), "max_aspect": MAX_ASPECT}

        def load() -> ImageTower:
            with loading(name, "install palate's dependencies anew"):
                import timm
                import torch

                model: Any = timm.create_model(architecture, pretrained=False)
                foreign = torch.load(weights, map_location="cpu", weights_only=True)
                model.load_state_dict(rename_in_order(foreign, model.state_dict()))
                model.reset_classifier(0)
                return timm_tower(model, preprocess)

        super().__init__(name, dim, fingerprint_files([weights], settings), load)


def timm_tower(model: Any, preprocess: Mapping[str, Any]) -> ImageTower:
    """A timm model without its classifier, ready to run, and the transform its configuration asks for."""
    import torch
    from timm.data.transforms_factory import create_transform

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = model.eval().to(device, memory_format=torch.channels_last)
    prepare = create_transform(**preprocess, is_training=False)
    return ImageTower(prepare, lambda pixels: model(pixels.to(device, memory_format=torch.channels_last)))


def rename_in_order(foreign: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """`foreign` tensors under `own` names, paired by position; ValueError unless pairs agree in kind and shape."""
    if len(foreign) != len(own):
        raise ValueError(f"the weights hold {len(foreign)} tensors, the model {len(own)}")
    renamed: dict[str, torch.Tensor] = {}
    for (theirs, tensor), (ours, wanted) in zip(foreign.items(), own.items(), strict=True):
        if tensor.shape != wanted.shape or theirs.rpartition(".")[2] != ours.rpartition(".")[2]:
            raise ValueError(f"{theirs} {tuple(tensor.shape)} does not fit {ours} {tuple(wanted.shape)}")
        renamed[ours] = tensor
    return renamed


def _load_backbone(model: Any, checkpoint: Path) -> None:
    from timm.models import load_state_dict

    heads = model.pretrained_cfg.get("classifier") or ()
    heads = (heads,) if isinstance(heads, str) else tuple(heads)
    missing, unexpected = model.load_state_dict(load_state_dict(str(checkpoint), weights_only=True), strict=False)
    unexpected = [key for key in unexpected if not key.startswith(tuple(f"{head}." for head in heads))]
    if missing or unexpected:
        raise ValueError(f"the checkpoint lacks {missing[:3]} and has unknown {unexpected[:3]}")


def _probe_dim(tower: ImageTower, preprocess: Mapping[str, Any]) -> int:
    """Pooled width; some timm heads widen it, so the model is asked rather than its `num_features`."""
    import torch

    with torch.inference_mode():
        return int(tower.forward(torch.zeros(1, *preprocess["input_size"])).shape[1])


def _trim(image: Image.Image) -> Image.Image:
    width, height = image.size
    side = MAX_ASPECT * min(width, height)
    if max(width, height) <= side:
        return image
    left, top = max(0, (width - side) // 2), max(0, (height - side) // 2)
    return image.crop((left, top, min(width, left + side), min(height, top + side)))
