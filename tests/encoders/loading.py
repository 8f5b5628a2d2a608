"""Image encoders by their line of configuration."""

from __future__ import annotations

from typing import Any

from encoders.networks.backend import PYTORCH, Backend
from encoders.registry import load_modality


def image_encoder(line: str, backend: Backend = PYTORCH) -> Any:
    modality = load_modality("image", line, backend)
    assert modality is not None
    return modality.encoder
