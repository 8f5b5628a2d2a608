"""A network that comes along is what was converted, checked against PyTorch's features, or refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from encoders.networks import carried
from encoders.networks.backend import NetworkBackend
from encoders.networks.carried import carried_network, carry
from encoders.networks.network import ConversionFailed, Convertible, NetworkBatch

pytest.importorskip("openvino")

ROOT = Path(__file__).resolve().parents[3]
ROWS = np.eye(3, dtype=np.float32)
WITHOUT_PYTORCH = """
import sys
from pathlib import Path
import numpy as np
from encoders.networks import carried

sys.modules["torch"] = None
carried.FOLDER = Path(sys.argv[1])
network, preparation = carried.carried_network("key")
print(next(network.run([(np.eye(3, dtype=np.float32),)])).tolist(), preparation)
"""


class Double(nn.Module):
    """Features are the inputs twice, and the sum of them."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        # rows (B, 3)
        return torch.cat([2 * rows, rows.sum(dim=1, keepdim=True)], dim=1)  # (B, 4)


def reference() -> Convertible:
    probes: list[NetworkBatch] = [(ROWS[:1],), (ROWS + 1,)]
    return Convertible(Double(), probes, "how to prepare")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(carried, "FOLDER", tmp_path / "carried")
    carry("twice", 4, "key", reference)
    return tmp_path / "carried" / "twice"


def test_what_is_carried_computes_where_pytorch_is_not_installed(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYTORCH, str(folder.parent)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [[2.0, 0.0, 0.0, 1.0], [0.0, 2.0, 0.0, 1.0], [0.0, 0.0, 2.0, 1.0]]
    assert done.stdout.strip() == f"{expected} how to prepare"


def test_it_is_found_by_fingerprint_and_others_are_converted() -> None:
    assert carried_network("another") is None
    one = carried.carried()["twice"]
    assert (one.fingerprint, one.dim) == ("key", 4)

    def not_wanted() -> Convertible:
        raise AssertionError("it is there")

    running = NetworkBackend("openvino").load("twice", "key", not_wanted)
    assert running.network is not None
    assert running.preparation == "how to prepare"


def test_carrying_again_replaces_what_was_there(folder: Path) -> None:
    (folder / "left.bin").write_bytes(b"x")
    carry("twice", 4, "new key", reference)
    assert not (folder / "left.bin").exists()
    assert carried_network("key") is None
    assert carried_network("new key") is not None


@pytest.mark.parametrize("name", ["model.bin", "model.xml", "probes.safetensors"])
def test_a_damaged_file_is_refused_with_its_folder(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ConversionFailed, match=r"twice is damaged: .*install palate again"):
        carried_network("key")


def test_a_processor_that_computes_something_else_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def negated(self: object, batches: list[NetworkBatch]) -> list[np.ndarray]:
        return [-np.ones((len(rows), 4), dtype=np.float32) for (rows,) in batches]

    monkeypatch.setattr("encoders.networks.openvino_network.OpenVinoNetwork.run", negated)
    with pytest.raises(ConversionFailed, match=r"computes something else \(cosine -"):
        carried_network("key")
