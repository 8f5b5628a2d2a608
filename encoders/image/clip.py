"""Pictures and texts into one space with any open_clip model.

Owns loading by hub tag, local checkpoint or folder. Knows nothing of the batch loops, which are
`encoders.image.two_towers`'s.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from encoders.errors import EncoderUnavailable
from encoders.fingerprint import fingerprint_tensors
from encoders.hub import loading
from encoders.image.tower import MAX_ASPECT, ImageTower, tower_of
from encoders.image.two_towers import PROBE_TEXT, TextTower, TwoTowerEncoder
from encoders.networks.backend import PYTORCH, NetworkBackend

_TODO = (
    "give open_clip:<model>:<pretrained tag or checkpoint file>, or open_clip:local-dir:<folder>"
)


class OpenClipEncoder(TwoTowerEncoder):
    """An open_clip model with trained weights: a tag of the hub, a local checkpoint, or a
    `local-dir:` folder.

    Loaded at once. A model without weights is refused, never filled with random numbers.
    """

    def __init__(
        self, model_name: str, pretrained: str | None = None, *, backend: NetworkBackend = PYTORCH
    ) -> None:
        name = f"open_clip:{model_name}" + (f":{pretrained}" if pretrained else "")
        if pretrained and Path(pretrained).expanduser().is_file():
            pretrained = str(Path(pretrained).expanduser())
        with loading(name, _TODO, may_download=_needs_hub(model_name, pretrained)):
            _check(name, model_name, pretrained)
            model, pictures, preprocess, quick_gelu = _load(model_name, pretrained)
            tokenizer = _tokenizer(model_name)
            settings = {
                "model": _architecture(model_name),
                "quick_gelu": quick_gelu,
                "preprocess": preprocess,
                "max_aspect": MAX_ASPECT,
                "tokens": tokenizer([PROBE_TEXT]).tolist(),
            }
            texts = TextTower(
                model,
                lambda batch: {"text": tokenizer(batch)},
                model.encode_text,
                int(tokenizer.context_length),
            )
            super().__init__(
                name, fingerprint_tensors(model.state_dict(), settings), pictures, texts, backend
            )


def _load(model_name: str, pretrained: str | None) -> tuple[Any, ImageTower, dict[str, Any], bool]:
    """Model, its picture tower, its preprocessing configuration, and whether QuickGELU was switched
    on for its tag."""
    import open_clip
    import torch

    from encoders.image.pixels import PictureHalf

    # A tag trained with QuickGELU gives quietly wrong vectors under the plain name; open_clip only
    # warns.
    tag = open_clip.get_pretrained_cfg(model_name, pretrained) if pretrained else {}
    quick_gelu = bool(tag.get("quick_gelu", False))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model, prepare = open_clip.create_model_from_pretrained(
        model_name, pretrained, device=device, force_quick_gelu=quick_gelu
    )
    model.eval()
    preprocess: dict[str, Any] = open_clip.get_model_preprocess_cfg(model)
    return model, tower_of(prepare, lambda: PictureHalf(model)), preprocess, quick_gelu


def _tokenizer(model_name: str) -> Any:
    import open_clip

    return open_clip.get_tokenizer(model_name)


def _needs_hub(model_name: str, pretrained: str | None) -> bool:
    """Whether weights or a tokenizer come from the hub (or its cache)."""
    if model_name.startswith("local-dir:"):
        return False
    if pretrained is None or not Path(pretrained).is_file():
        return True
    import open_clip

    text = (open_clip.get_model_config(model_name) or {}).get("text_cfg", {})
    return bool(
        text.get("hf_tokenizer_name") or text.get("hf_model_name") or "siglip" in model_name.lower()
    )


def _check(name: str, model_name: str, pretrained: str | None) -> None:
    """What open_clip would answer late, or with a list of 150 names."""
    import open_clip

    if model_name.startswith(("local-dir:", "hf-hub:")):
        return
    if open_clip.get_model_config(model_name) is None:
        raise EncoderUnavailable(name, f"open_clip has no model {model_name!r}", _TODO)
    tags: list[str] = open_clip.list_pretrained_tags_by_model(model_name)
    known = f"the tags of {model_name} are {', '.join(tags) or 'none'}"
    if pretrained is None:
        raise EncoderUnavailable(name, "no weights are named", f"{_TODO}; {known}")
    if not Path(pretrained).is_file() and not open_clip.get_pretrained_cfg(model_name, pretrained):
        raise EncoderUnavailable(name, f"{pretrained!r} is neither a file nor a known tag", known)


def _architecture(model_name: str) -> object:
    """The part of the fingerprint that tensors cannot tell, such as the number of heads; not where
    the folder lies."""
    if not model_name.startswith("local-dir:"):
        return model_name
    config = Path(model_name.removeprefix("local-dir:")) / "open_clip_config.json"
    return json.loads(config.read_text(encoding="utf-8"))["model_cfg"]
