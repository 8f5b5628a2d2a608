"""Small networks on OpenVINO: the same as on PyTorch, kept in a folder, and refused when they are
not the same."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from encoders.arrays import FloatArray
from encoders.networks.network import ConversionFailed, Convertible, NetworkBatch
from encoders.networks.openvino_network import (
    AGREE,
    OpenVinoNetwork,
    _convert_in_a_child,
    openvino_network,
)
from encoders.registry import bundled_text_encoder
from tests.encoders.small_networks import (
    NEGATIVE,
    POSITIVE,
    PREPARATION,
    Untraceable,
    mean_of_words,
    needs_openvino,
    on_pytorch,
    traced_with_roots,
    traced_without_roots,
    words,
)

pytestmark = needs_openvino
MANY = [words(1 + number % 7, 1 + number % 11, seed=number) for number in range(40)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def network(cache: Path) -> OpenVinoNetwork:
    return openvino_network("mean", mean_of_words, cache)[0]


@pytest.fixture
def three_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests under way, where the other tests have one."""
    monkeypatch.setattr("encoders.networks.openvino_network.cores", lambda: 3)


def _never() -> Convertible:
    raise AssertionError("the network is in the cache")


def _agree(found: Sequence[FloatArray], expected: Sequence[FloatArray]) -> bool:
    """Whether all rows point the same way, to the precision that is promised."""
    assert [rows.shape for rows in found] == [rows.shape for rows in expected]
    return all(
        (a * b).sum() >= AGREE * np.linalg.norm(a) * np.linalg.norm(b)
        for a, b in zip(np.concatenate(found), np.concatenate(expected), strict=True)
    )


@pytest.mark.parametrize(("n", "length"), [(1, 1), (1, 200), (2, 3), (64, 17)])
def test_batches_of_any_size_and_length_give_the_rows_of_pytorch(
    network: OpenVinoNetwork, n: int, length: int
) -> None:
    (found,) = network.run([words(n, length)])
    assert found.dtype == np.float32
    assert _agree([found], on_pytorch([words(n, length)]))


def test_many_batches_come_back_in_order(network: OpenVinoNetwork, three_at_once: None) -> None:
    assert _agree(list(network.run(MANY)), on_pytorch(MANY))


def test_the_next_batches_are_taken_while_one_is_computed(
    network: OpenVinoNetwork, three_at_once: None
) -> None:
    taken = []

    def batches() -> Iterator[NetworkBatch]:
        for number, batch in enumerate(MANY):
            taken.append(number)
            yield batch

    next(network.run(batches()))
    assert taken == [0, 1, 2, 3]


class Request:
    """An inference request that holds its inputs as OpenVINO does: not at all."""

    def start_async(self, inputs: dict[int, FloatArray], *, share_inputs: bool) -> None:
        self._inputs = weakref.ref(inputs[0])

    def wait(self) -> None:
        self._rows = self._inputs()

    def get_output_tensor(self, index: int) -> Any:
        return SimpleNamespace(data=self._rows)


