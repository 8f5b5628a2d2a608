"""Which library runs the encoders' networks: PyTorch, or OpenVINO, which is faster on processors
without a GPU.

The vectors of both compare (`encoders.networks.openvino_network` checks it for each network), so
the choice is not part of an encoder's fingerprint: a catalogue that one has encoded is searched
with the other. Knows no network.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from encoders.errors import EncoderUnavailable
from encoders.networks.network import ConversionFailed, Network, Reference, has_gpu, torch_label
from encoders.pytorch import TODO, has_pytorch

BackendName = Literal["auto", "torch", "openvino"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs a network."""

    label: str
    """Library, precision, and why it is not another, for reports."""
    network: Network | None = None
    """None for PyTorch, which each encoder calls in its own way."""
    preparation: str = ""
    """What makes the network's batches (`encoders.networks.network.Convertible`)."""


@dataclass(frozen=True, slots=True)
class NetworkBackend:
    """A choice, made when a network is loaded."""

    asked: BackendName = "torch"
    """`auto` is OpenVINO where it is installed, there is no GPU, and the network has been or can be
    converted."""
    cache: Path | None = None
    """Folder for converted networks; without one, they are converted at every load."""

    def load(self, name: str, key: str, reference: Reference) -> Running:
        """What runs the network of encoder `name`; EncoderUnavailable when OpenVINO is asked for
        and cannot, or when PyTorch would have to and is not installed.

        `key` names weights and preprocessing. `reference` is only called where there is no
        converted network yet.
        """
        running = self._chosen(name, key, reference)
        logger.info("encoder %s runs on %s", name, running.label)
        return running

    def _chosen(self, name: str, key: str, reference: Reference) -> Running:
        if self.asked == "torch" or (self.asked == "auto" and has_gpu()):
            return _pytorch(name, "")
        from encoders.networks.carried import carried_network
        from encoders.networks.openvino_network import openvino_network

        try:
            if find_spec("openvino") is None:
                raise ConversionFailed("openvino is not installed")
            network, preparation = carried_network(key) or openvino_network(
                key, reference, self.cache
            )
        except ConversionFailed as error:
            if self.asked == "openvino":
                todo = "pip install 'palate[openvino]', or set encoders.backend to auto or torch"
                raise EncoderUnavailable(name, str(error), todo) from error
            return _pytorch(name, f" ({error})")
        return Running(network.label, network, preparation)


def _pytorch(name: str, why: str) -> Running:
    """EncoderUnavailable where it is not installed. `why` it is not another."""
    if not has_pytorch():
        raise EncoderUnavailable(name, f"PyTorch, which would run it, is not installed{why}", TODO)
    return Running(f"{torch_label()}{why}")


PYTORCH = NetworkBackend("torch")
