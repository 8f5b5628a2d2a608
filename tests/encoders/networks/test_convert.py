"""A network converted in a process of its own: what it leaves, and how it says that it could not."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import pytest

from encoders.networks.convert import main
from encoders.networks.openvino_network import REFUSED
from tests.encoders.small_networks import mean_of_words, needs_openvino, traced_without_roots

pytestmark = needs_openvino


def ordered(reference: object, folder: Path) -> io.BytesIO:
    return io.BytesIO(pickle.dumps((reference, folder)))


def test_the_network_is_left_in_its_folder(tmp_path: Path) -> None:
    assert main(ordered(mean_of_words, tmp_path / "mine")) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert any((tmp_path / "mine").iterdir())


def test_one_that_cannot_be_converted_is_told_apart_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ordered(traced_without_roots, tmp_path / "mine")) == REFUSED
    assert "computes something else" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