@pytest.mark.parametrize("at_once", [1, 3])
def test_inputs_are_there_until_the_network_has_read_them(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoders.networks.openvino_network.cores", lambda: at_once)
    network = OpenVinoNetwork(SimpleNamespace(create_infer_request=Request), "f32")
    found = network.run((np.full((1, 1), number, dtype=np.float32),) for number in range(6))
    assert [rows.tolist() for rows in found] == [[[number]] for number in range(6)]


def test_no_batches_give_nothing(network: OpenVinoNetwork) -> None:
    assert list(network.run([])) == []


def test_rows_stay_as_they_are_when_a_request_is_used_again(network: OpenVinoNetwork) -> None:
    run = network.run(MANY)
    first = next(run)
    kept = first.copy()
    list(run)
    np.testing.assert_array_equal(first, kept)


def test_threads_get_what_one_alone_gets(network: OpenVinoNetwork, three_at_once: None) -> None:
    alone = list(network.run(MANY))
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda _: list(network.run(MANY)), range(12)))
    for found in together:
        for a, b in zip(found, alone, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_batches_that_end_in_an_error_leave_the_network_sound(
    network: OpenVinoNetwork, three_at_once: None
) -> None:
    def batches() -> Iterator[NetworkBatch]:
        yield from MANY[:2]
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(network.run(batches()))
    assert _agree(list(network.run(MANY)), on_pytorch(MANY))


def test_it_says_in_which_precision_it_runs(network: OpenVinoNetwork) -> None:
    assert network.label in ("OpenVINO bf16", "OpenVINO f32")


def test_a_converted_network_is_read_and_not_made_again(
    network: OpenVinoNetwork, cache: Path
) -> None:
    again, preparation = openvino_network("mean", _never, cache)
    assert preparation == PREPARATION
    assert again.label == network.label
    assert _agree(list(again.run(MANY)), on_pytorch(MANY))


def test_another_key_is_another_network(network: OpenVinoNetwork, cache: Path) -> None:
    with pytest.raises(ConversionFailed, match="the network is in the cache"):
        openvino_network("other", _never, cache)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.xml", None),
        ("model.xml", b"<net"),
        ("model.xml", b""),
        ("model.bin", None),
        ("model.bin", b""),
    ],
)
def test_a_damaged_network_is_made_again_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str, content: bytes | None
) -> None:
    openvino_network("mean", mean_of_words, tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        mended, _ = openvino_network("mean", mean_of_words, tmp_path)
    assert f"converted network {folder} is damaged and is made again" in caplog.text
    assert _agree(list(mended.run(MANY)), on_pytorch(MANY))
    assert _agree(list(openvino_network("mean", _never, tmp_path)[0].run(MANY)), on_pytorch(MANY))


def test_one_flipped_bit_of_the_weights_is_noticed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    openvino_network("mean", mean_of_words, tmp_path)
    (file,) = tmp_path.glob("*/model.bin")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    openvino_network("mean", mean_of_words, tmp_path)
    assert "is damaged and is made again: its files are not as they were written" in caplog.text


def test_a_file_that_does_not_say_its_precision_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    openvino_network("mean", mean_of_words, tmp_path)
    (file,) = tmp_path.glob("*/model.xml")
    file.with_name("sums").unlink()  # as of an earlier version
    file.write_text(
        file.read_text("utf-8").replace("<precision value=", "<unknown value="), "utf-8"
    )
    openvino_network("mean", mean_of_words, tmp_path)
    assert "is damaged and is made again" in caplog.text


def test_a_folder_that_cannot_be_written_is_only_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    network, _ = openvino_network("mean", mean_of_words, tmp_path / "file")
    assert "cannot be kept" in caplog.text
    assert _agree(list(network.run(MANY)), on_pytorch(MANY))


def test_a_network_that_cannot_be_converted_leaves_the_hosts_logging_as_it_was() -> None:
    root, before = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.INFO)
    try:
        with pytest.raises(ConversionFailed):
            openvino_network("mean", lambda: Convertible(Untraceable(), [POSITIVE, NEGATIVE]), None)
        assert root.level == logging.INFO
    finally:
        root.setLevel(before)


def test_nothing_is_left_beside_the_networks(network: OpenVinoNetwork, cache: Path) -> None:
    (folder,) = cache.iterdir()
    assert sorted(file.name for file in folder.iterdir()) == ["model.bin", "model.xml", "sums"]


IN_A_CHILD = """
import json, sys
from pathlib import Path
from encoders.networks.network import ConversionFailed
from encoders.networks.openvino_network import openvino_network
from encoders.text.sentence_transformer import _convertible
from functools import partial
try:
    network, preparation = openvino_network("key", partial(_convertible, Path(sys.argv[1]), "x"), Path(sys.argv[2]))
    print(json.dumps([network.label, len(preparation), "torch" in sys.modules]))
except ConversionFailed as error:
    print(json.dumps([str(error), 0, "torch" in sys.modules]))
"""


