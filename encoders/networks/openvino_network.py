"""A network of PyTorch on OpenVINO: converted once, in the fastest precision that keeps its
vectors.

Owns conversion, its files, and the check of both. Conversion takes PyTorch and a gigabyte of
memory: a process that has not loaded it leaves that to a child. Knows nothing of texts, pictures,
or whether OpenVINO is wanted.
"""

from __future__ import annotations

import functools
import logging
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from encoders.arrays import FloatArray
from encoders.networks.network import ConversionFailed, NetworkBatch, Reference, cores

AGREE = 0.999
"""Least cosine of each probe's features to those of PyTorch in fp32."""
_MODEL = "model.xml"
_SUMS = "sums"
"""Of the other files; not there in what earlier versions converted."""
_PRECISION = ["palate", "precision"]
"""Where a file says which precision has passed the check."""
PREPARATION = ["palate", "preparation"]
"""Where it has what `encoders.networks.network.Convertible` calls so."""
_CHILD = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from encoders.networks.convert import main
sys.exit(main(sys.stdin.buffer))
"""
REFUSED = 3
"""Exit code of a child that could not convert; it prints why."""
logger = logging.getLogger(__name__)
_converting = RLock()


@dataclass(frozen=True, slots=True)
class Converted:
    """A network for OpenVINO, and what PyTorch makes of its probes."""

    model: Any
    probes: Sequence[NetworkBatch]
    expected: Sequence[FloatArray]
    preparation: str


class OpenVinoNetwork:
    """A compiled network. Each request takes one core; a thread has as many under way as it may
    take cores."""

    def __init__(self, compiled: Any, precision: str) -> None:
        self._compiled = compiled
        self._idle: list[Any] = []
        self.label = f"OpenVINO {precision}"

    def run(self, batches: Iterable[NetworkBatch]) -> Iterator[FloatArray]:
        at_once = cores()
        under_way: deque[tuple[Any, NetworkBatch]] = (
            deque()
        )  # with its inputs, which are not copied
        try:
            for batch in batches:
                if len(under_way) == at_once:
                    yield self._ended(under_way)
                request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
                request.start_async(dict(enumerate(batch)), share_inputs=True)
                under_way.append((request, batch))
            while under_way:
                yield self._ended(under_way)
        finally:
            for request, _ in under_way:
                request.wait()

    def _ended(self, under_way: deque[tuple[Any, NetworkBatch]]) -> FloatArray:
        request, _inputs = under_way.popleft()  # the inputs stay until the network has read them
        request.wait()
        rows: FloatArray = request.get_output_tensor(0).data.astype(
            np.float32
        )  # a copy: the request is used again
        self._idle.append(request)
        return rows


def openvino_network(
    key: str, reference: Reference, cache: Path | None
) -> tuple[OpenVinoNetwork, str]:
    """The network that `key` names, from `cache` or converted now, and the preparation that was
    kept with it; ConversionFailed where it is not the same."""
    openvino = library()
    with _converting:
        if cache is None:
            return convert(reference, None)
        core = the_core()
        folder = cache / f"{key}-{openvino.__version__.partition('-')[0]}-{_precisions(core)[0]}"
        kept = _read(core, folder)
        if kept is None and (order := _order(reference, folder)) is not None:
            _convert_in_a_child(order)
            kept = _read(core, folder)
        return kept or convert(reference, folder)


def convert(reference: Reference, folder: Path | None) -> tuple[OpenVinoNetwork, str]:
    """The same, converted in this process and left in `folder`, unless that cannot be written."""
    found = converted(reference)
    network, precision = agreeing(found.model, found.probes, found.expected)
    if folder is not None:
        found.model.set_rt_info(precision, _PRECISION)
        found.model.set_rt_info(found.preparation, PREPARATION)
        _write(found.model, folder)
    return network, found.preparation


def converted(reference: Reference) -> Converted:
    """The network as OpenVINO reads it, not checked yet."""
    openvino = library()
    try:
        with _quiet():
            found = reference()
            module = found.module.eval().cpu()
            model = _model_of(openvino, module, found.probes)
        return Converted(model, found.probes, _features(module, found.probes), found.preparation)
    except ConversionFailed:
        raise
    except Exception as error:  # conversion raises anything: RuntimeError, TypeError, its own
        raise ConversionFailed(
            f"OpenVINO cannot convert it ({' '.join(str(error).split())[:200]})"
        ) from error


def agreeing(
    model: Any, probes: Sequence[NetworkBatch], expected: Sequence[FloatArray]
) -> tuple[OpenVinoNetwork, str]:
    """The network in the first precision of this processor whose features of the probes are as
    PyTorch's; ConversionFailed where there is none."""
    core = the_core()
    worst = 0.0
    for precision in _precisions(core):
        network = OpenVinoNetwork(_compile(core, model, precision), precision)
        found = list(network.run(probes))
        worst = float(
            np.min([_cosines(a, b).min() for a, b in zip(found, expected, strict=True)])
        )  # NaN if one is
        logger.debug("OpenVINO %s: least cosine %.5f", precision, worst)
        if worst >= AGREE:
            return network, precision
    raise ConversionFailed(f"OpenVINO computes something else (cosine {worst:.4f} to PyTorch)")


