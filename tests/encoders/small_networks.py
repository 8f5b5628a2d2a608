"""Networks small enough to be converted in a moment, and some that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from torch import nn

from encoders.arrays import FloatArray
from encoders.networks.network import Convertible, NetworkBatch, TorchNetwork

# looked for, not imported: `encoders.networks.openvino_network` keeps its telemetry out when it
# does that
needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="needs openvino")


class MeanOfWords(nn.Module):
    """What a text model is in small: embeddings, a layer, and the mean over the words that are none
    of the padding."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.words = nn.Embedding.from_pretrained(torch.randn(50, 16, generator=generator))
        self.layer = nn.Linear(16, 8, bias=False)
        nn.init.normal_(self.layer.weight, generator=generator)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        # ids, mask (B, T)
        states = self.layer(self.words(ids).tanh())  # (B, T, 8)
        kept = mask[:, :, None].float()  # (B, T, 1)
        return (states * kept).sum(dim=1) / kept.sum(dim=1)  # (B, 8)


class Branching(nn.Module):
    """The roots of a batch with a positive sum, any other batch as it is. A trace only sees one of
    the two."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x (B, 4)
        return x.sqrt() if x.sum() > 0 else x


class Untraceable(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise ValueError("it takes no tensors")


PREPARATION = '{"what makes": "its <batches> & \\u0027words\\u0027 \\n"}'
POSITIVE: NetworkBatch = (np.array([[1, 4, 9, 100]] * 2, dtype=np.float32),)
NEGATIVE: NetworkBatch = (np.array([[-1, -2, -3, -4]] * 3, dtype=np.float32),)


def words(n: int, length: int, seed: int = 0) -> NetworkBatch:
    """Ids and mask of `n` texts, the longest of `length` words."""
    rng = np.random.default_rng([n, length, seed])
    lengths = np.append(rng.integers(1, length + 1, size=n - 1), length)
    mask = (np.arange(length) < lengths[:, None]).astype(np.int64)
    return rng.integers(0, 50, size=(n, length)) * mask, mask


def mean_of_words() -> Convertible:
    """A `Reference`."""
    return Convertible(MeanOfWords(), [words(2, 3), words(3, 5)], PREPARATION)


def traced_without_roots() -> Convertible:
    """A `Reference`, whose second probe shows that it cannot be converted."""
    return Convertible(Branching(), [NEGATIVE, POSITIVE])


def traced_with_roots() -> Convertible:
    """The same, but the second probe comes out as NaN."""
    return Convertible(Branching(), [POSITIVE, NEGATIVE])


def on_pytorch(batches: Sequence[NetworkBatch]) -> list[FloatArray]:
    """`MeanOfWords` of each batch."""
    return list(TorchNetwork(MeanOfWords()).run(batches))