TWO_AND_A_SIGNAL = """
import signal
from encoders.networks.openvino_network import openvino_network
from tests.encoders.small_networks import mean_of_words
first, second = (openvino_network("mean", mean_of_words, None) for _ in range(2))
del first
del second
signal.signal(signal.SIGTERM, lambda *_: print("asked to stop"))
signal.raise_signal(signal.SIGTERM)
"""


def test_a_signal_finds_its_stack_after_networks_have_gone() -> None:
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", TWO_AND_A_SIGNAL],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | paths,
    )
    assert (done.returncode, done.stdout) == (0, "asked to stop\n")


def _in_a_process_without_pytorch(model: Path, cache: Path) -> list[Any]:
    command = [sys.executable, "-c", IN_A_CHILD, str(model), str(cache)]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | paths
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_a_process_without_pytorch_has_a_child_convert_and_stays_without(tmp_path: Path) -> None:
    folder = bundled_text_encoder()._folder
    label, length, has_torch = _in_a_process_without_pytorch(folder, tmp_path)
    assert label.startswith("OpenVINO ")
    assert (length > 100_000, has_torch) == (True, False)


def test_what_a_child_cannot_convert_is_said_as_it_said_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    said, _, has_torch = _in_a_process_without_pytorch(tmp_path, tmp_path / "networks")
    assert said.startswith("OpenVINO cannot convert it (encoder 'x' cannot be loaded")
    assert not has_torch


def test_a_child_that_dies_is_a_failed_conversion(tmp_path: Path) -> None:
    with pytest.raises(ConversionFailed, match=r"a child ended with code 1: .*UnpicklingError"):
        _convert_in_a_child(b"no pickle")


def test_without_a_folder_it_is_converted_every_time() -> None:
    assert _agree(
        list(openvino_network("mean", mean_of_words, None)[0].run(MANY)), on_pytorch(MANY)
    )


def test_a_network_that_computes_something_else_when_traced_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ConversionFailed, match=r"computes something else \(cosine 0\.96"
    ):  # (1 4 9 100) to its roots
        openvino_network("branching", traced_without_roots, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_gives_nan_is_refused() -> None:
    with pytest.raises(ConversionFailed, match=r"computes something else \(cosine nan"):
        openvino_network("branching", traced_with_roots, None)


def test_a_network_that_cannot_be_converted_says_why() -> None:
    with pytest.raises(ConversionFailed, match=r"cannot convert it \(.*it takes no tensors"):
        openvino_network(
            "untraceable", lambda: Convertible(Untraceable(), [POSITIVE, NEGATIVE]), None
        )


def test_a_failed_conversion_leaves_the_log_as_it_was() -> None:
    root = logging.getLogger()
    before = root.level, list(root.filters), list(root.handlers)
    with pytest.raises(ConversionFailed):
        openvino_network(
            "untraceable", lambda: Convertible(Untraceable(), [POSITIVE, NEGATIVE]), None
        )
    assert (root.level, list(root.filters), list(root.handlers)) == before


def test_a_broken_installation_is_a_failed_conversion(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "openvino.py").write_text("raise ImportError('libopenvino.so is missing')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "openvino", raising=False)
    with pytest.raises(
        ConversionFailed, match=r"openvino cannot be imported \(libopenvino.so is missing\)"
    ):
        openvino_network("mean", mean_of_words, None)


def test_nothing_is_reported_to_the_makers() -> None:
    """In a process of its own: another library may import OpenVINO here."""
    script = (
        "import sys; from encoders.networks.openvino_network import library; library();"
        "print('openvino_telemetry' in sys.modules)"
    )
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ | paths
    )
    assert done.stdout == "False\n", done.stderr
