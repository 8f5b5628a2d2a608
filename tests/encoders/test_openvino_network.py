"""Conversion to OpenVINO, its check and its files; and the bundled encoders, which must give PyTorch's vectors."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from encoders import openvino_network as openvino_network_module
from encoders.backend import Backend
from encoders.base import ImageEncoder, TextEncoder, runs_on
from encoders.bundled import bundled_image_encoder, bundled_text_encoder
from encoders.contract import ImageEncoderContract, TextEncoderContract
from encoders.network import Batch, ConversionFailed
from encoders.openvino_network import AGREE, OpenVinoNetwork, openvino_network

pytestmark = pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed")

TEXTS = [
    "",
    "warm woollen socks",
    "Ein Café für 2",
    "A crew flies to Saturn to find a new home for mankind. " * 6,
    "Two lovers meet in Paris. " * 60,  # several chunks
]


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def text(networks: Path) -> TextEncoder:
    return bundled_text_encoder(Backend("openvino", networks))


@pytest.fixture(scope="module")
def image(networks: Path) -> ImageEncoder:
    return bundled_image_encoder(Backend("openvino", networks))


class TestTheBundledTextModel(TextEncoderContract):
    @pytest.fixture
    def encoder(self, text: TextEncoder) -> TextEncoder:
        return text

    def test_its_vectors_compare_with_those_of_pytorch(self, text: TextEncoder) -> None:
        reference = bundled_text_encoder()
        assert text.fingerprint == reference.fingerprint
        for found, expected in (
            (text.encode_passages(TEXTS), reference.encode_passages(TEXTS)),
            (text.encode_queries(TEXTS), reference.encode_queries(TEXTS)),
        ):
            assert (found * expected).sum(axis=1).min() >= AGREE
        assert runs_on(text).startswith("OpenVINO")
        assert runs_on(reference).startswith("PyTorch")


class TestTheBundledPictureModel(ImageEncoderContract):
    @pytest.fixture
    def encoder(self, image: ImageEncoder) -> ImageEncoder:
        return image

    def test_its_vectors_compare_with_those_of_pytorch(self, image: ImageEncoder, gradient: Image.Image) -> None:
        reference = bundled_image_encoder()
        pictures = [gradient.rotate(30 * turn) for turn in range(12)]
        found, expected = image.encode_images(pictures), reference.encode_images(pictures)
        assert image.fingerprint == reference.fingerprint
        assert (found * expected).sum(axis=1).min() >= AGREE


class Small(torch.nn.Module):
    """Rows of any number and length to 4 numbers each."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(1, 4)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.layer(rows[:, :, None]).relu().mean(dim=1)  # (B, 4)


def batch(n_rows: int, length: int) -> Batch:
    return (np.random.default_rng(n_rows * length).standard_normal((n_rows, length)).astype(np.float32),)


PROBES = [batch(2, 5), batch(3, 7)]


def small() -> tuple[Any, Sequence[Batch]]:
    return Small(), PROBES


