"""Which library runs a network, and what is said where it is not the one that was hoped for."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from encoders.errors import EncoderUnavailable
from encoders.networks import backend, network
from encoders.networks.backend import PYTORCH, BackendName, NetworkBackend
from encoders.networks.network import Convertible
from tests.encoders.small_networks import (
    PREPARATION,
    mean_of_words,
    needs_openvino,
    traced_without_roots,
    words,
)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (backend, network):
        monkeypatch.setattr(module, "has_gpu", lambda: False)


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without OpenVINO, where an import of it fails."""
    monkeypatch.setattr(
        backend, "find_spec", lambda name: None if name == "openvino" else find_spec(name)
    )
    monkeypatch.setitem(sys.modules, "openvino", None)


def _unasked() -> Convertible:
    raise AssertionError("nothing is to be converted")


def test_auto_without_openvino_is_pytorch_and_says_why(
    not_installed: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        running = NetworkBackend("auto").load("mean", "key", _unasked)
    assert running.network is None
    assert running.label == "PyTorch fp32 on the CPU (openvino is not installed)"
    assert f"encoder mean runs on {running.label}" in caplog.text


def test_openvino_that_is_not_installed_is_refused_with_what_to_install(
    not_installed: None,
) -> None:
    with pytest.raises(EncoderUnavailable, match=r"pip install 'palate\[openvino\]'") as caught:
        NetworkBackend("openvino").load("mean", "key", _unasked)
    assert caught.value.metadata == {"encoder": "mean", "why": "openvino is not installed"}


@pytest.mark.parametrize("choice", [NetworkBackend("torch"), PYTORCH, NetworkBackend()])
def test_pytorch_is_used_where_it_is_asked_for_without_a_look_at_openvino(
    not_installed: None, choice: NetworkBackend
) -> None:
    running = choice.load("mean", "key", _unasked)
    assert (running.network, running.label) == (None, "PyTorch fp32 on the CPU")


def test_auto_leaves_a_machine_with_a_gpu_to_pytorch(
    not_installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "has_gpu", lambda: True)
    running = NetworkBackend("auto").load("mean", "key", _unasked)
    assert running.network is None
    assert "not installed" not in running.label


@needs_openvino
@pytest.mark.parametrize("asked", ["auto", "openvino"])
def test_openvino_runs_what_it_can_convert(asked: BackendName, tmp_path: Path) -> None:
    running = NetworkBackend(asked, tmp_path).load("mean", "key", mean_of_words)
    assert running.network is not None
    assert running.label.startswith("OpenVINO ")
    assert [rows.shape for rows in running.network.run([words(4, 9)])] == [(4, 8)]
    assert running.preparation == PREPARATION
    assert [folder.name.partition("-")[0] for folder in tmp_path.iterdir()] == ["key"]


@needs_openvino
def test_auto_runs_on_pytorch_what_cannot_be_converted_and_says_why() -> None:
    running = NetworkBackend("auto").load("branching", "key", traced_without_roots)
    assert running.network is None
    assert running.label.startswith("PyTorch fp32 on the CPU (OpenVINO computes something else")


@needs_openvino
def test_openvino_refuses_what_cannot_be_converted() -> None:
    with pytest.raises(
        EncoderUnavailable, match=r"computes something else.*set encoders.backend to auto or torch"
    ):
        NetworkBackend("openvino").load("branching", "key", traced_without_roots)
