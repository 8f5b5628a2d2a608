"""A network of PyTorch on OpenVINO: converted once, in the fastest precision that keeps its vectors.

Owns conversion, its files, and the check of both. Knows nothing of texts, pictures, or whether OpenVINO is wanted.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from encoders.base import FloatArray
from encoders.network import Batch, ConversionFailed, Reference

AGREE = 0.999
"""Least cosine of each probe's features to those of PyTorch in fp32."""
_MODEL = "model.xml"
_PRECISION = ["palate", "precision"]
"""Where a file says which precision has passed the check."""
logger = logging.getLogger(__name__)
_converting = RLock()


class OpenVinoNetwork:
    """A compiled network. Each request takes one core; a thread has as many under way as PyTorch may give it threads,
    so that `service.cores` holds here too."""

    def __init__(self, compiled: Any, precision: str) -> None:
        self._compiled = compiled
        self._idle: list[Any] = []
        self.label = f"OpenVINO {precision}"

    def run(self, batches: Iterable[Batch]) -> Iterator[FloatArray]:
        import torch

        at_once = torch.get_num_threads()
        under_way: deque[tuple[Any, Batch]] = deque()  # with its inputs, which are not copied
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

    def _ended(self, under_way: deque[tuple[Any, Batch]]) -> FloatArray:
        request, _inputs = under_way.popleft()  # the inputs stay until the network has read them
        request.wait()
        rows: FloatArray = request.get_output_tensor(0).data.astype(np.float32)  # a copy: the request is used again
        self._idle.append(request)
        return rows


def openvino_network(key: str, reference: Reference, cache: Path | None) -> OpenVinoNetwork:
    """The network that `key` names, from `cache` or converted now; ConversionFailed where it is not the same."""
    openvino = _library()
    core = openvino.Core()
    able = ["bf16", "f32"] if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else ["f32"]
    folder = cache / f"{key}-{openvino.__version__.partition('-')[0]}-{able[0]}" if cache else None
    with _converting:
        if folder is not None and (network := _read(core, folder)) is not None:
            return network
        try:
            with _quiet():
                module, probes = reference()
                module = module.eval().cpu()
                model = _converted(openvino, module, probes)
            network, precision = _checked(core, model, able, module, probes)
        except ConversionFailed:
            raise
        except Exception as error:  # conversion raises anything: RuntimeError, TypeError, its own
            raise ConversionFailed(f"OpenVINO cannot convert it ({' '.join(str(error).split())[:200]})") from error
        if folder is not None:
            model.set_rt_info(precision, _PRECISION)
            _write(openvino, model, folder)
        return network


@contextmanager
def _quiet() -> Iterator[None]:
    """PyTorch's tracer warns of what `_checked` looks at; transformers, of attributes that OpenVINO reads."""
    logger = logging.getLogger("transformers")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _library() -> Any:
    """OpenVINO without its telemetry, which reports imports and conversions to its makers unless it cannot be found."""
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


def _converted(openvino: Any, module: Any, probes: Sequence[Batch]) -> Any:
    import torch

    inputs = []
    for a, b in zip(*probes, strict=True):
        shape = [n if n == m else -1 for n, m in zip(a.shape, b.shape, strict=True)]
        inputs.append((openvino.PartialShape(shape), openvino.Type(a.dtype)))
    with torch.no_grad():
        example = tuple(torch.from_numpy(array) for array in probes[0])
        return openvino.convert_model(module, example_input=example, input=inputs)


def _checked(
    core: Any, model: Any, able: Sequence[str], module: Any, probes: Sequence[Batch]
) -> tuple[OpenVinoNetwork, str]:
    """The first precision whose features agree with those of PyTorch."""
    import torch

    with torch.inference_mode():
        expected = [module(*map(torch.from_numpy, probe)).float().numpy() for probe in probes]
    worst = 0.0
    for precision in able:
        network = OpenVinoNetwork(_compile(core, model, precision), precision)
        found = list(network.run(probes))
        worst = float(np.min([_cosines(a, b).min() for a, b in zip(found, expected, strict=True)]))  # NaN if one is
        logger.debug("OpenVINO %s: least cosine %.5f", precision, worst)
        if worst >= AGREE:
            return network, precision
    raise ConversionFailed(f"OpenVINO computes something else (cosine {worst:.4f} to PyTorch)")


def _compile(core: Any, model: Any, precision: str) -> Any:
    cores = os.cpu_count() or 1
    settings: Mapping[str, object] = {
        "INFERENCE_PRECISION_HINT": precision,
        "NUM_STREAMS": cores,
        "INFERENCE_NUM_THREADS": cores,
        "ENABLE_CPU_PINNING": False,  # other processes work on these cores too
    }
    return core.compile_model(model, "CPU", settings)


def _read(core: Any, folder: Path) -> OpenVinoNetwork | None:
    """None where there is none, or where it cannot be read; the latter is removed."""
    if not folder.is_dir():
        return None
    try:
        model = core.read_model(folder / _MODEL)
        precision = model.get_rt_info(_PRECISION).astype(str)
        return OpenVinoNetwork(_compile(core, model, precision), precision)
    except RuntimeError as error:
        logger.warning(
            "converted network %s is damaged and is made again: %s", folder, " ".join(str(error).split())[:200]
        )
        shutil.rmtree(folder)
        return None


def _write(openvino: Any, model: Any, folder: Path) -> None:
    """All or nothing, and nothing if another process was faster."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as draft:
            openvino.save_model(model, Path(draft) / "network" / _MODEL, compress_to_fp16=False)
            (Path(draft) / "network").rename(folder)
    except (OSError, RuntimeError) as error:  # RuntimeError is OpenVINO's, of a full disk too
        if not folder.is_dir():
            logger.warning("converted network cannot be kept in %s and is made again next time: %s", folder, error)


def _cosines(a: FloatArray, b: FloatArray) -> FloatArray:
    cosines: FloatArray = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return cosines