def unneeded() -> tuple[Any, Sequence[Batch]]:
    raise AssertionError("it was kept, and is converted again")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the network of `small`."""
    folder = tmp_path_factory.mktemp("kept")
    openvino_network("key", small, folder)
    return folder


@pytest.fixture
def network(kept: Path) -> OpenVinoNetwork:
    return openvino_network("key", unneeded, kept)


def test_any_number_and_length_of_rows_gives_the_numbers_of_pytorch(network: OpenVinoNetwork) -> None:
    batches = [batch(1, 1), batch(9, 40), batch(2, 5)]
    with torch.inference_mode():
        for found, (rows,) in zip(network.run(batches), batches, strict=True):
            np.testing.assert_allclose(found, Small()(torch.from_numpy(rows)).numpy(), atol=0.02)


def test_a_network_that_computes_something_else_after_conversion_is_refused(tmp_path: Path) -> None:
    class Turning(torch.nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return rows if len(rows) == 2 else rows.flip(1)  # the converter follows one way only

    with pytest.raises(ConversionFailed, match=r"computes something else \(cosine"):
        openvino_network("key", lambda: (Turning(), PROBES), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_cannot_be_converted_is_refused_in_one_line() -> None:
    class Odd(torch.nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("not\nthis one")

    with pytest.raises(ConversionFailed, match=r"^OpenVINO cannot convert it \(.*not this one"):
        openvino_network("key", lambda: (Odd(), PROBES), None)


@pytest.mark.parametrize("damage", ["cut short", "not xml", "without weights", "without precision"])
def test_a_damaged_file_is_reported_and_made_again(
    kept: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = Path(shutil.copytree(kept, tmp_path / "cache"))
    (folder,) = cache.iterdir()
    model, weights = folder / "model.xml", folder / "model.bin"
    if damage == "cut short":
        weights.write_bytes(weights.read_bytes()[:-8])
    elif damage == "not xml":
        model.write_text("<net")
    elif damage == "without weights":
        weights.unlink()
    else:
        model.write_text(model.read_text().replace("precision", "decision"))
    with caplog.at_level(logging.WARNING):
        openvino_network("key", small, cache)
    assert "is damaged and is made again" in caplog.text
    assert [folder.name for folder in cache.iterdir()] == [folder.name]
    openvino_network("key", unneeded, cache)


def test_where_it_cannot_be_kept_it_is_used_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        network = openvino_network("key", small, tmp_path / "file")
    assert "cannot be kept" in caplog.text
    assert [rows.shape for rows in network.run(PROBES)] == [(2, 4), (3, 4)]


def test_a_thread_has_as_many_requests_under_way_as_pytorch_may_have_threads(
    network: OpenVinoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_once in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda at_once=at_once: at_once)
        taken: list[int] = []

        def batches(taken: list[int] = taken) -> Iterator[Batch]:
            for number in range(8):
                taken.append(number)
                yield batch(number + 1, 2)

        answers = network.run(batches())
        assert len(next(answers)) == 1
        assert len(taken) == at_once + 1  # the one that was waited for, and those after it
        assert [len(rows) for rows in answers] == [2, 3, 4, 5, 6, 7, 8]


def test_threads_share_a_network(network: OpenVinoNetwork) -> None:
    batches = [batch(3, length) for length in range(1, 40)]
    expected = [rows.tolist() for rows in network.run(batches)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: [rows.tolist() for rows in network.run(batches)], range(8)):
            assert found == expected


def test_a_run_that_is_left_early_leaves_a_network_that_works(network: OpenVinoNetwork) -> None:
    def broken() -> Iterator[Batch]:
        yield from [batch(2, 3)] * 3
        raise ValueError("no more tokens")

    with pytest.raises(ValueError, match="no more tokens"):
        list(network.run(broken()))
    assert [rows.shape for rows in network.run(PROBES)] == [(2, 4), (3, 4)]


class Processor:
    """Says in what precisions it computes, and computes in the highest whatever it is told."""

    def __init__(self, core: Any, able: list[str]) -> None:
        self._core = core
        self._able = able

    def get_property(self, device: str, name: str) -> list[str]:
        assert (device, name) == ("CPU", "OPTIMIZATION_CAPABILITIES")
        return self._able

    def compile_model(self, model: Any, device: str, settings: dict[str, object]) -> Any:
        return self._core.compile_model(model, device, {**settings, "INFERENCE_PRECISION_HINT": "f32"})


@pytest.mark.parametrize(("able", "label"), [(["FP32", "BF16"], "OpenVINO bf16"), (["FP32"], "OpenVINO f32")])
def test_precision_is_the_fastest_that_the_processor_has(
    network: OpenVinoNetwork, able: list[str], label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = sys.modules["openvino"]
    processor = Processor(library.Core(), able)
    monkeypatch.setattr(library, "Core", lambda: processor)
    assert openvino_network("key", small, None).label == label


def test_a_precision_that_moves_the_vectors_is_not_taken(
    network: OpenVinoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = sys.modules["openvino"]
    processor = Processor(library.Core(), ["FP32", "BF16"])
    monkeypatch.setattr(library, "Core", lambda: processor)
    cosines = iter([1.0, AGREE - 0.0001, 1.0, 1.0])  # of two probes in bf16, and two in full
    monkeypatch.setattr(openvino_network_module, "_cosines", lambda a, b: np.array([next(cosines)]))
    assert openvino_network("key", small, None).label == "OpenVINO f32"


def test_the_library_is_loaded_without_its_telemetry(network: OpenVinoNetwork) -> None:
    assert "openvino" in sys.modules
    assert "openvino_telemetry" not in sys.modules
