"""The process that converts a network: what it leaves in the folder, and how it ends."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from encoders.networks.convert import main
from encoders.networks.network import Convertible
from encoders.networks.openvino_network import REFUSED
from tests.encoders.small_networks import mean_of_words, needs_openvino, traced_without_roots

pytestmark = needs_openvino


def order(reference: Callable[[], Convertible], folder: Path) -> io.BytesIO:
    return io.BytesIO(pickle.dumps((reference, folder)))


def test_a_network_is_left_in_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mean"
    assert main(order(mean_of_words, folder)) == 0
    assert sorted(file.name for file in folder.iterdir()) == ["model.bin", "model.xml", "sums"]
    assert capsys.readouterr().out == ""


def test_one_that_computes_something_else_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "branching"
    assert main(order(traced_without_roots, folder)) == REFUSED
    assert capsys.readouterr().out.startswith("OpenVINO computes something else (cosine ")
    assert not folder.exists()
