"""A network converted in a process of its own: `encoders.networks.openvino_network` starts it.

The network is left in its folder. Where it cannot be converted the process prints why, and ends
with REFUSED.
"""

from __future__ import annotations

import pickle
from typing import BinaryIO

from encoders.networks.network import ConversionFailed
from encoders.networks.openvino_network import REFUSED, convert


def main(order: BinaryIO) -> int:
    """Exit code."""
    reference, folder = pickle.load(order)
    try:
        convert(reference, folder)
    except ConversionFailed as error:
        print(error, end="")  # noqa: T201
        return REFUSED
    return 0
