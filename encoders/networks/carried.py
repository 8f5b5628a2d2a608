"""Networks that come with Palate: converted from the bundled encoders' weights when its wheel was
made (`python -m encoders.carry`), so that neither these nor PyTorch need be installed.

What PyTorch makes of each network's probes comes with it, and is compared on every processor that it
starts on. Owns these files. Knows nothing of texts and pictures; a checkout has none of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from encoders.networks.network import ConversionFailed, NetworkBatch, Reference

if TYPE_CHECKING:
    from encoders.networks.openvino_network import OpenVinoNetwork

FOLDER = Path(__file__).resolve().parents[1] / "carried"
_ENCODER = "encoder.json"
_PROBES = "probes.safetensors"


@dataclass(frozen=True, slots=True)
class Carried:
    """The network of one encoder."""

    folder: Path
    fingerprint: str
    dim: int


def carried() -> Mapping[str, Carried]:
    """What there is, by the encoder's name."""
    found = {}
    for file in sorted(FOLDER.glob(f"*/{_ENCODER}")):
        told = json.loads(file.read_text(encoding="utf-8"))
        found[told["name"]] = Carried(file.parent, told["fingerprint"], told["dim"])
    return found


def carried_network(key: str) -> tuple[OpenVinoNetwork, str] | None:
    """The network of the encoder with this fingerprint and its preparation, checked here; None where
    it did not come along. ConversionFailed where it is damaged, or computes something else here."""
    one = next((one for one in carried().values() if one.fingerprint == key), None)
    return None if one is None else _read(one.folder)


def carry(name: str, dim: int, fingerprint: str, reference: Reference) -> None:
    """Leave the network of an encoder in FOLDER, in the place of what is there of it."""
    from safetensors.numpy import save as bytes_of

    from encoders.networks.openvino_network import PREPARATION, agreeing, converted, save

    found = converted(reference)
    agreeing(found.model, found.probes, found.expected)
    place = FOLDER / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    told = {"name": name, "dim": dim, "fingerprint": fingerprint}
    (place / _ENCODER).write_text(json.dumps(told), encoding="utf-8")
    arrays = {
        f"{number}.{position}": array
        for number, probe in enumerate(found.probes)
        for position, array in enumerate((*probe, found.expected[number]))
    }
    (place / _PROBES).write_bytes(bytes_of(arrays))
    found.model.set_rt_info(found.preparation, PREPARATION)
    save(found.model, place)


def _read(folder: Path) -> tuple[OpenVinoNetwork, str]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    from encoders.networks.openvino_network import PREPARATION, agreeing, read_sound

    try:
        model = read_sound(folder)
        arrays = load_file(folder / _PROBES)
    except (RuntimeError, OSError, SafetensorError) as error:
        why = " ".join(str(error).split())[:200]
        raise ConversionFailed(f"{folder} is damaged: {why}; install palate again") from error
    n_probes = 1 + max(int(name.partition(".")[0]) for name in arrays)
    rows = [
        [arrays[name] for name in sorted(arrays) if name.startswith(f"{number}.")]
        for number in range(n_probes)
    ]
    probes: list[NetworkBatch] = [tuple(row[:-1]) for row in rows]
    network, _ = agreeing(model, probes, [row[-1] for row in rows])
    return network, model.get_rt_info(PREPARATION).astype(str)
