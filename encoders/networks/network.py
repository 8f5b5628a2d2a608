"""What runs an encoder's network: batches of arrays in, rows of features out.

Owns the seam between encoders and the libraries that compute, and PyTorch behind it, which is the
reference. Knows nothing of texts, pictures, or which library is chosen (`encoders.backend`).
PyTorch is only imported where it computes: that takes seconds and hundreds of megabytes.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.pytorch import has_pytorch

NetworkBatch = tuple[NDArray[Any], ...]
"""The network's inputs in order, each (B, ...)."""


@dataclass(frozen=True, slots=True)
class Convertible:
    """A network for another library to run."""

    module: Any
    """A module of PyTorch that takes a batch's arrays as tensors."""
    probes: Sequence[NetworkBatch]
    """Two batches whose shapes differ in each dimension that may vary."""
    preparation: str = ""
    """What makes its batches of content, in the encoder's own words: kept with the converted
    network, so that the model need not be loaded again. Empty where it must be."""


Reference = Callable[[], Convertible]
"""Loads the model. Where it can be pickled, another process may do so."""


class ConversionFailed(Exception):
    """A library cannot read a network, or computes something else with it: PyTorch has to run it."""


class Network(Protocol):
    """A loaded network. Safe to share between threads."""

    def run(self, batches: Iterable[NetworkBatch]) -> Iterator[FloatArray]:
        """Features (B, dim) of each batch, in order. The next batches may be taken while one is
        computed."""


class TorchNetwork:
    """A module of PyTorch, on the GPU where there is one."""

    def __init__(self, module: Any) -> None:
        import torch

        self._device = torch.device("cuda" if has_gpu() else "cpu")
        self._module = module.eval().to(self._device, memory_format=torch.channels_last)

    def run(self, batches: Iterable[NetworkBatch]) -> Iterator[FloatArray]:
        import torch

        for batch in batches:
            with torch.inference_mode(), mixed_precision(), within_cores():
                features = self._module(
                    *(torch.from_numpy(array).to(self._device) for array in batch)
                )  # (B, dim)
                rows: FloatArray = features.float().cpu().numpy()
            yield rows


_thread = threading.local()
_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""Of NVIDIA, of AMD, and of either under Windows' Linux."""


def use_cores(n: int) -> None:
    """Bound the cores that encoders take when this thread calls them; 0 is no bound."""
    _thread.cores = n


def cores() -> int:
    """How many cores an encoder may take in this thread; all of them unless `use_cores` has set a bound."""
    there = os.cpu_count() or 1
    bound: int = getattr(_thread, "cores", 0)
    return min(bound or there, there)


@contextmanager
def within_cores() -> Iterator[None]:
    """PyTorch takes no more cores in this block than an encoder may."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(min(before, cores()))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def has_gpu() -> bool:
    """Whether PyTorch can use one. Where there is no driver of one, PyTorch is not asked."""
    if sys.platform == "linux" and not any(Path(driver).exists() for driver in _DRIVERS):
        return False
    if not has_pytorch():
        return False
    import torch

    return torch.cuda.is_available()


def torch_label() -> str:
    """What encoders say they run on with PyTorch, such as "PyTorch fp32 on the CPU"."""
    return f"PyTorch {'bf16' if _mixes() else 'fp32'} on the {'GPU' if has_gpu() else 'CPU'}"


def mixed_precision() -> AbstractContextManager[object]:
    """bf16 where a GPU computes it; not fp16, whose range some text models leave."""
    import torch

    return torch.autocast("cuda", torch.bfloat16) if _mixes() else nullcontext()


def _mixes() -> bool:
    import torch

    return has_gpu() and torch.cuda.is_bf16_supported(including_emulation=False)
