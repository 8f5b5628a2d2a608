"""Text to vectors with any sentence-transformers model.

Owns reading a model folder, batching texts, and the model's fingerprint. Knows nothing of where
texts come from; which model is the default is decided in `encoders.registry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.errors import EncoderUnavailable
from encoders.fingerprint import fingerprint_files
from encoders.hub import loading, local_folder, model_folder
from encoders.networks.backend import PYTORCH, NetworkBackend, Running
from encoders.networks.network import Convertible, Network, Reference
from encoders.text.chunks import MAX_CHUNKS, OVERLAP, Chunk, in_batches, pooled
from encoders.text.pytorch_model import MAX_TOKENS, TODO, ModelReader, load_model
from encoders.text.tokens import CHARACTERS_PER_TOKEN, Tokens
from encoders.timing import Laps, Timing

BATCH_SIZE = 32
BATCH_TOKENS = 2048
"""Tokens a batch may have with its padding: as fast as more, and 32 texts of 256 would take 100 MB
a core."""

_CONFIG_FILES = frozenset(
    {
        "config.json",
        "modules.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.txt",
        "vocab.json",
        "merges.txt",
        "sentencepiece.bpe.model",
        "spiece.model",
        "tokenizer.model",
        "preprocessor_config.json",
        "processor_config.json",
    }
)
_OTHER_RUNTIMES = frozenset({"onnx", "openvino", "coreml"})


class Reader(Protocol):
    """A loaded model. Safe to share between threads."""

    def chunked(self, texts: Sequence[str]) -> list[Chunk]:
        """The texts in their order, in parts that the model reads whole."""

    def encoded(
        self, batches: Iterable[list[str]], laps: Laps, *, query: bool
    ) -> Iterator[FloatArray]:
        """Vectors (B, dim) of each batch of parts, in order, of any length."""


class NetworkReader:
    """A network that something else than PyTorch runs, and what makes its tokens."""

    def __init__(self, tokens: Tokens, network: Network) -> None:
        self.chunked = tokens.chunked
        self._tokens = tokens
        self._network = network

    def encoded(
        self, batches: Iterable[list[str]], laps: Laps, *, query: bool
    ) -> Iterator[FloatArray]:
        return self._network.run(
            laps.taken(self._tokens.batch(texts, query=query) for texts in batches)
        )


class SentenceTransformerEncoder:
    """A sentence-transformers model by hub name or local folder.

    A text beyond the model's window is read in up to 8 overlapping chunks, and its vector is their
    mean. With `dim` given, the weights and the library (seconds to import) are loaded at the first
    text; without it they are loaded now, and a broken model is an EncoderUnavailable here rather
    than later. Safe to share between threads.
    """

    def __init__(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        dim: int | None = None,
        fingerprint: str = "",
        backend: NetworkBackend = PYTORCH,
    ) -> None:
        """With a `fingerprint`, its network comes with Palate (`encoders.networks.carried`), and the
        model itself is not looked for."""
        self.name = name or str(source)
        self.timing = Timing()
        self._backend = backend
        self.running: Running | None = None
        self._folder = Path(source) if fingerprint else _resolve(str(source), self.name)
        self._reader: Reader | None = None
        self._load_lock = Lock()
        self.fingerprint = fingerprint or self._fingerprint()
        self.dim = dim if dim is not None else self._probe_dim()

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return self._encode(texts, query=False)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._encode(texts, query=True)

    def _encode(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        laps = Laps()
        reader = self._loaded()
        laps.lap("load")
        chunks = reader.chunked(texts)
        parts = in_batches(chunks, BATCH_SIZE, BATCH_TOKENS)
        batches = ([chunks[row].text for row in rows] for rows in parts)
        vectors = np.empty((len(chunks), self.dim), dtype=np.float32)
        for rows, found in zip(parts, reader.encoded(batches, laps, query=query), strict=True):
            vectors[rows] = found
        laps.lap("core")
        unit = unit_rows(pooled(vectors, chunks), name=self.name)
        laps.lap("post")
        self.timing.add(laps)
        return unit

    def reference(self) -> Reference:
        """What loads its network for another library than PyTorch."""
        return partial(_convertible, self._folder, self.name)

    def _loaded(self) -> Reader:
        with self._load_lock:
            if self._reader is None:
                self.running = self._backend.load(self.name, self.fingerprint, self.reference())
                self._reader = _reader(self.running, self._folder, self.name)
            return self._reader

    def _probe_dim(self) -> int:
        with loading(self.name, TODO):
            (row,) = self._loaded().encoded([[""]], Laps(), query=False)
            return int(row.shape[1])

    def _fingerprint(self) -> str:
        settings = {
            "characters_per_token": CHARACTERS_PER_TOKEN,
            "max_tokens": MAX_TOKENS,
            "normalized": True,
            "chunks": [MAX_CHUNKS, OVERLAP],
        }
        return fingerprint_files(content_files(self._folder), settings)


def _resolve(source: str, name: str) -> Path:
    if not source:
        raise EncoderUnavailable(name, "no model is named", TODO)
    folder = local_folder(source)
    if folder is not None:
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise EncoderUnavailable(
                name, f"{folder} is not a model folder (no modules.json or config.json)", TODO
            )
        return folder
    with loading(name, TODO, may_download=True):
        return model_folder(source if "/" in source else f"sentence-transformers/{source}")


def _convertible(folder: Path, name: str) -> Convertible:
    from encoders.text.network import convertible

    return convertible(folder, name)


def _reader(running: Running, folder: Path, name: str) -> Reader:
    if running.network is not None:
        return NetworkReader(Tokens.from_json(running.preparation), running.network)
    return ModelReader(load_model(folder, name), BATCH_SIZE)


def content_files(folder: Path) -> list[Path]:
    """The files that decide the vectors: weights (.safetensors before .bin, as the library does),
    configuration."""
    files: list[Path] = []
    for place in [folder, *sorted(child for child in folder.rglob("*") if child.is_dir())]:
        if _OTHER_RUNTIMES.intersection(place.relative_to(folder).parts):
            continue
        inside = sorted(child for child in place.iterdir() if child.is_file())
        weights = [f for f in inside if f.suffix == ".safetensors"] or [
            f for f in inside if f.suffix == ".bin"
        ]
        files += weights + [f for f in inside if f.name in _CONFIG_FILES]
    return files
