"""Pictures to vectors with any timm backbone.

Owns loading timm models. Knows nothing of where pictures come from; `open_image`, which reads them,
lives in `encoders.image.picture`, and models that also understand words in `encoders.image.clip`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.errors import EncoderUnavailable
from encoders.fingerprint import fingerprint_files, fingerprint_tensors
from encoders.hub import loading
from encoders.image.picture import MAX_PIXELS, open_image
from encoders.image.tower import MAX_ASPECT, ImageTower, TowerImageEncoder, tower_of
from encoders.networks.backend import PYTORCH, NetworkBackend
from encoders.networks.network import TorchNetwork

if TYPE_CHECKING:
    import torch

__all__ = ["MAX_PIXELS", "OrderedTimmEncoder", "TimmImageEncoder", "open_image"]

_TIMM_TODO = (
    "give the name of a timm model, and a checkpoint file of its weights if there is no model hub"
)


class TimmImageEncoder(TowerImageEncoder):
    """Pooled features of a timm backbone: its hub weights by name, or a local checkpoint of them.
    Loaded at once."""

    def __init__(
        self, architecture: str, checkpoint: str | None = None, *, backend: NetworkBackend = PYTORCH
    ) -> None:
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
            tower = timm_tower(lambda: model, config)
            settings = {
                "architecture": architecture,
                "preprocess": config,
                "max_aspect": MAX_ASPECT,
            }
            fingerprint = fingerprint_tensors(model.state_dict(), settings)
            super().__init__(name, _probe_dim(model, config), fingerprint, lambda: tower, backend)


class OrderedTimmEncoder(TowerImageEncoder):
    """A timm backbone whose weights come from another implementation of the same network, in the
    same order.

    Nothing is imported or loaded before the first picture, and nothing about `preprocess` or `dim`
    is left to the library's defaults.
    """

    def __init__(
        self,
        name: str,
        architecture: str,
        weights: Path,
        *,
        dim: int,
        preprocess: Mapping[str, Any],
        backend: NetworkBackend = PYTORCH,
    ) -> None:
        if not weights.is_file():
            raise EncoderUnavailable(
                name, f"there is no file {weights}", "install palate's dependencies anew"
            )
        settings = {
            "architecture": architecture,
            "preprocess": dict(preprocess),
            "max_aspect": MAX_ASPECT,
        }
        fingerprint = fingerprint_files([weights], settings)
        load = partial(_ordered_tower, name, architecture, weights, dict(preprocess))
        super().__init__(name, dim, fingerprint, load, backend)


def _ordered_tower(
    name: str, architecture: str, weights: Path, preprocess: Mapping[str, Any]
) -> ImageTower:
    def module() -> Any:
        with loading(name, "install palate's dependencies anew"):
            import timm
            import torch

            model: Any = timm.create_model(architecture, pretrained=False)
            foreign = torch.load(weights, map_location="cpu", weights_only=True)
            model.load_state_dict(rename_in_order(foreign, model.state_dict()))
            model.reset_classifier(0)
            return model

    return timm_tower(module, preprocess)


def timm_tower(module: Callable[[], Any], preprocess: Mapping[str, Any]) -> ImageTower:
    """A timm model without its classifier, and the transform its configuration asks for."""
    from timm.data.transforms_factory import create_transform

    return tower_of(create_transform(**preprocess, is_training=False), module)


def rename_in_order(
    foreign: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """`foreign` tensors under `own` names, paired by position; ValueError unless pairs agree in
    kind and shape."""
    if len(foreign) != len(own):
        raise ValueError(f"the weights hold {len(foreign)} tensors, the model {len(own)}")
    renamed: dict[str, torch.Tensor] = {}
    for (theirs, tensor), (ours, wanted) in zip(foreign.items(), own.items(), strict=True):
        if tensor.shape != wanted.shape or theirs.rpartition(".")[2] != ours.rpartition(".")[2]:
            raise ValueError(
                f"{theirs} {tuple(tensor.shape)} does not fit {ours} {tuple(wanted.shape)}"
            )
        renamed[ours] = tensor
    return renamed


def _load_backbone(model: Any, checkpoint: Path) -> None:
    from timm.models import load_state_dict

    heads = model.pretrained_cfg.get("classifier") or ()
    heads = (heads,) if isinstance(heads, str) else tuple(heads)
    missing, unexpected = model.load_state_dict(
        load_state_dict(str(checkpoint), weights_only=True), strict=False
    )
    unexpected = [
        key for key in unexpected if not key.startswith(tuple(f"{head}." for head in heads))
    ]
    if missing or unexpected:
        raise ValueError(f"the checkpoint lacks {missing[:3]} and has unknown {unexpected[:3]}")


def _probe_dim(model: Any, preprocess: Mapping[str, Any]) -> int:
    """Pooled width; some timm heads widen it, so the model is asked rather than its `num_features`."""
    blank = np.zeros((1, *preprocess["input_size"]), dtype=np.float32)
    return int(next(TorchNetwork(model).run([(blank,)])).shape[1])
