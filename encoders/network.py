"""What runs an encoder's network: batches of arrays in, rows of features out.

Owns the seam between encoders and the libraries that compute, and PyTorch behind it, which is the reference. Knows
nothing of texts, pictures, or which library is chosen (`encoders.backend`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from numpy.typing import NDArray

from encoders.base import FloatArray

Batch = tuple[NDArray[Any], ...]
"""The network's inputs in order, each (B, ...)."""

Reference = Callable[[], tuple[Any, Sequence[Batch]]]
"""Gives a module of PyTorch that takes a batch's arrays as tensors, and probes: two batches whose shapes differ in each
dimension that may vary."""


class ConversionFailed(Exception):
    """A library cannot read a network, or computes something else with it: PyTorch has to run it."""


class Network(Protocol):
    """A loaded network. Safe to share between threads."""

    def run(self, batches: Iterable[Batch]) -> Iterator[FloatArray]:
        """Features (B, dim) of each batch, in order. The next batches may be taken while one is computed."""


class TorchNetwork:
    """A module of PyTorch, on the GPU where there is one."""

    def __init__(self, module: Any) -> None:
        import torch

        self._device = torch.device("cuda" if has_gpu() else "cpu")
        self._module = module.eval().to(self._device, memory_format=torch.channels_last)

    def run(self, batches: Iterable[Batch]) -> Iterator[FloatArray]:
        import torch

        for batch in batches:
            with torch.inference_mode(), mixed_precision():
                features = self._module(*(torch.from_numpy(array).to(self._device) for array in batch))  # (B, dim)
                rows: FloatArray = features.float().cpu().numpy()
            yield rows


def has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def torch_label() -> str:
    return f"PyTorch {'bf16' if _mixes() else 'fp32'} on the {'GPU' if has_gpu() else 'CPU'}"


def mixed_precision() -> AbstractContextManager[object]:
    """bf16 where a GPU computes it; not fp16, whose range some text models leave."""
    import torch

    return torch.autocast("cuda", torch.bfloat16) if _mixes() else nullcontext()


def _mixes() -> bool:
    import torch

    return has_gpu() and torch.cuda.is_bf16_supported(including_emulation=False)
