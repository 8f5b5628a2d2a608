"""Parts around picture models that make networks of them: bytes of pixels in, features out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


class FromBytes(nn.Module):
    """`model` behind scaling to 0..1 and normalizing by channel, as ToTensor and Normalize of
    torchvision do it."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32).reshape(3, 1, 1))
        self.register_buffer("std", torch.as_tensor(std, dtype=torch.float32).reshape(3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        # pixels (B, H, W, 3), uint8; their order in memory is the one that convolutions are fastest
        # in
        scaled = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, H, W)
        features: torch.Tensor = self.model((scaled - self.mean) / self.std)
        return features  # (B, dim)


class PictureHalf(nn.Module):
    """The half of an open_clip model that looks at pictures."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        # pixels (B, 3, H, W)
        features: torch.Tensor = self.model.encode_image(pixels)
        return features  # (B, dim)


class TransformersPictureHalf(nn.Module):
    """The half of a CLIP model of transformers that looks at pictures."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        # pixels (B, 3, H, W)
        features: torch.Tensor = self.model.get_image_features(pixel_values=pixels).pooler_output
        return features  # (B, dim)