def _order(reference: Reference, folder: Path) -> bytes | None:
    """The arguments of `convert` for a child; None where this process has PyTorch, or cannot tell
    them."""
    if "torch" in sys.modules or not sys.executable:
        return None
    try:
        return pickle.dumps(sys.path) + pickle.dumps((reference, folder))
    except (
        pickle.PicklingError,
        AttributeError,
        TypeError,
    ):  # what it raises of closures, by the version of Python
        return None


def _convert_in_a_child(order: bytes) -> None:
    """ConversionFailed with what the child says."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=order, capture_output=True, check=False
    )
    if done.returncode == REFUSED:
        raise ConversionFailed(done.stdout.decode())
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ConversionFailed(
            f"OpenVINO cannot convert it (a child ended with code {done.returncode}: {last[:200]})"
        )


def _precisions(core: Any) -> list[str]:
    """Those that the processor computes in, the fastest first."""
    return (
        ["bf16", "f32"]
        if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        else ["f32"]
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """PyTorch's tracer warns of what `_features` looks at; transformers, of attributes that OpenVINO
    reads. OpenVINO sets the root logger to errors only, and where it fails leaves it so."""
    root, transformers = logging.getLogger(), logging.getLogger("transformers")
    levels = root.level, transformers.level
    filters, handlers = list(root.filters), list(root.handlers)
    transformers.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(levels[0])
        transformers.setLevel(levels[1])
        root.filters[:], root.handlers[:] = filters, handlers


def library() -> Any:
    """OpenVINO without its telemetry, which reports imports and conversions to its makers unless it
    cannot be found."""
    if "openvino" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
        try:
            import openvino
        except ImportError as error:
            raise ConversionFailed(f"openvino cannot be imported ({error})") from error
        finally:
            del sys.modules["openvino_telemetry"]
    import openvino

    return openvino


@functools.cache
def the_core() -> Any:
    """The one core of the process. A core gives the thread that first compiles on it a stack for
    signal handlers, and takes it away with itself. Of two that go in the order in which they came,
    the second gives back the first one's, which is unmapped by then: the next SIGTERM or Ctrl-C
    would end the process with a segmentation fault."""
    with _converting:
        return library().Core()


def _model_of(openvino: Any, module: Any, probes: Sequence[NetworkBatch]) -> Any:
    import torch

    inputs = []
    for a, b in zip(*probes, strict=True):
        shape = [n if n == m else -1 for n, m in zip(a.shape, b.shape, strict=True)]
        inputs.append((openvino.PartialShape(shape), openvino.Type(a.dtype)))
    with torch.no_grad():
        example = tuple(torch.from_numpy(array) for array in probes[0])
        return openvino.convert_model(module, example_input=example, input=inputs)


def _features(module: Any, probes: Sequence[NetworkBatch]) -> list[FloatArray]:
    """Of PyTorch, in fp32."""
    import torch

    with torch.inference_mode():
        return [module(*map(torch.from_numpy, probe)).float().numpy() for probe in probes]


def _compile(core: Any, model: Any, precision: str) -> Any:
    streams = os.cpu_count() or 1
    settings: Mapping[str, object] = {
        "INFERENCE_PRECISION_HINT": precision,
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,  # other processes work on these cores too
    }
    return core.compile_model(model, "CPU", settings)


def _read(core: Any, folder: Path) -> tuple[OpenVinoNetwork, str] | None:
    """None where there is none, or where it cannot be read; the latter is removed."""
    if not folder.is_dir():
        return None
    try:
        model = read_sound(folder)
        precision = model.get_rt_info(_PRECISION).astype(str)
        preparation = model.get_rt_info(PREPARATION).astype(str)
        return OpenVinoNetwork(_compile(core, model, precision), precision), preparation
    except RuntimeError as error:
        logger.warning(
            "converted network %s is damaged and is made again: %s",
            folder,
            " ".join(str(error).split())[:200],
        )
        shutil.rmtree(folder)
        return None


def _write(model: Any, folder: Path) -> None:
    """All or nothing, and nothing if another process was faster."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as draft:
            save(model, Path(draft) / "network")
            (Path(draft) / "network").rename(folder)
    except (OSError, RuntimeError) as error:  # RuntimeError is OpenVINO's, of a full disk too
        if not folder.is_dir():
            logger.warning(
                "converted network cannot be kept in %s and is made again next time: %s",
                folder,
                error,
            )


def save(model: Any, folder: Path) -> None:
    """Its files, with checksums of these and of all that is in the folder."""
    library().save_model(model, folder / _MODEL, compress_to_fp16=False)
    (folder / _SUMS).write_text(_sums(folder))


def read_sound(folder: Path) -> Any:
    """What `save` wrote; RuntimeError where it is not that."""
    if (sums := folder / _SUMS).is_file() and sums.read_text("ascii", "replace") != _sums(folder):
        raise RuntimeError("its files are not as they were written")
    return the_core().read_model(folder / _MODEL)


def _sums(folder: Path) -> str:
    """Checksums of the description and the weights."""
    files = sorted(path for path in folder.iterdir() if path.name != _SUMS)
    sums = []
    for file in files:
        total = 0
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total = zlib.crc32(block, total)
        sums.append(f"{file.name} {total:08x}")
    return "\n".join(sums)


def _cosines(a: FloatArray, b: FloatArray) -> FloatArray:
    cosines: FloatArray = (a * b).sum(axis=1) / (
        np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    )
    return cosines
