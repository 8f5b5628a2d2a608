"""Which library is chosen, and what is said where it is not the fast one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from encoders import backend
from encoders.backend import Backend
from encoders.errors import EncoderUnavailable
from encoders.network import Batch, ConversionFailed

with_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed")


class NotToBeAsked(Exception):
    """The reference was loaded though nobody needs it."""


def unneeded() -> tuple[Any, Sequence[Batch]]:
    raise NotToBeAsked


@pytest.fixture
def no_openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: None)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "has_gpu", lambda: False)


def test_pytorch_is_used_where_it_is_asked_for() -> None:
    running = Backend("torch").load("x", "key", unneeded)
    assert (running.label.startswith("PyTorch"), running.network) == (True, None)


def test_without_openvino_pytorch_runs_and_the_label_says_why(no_openvino: None, no_gpu: None) -> None:
    running = Backend("auto").load("x", "key", unneeded)
    assert running.network is None
    assert running.label.startswith("PyTorch")
    assert running.label.endswith("(openvino is not installed)")


def test_openvino_that_is_asked_for_and_absent_is_an_error_that_says_how_to_get_it(no_openvino: None) -> None:
    with pytest.raises(
        EncoderUnavailable, match=r"openvino is not installed; pip install 'palate\[openvino\]', or set"
    ):
        Backend("openvino").load("x", "key", unneeded)


def test_a_gpu_keeps_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "has_gpu", lambda: True)
    assert Backend("auto").load("x", "key", unneeded).network is None


@with_openvino
def test_a_network_that_cannot_be_converted_stays_on_pytorch_and_says_why(no_gpu: None) -> None:
    def reference() -> tuple[Any, Sequence[Batch]]:
        raise ConversionFailed("it takes pictures too")

    assert Backend("auto").load("x", "key", reference).label.endswith("(it takes pictures too)")
    with pytest.raises(EncoderUnavailable, match="it takes pictures too"):
        Backend("openvino").load("x", "key", reference)


@with_openvino
def test_a_converted_network_is_kept_and_the_reference_not_loaded_again(tmp_path: Path, no_gpu: None) -> None:
    module = torch.nn.Linear(3, 2)
    probes = [(np.eye(3, dtype=np.float32)[:n],) for n in (2, 3)]
    first = Backend("auto", tmp_path).load("x", "key", lambda: (module, probes))
    again = Backend("auto", tmp_path).load("x", "key", unneeded)
    assert first.label == again.label
    assert first.label.startswith("OpenVINO ")
    assert first.network is not None
    assert again.network is not None
    for a, b in zip(first.network.run(probes), again.network.run(probes), strict=True):
        np.testing.assert_array_equal(a, b)
