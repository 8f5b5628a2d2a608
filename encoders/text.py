"""Text to vectors with any sentence-transformers model.

Owns reading a model folder, batching texts, and the model's fingerprint. Knows nothing of where texts come
from; which model is the default is decided in `encoders.bundled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.backend import PYTORCH, Backend, Running
from encoders.base import FloatArray, unit_rows
from encoders.chunks import MAX_CHUNKS, OVERLAP, Chunk, chunked, in_batches, pooled
from encoders.errors import EncoderUnavailable
from encoders.fingerprint import fingerprint_files
from encoders.hub import loading, local_folder, model_folder, no_progress_bar
from encoders.network import Batch, Network, mixed_precision
from encoders.timing import Laps, Timing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_SIZE = 32
BATCH_TOKENS = 2048
"""Tokens a batch may have with its padding: as fast as more, and 32 texts of 256 would take 100 MB a core."""
MAX_TOKENS = 8192
"""Bound for models that name none, so that one text cannot take all memory."""
CHARACTERS_PER_TOKEN = 16
"""Longer than any language's tokens on average: a text cut here gives the same tokens, and a huge one costs little."""

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
_TODO = "give the name of a sentence-transformers model, or a folder that holds one (modules.json, weights, tokenizer)"


class SentenceTransformerEncoder:
    """A sentence-transformers model by hub name or local folder.

    A text beyond the model's window is read in up to 8 overlapping chunks, and its vector is their mean.
    With `dim` given, the weights and the library (seconds to import) are loaded at the first text; without it they are
    loaded now, and a broken model is an EncoderUnavailable here rather than later. Safe to share between threads.
    """

    def __init__(
        self, source: str | Path, *, name: str | None = None, dim: int | None = None, backend: Backend = PYTORCH
    ) -> None:
        self.name = name or str(source)
        self.timing = Timing()
        self._backend = backend
        self.running: Running | None = None
        self._folder = _resolve(str(source), self.name)
        self._model: SentenceTransformer | None = None
        self._load_lock = Lock()
        self._use_lock = Lock()  # fast tokenizers raise "Already borrowed" when two threads share one
        self.fingerprint = self._fingerprint()
        self.dim = dim if dim is not None else self._probe_dim()

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return self._encode(texts, query=False)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._encode(texts, query=True)

    def _encode(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        laps = Laps()
        model, running = self._loaded()
        laps.lap("load")
        chunks = self._chunked(model, texts)
        parts = in_batches(chunks, BATCH_SIZE, BATCH_TOKENS)
        batches = ([chunks[row].text for row in rows] for rows in parts)
        vectors = np.empty((len(chunks), self.dim), dtype=np.float32)
        for rows, found in zip(parts, self._forward(model, running.network, batches, laps, query=query), strict=True):
            vectors[rows] = found
        laps.lap("core")
        unit = unit_rows(pooled(vectors, chunks), name=self.name)
        laps.lap("post")
        self.timing.add(laps)
        return unit

    def _forward(
        self,
        model: SentenceTransformer,
        network: Network | None,
        batches: Iterable[list[str]],
        laps: Laps,
        *,
        query: bool,
    ) -> Iterator[FloatArray]:
        if network is None:
            return (self._encode_batch(model, texts, query=query) for texts in laps.taken(batches))
        return network.run(laps.taken(self._tokens(model, texts, query=query) for texts in batches))

    def _tokens(self, model: SentenceTransformer, texts: list[str], *, query: bool) -> Batch:
        from encoders.text_network import tokens

        with self._use_lock:
            return tokens(model, texts, query=query)

    def _chunked(self, model: SentenceTransformer, texts: Sequence[str]) -> list[Chunk]:
        """Chunks that fit the model's window; one per text where it has none, or its tokenizer tells no places."""
        tokenizer: Any = model.tokenizer
        tokens = model.max_seq_length
        if tokens is None or tokens > MAX_TOKENS or not getattr(tokenizer, "is_fast", False):
            limit = min(tokens or MAX_TOKENS, MAX_TOKENS) * CHARACTERS_PER_TOKEN
            return [Chunk(row, clean_text(text, limit), 1) for row, text in enumerate(texts)]
        cleaned = [clean_text(text, MAX_CHUNKS * tokens * CHARACTERS_PER_TOKEN) for text in texts]
        with self._use_lock:
            prompts = [prompt for prompt in model.prompts.values() if prompt]
            taken = max((len(tokenizer(prompt)["input_ids"]) for prompt in prompts), default=0)
            window = tokens - (taken or tokenizer.num_special_tokens_to_add())
            return chunked(cleaned, tokenizer, max(window, 1))

    def _encode_batch(self, model: SentenceTransformer, texts: list[str], *, query: bool) -> FloatArray:
        encode: Any = model.encode_query if query else model.encode_document
        # the lock is held per batch, so that a query waits for one batch of an indexing run, not for all of it
        with self._use_lock, mixed_precision():
            vectors: FloatArray = encode(texts, batch_size=BATCH_SIZE, show_progress_bar=False, convert_to_numpy=True)
        return vectors

    def _loaded(self) -> tuple[SentenceTransformer, Running]:
        with self._load_lock:
            if self._model is None or self.running is None:
                model = _load(self._folder, self.name)
                self.running = self._backend.load(self.name, self.fingerprint, lambda: _network_of(model))
                self._model = model
            return self._model, self.running

    def _probe_dim(self) -> int:
        with loading(self.name, _TODO):
            return int(self._encode_batch(self._loaded()[0], [""], query=False).shape[1])

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
        raise EncoderUnavailable(name, "no model is named", _TODO)
    folder = local_folder(source)
    if folder is not None:
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise EncoderUnavailable(name, f"{folder} is not a model folder (no modules.json or config.json)", _TODO)
        return folder
    with loading(name, _TODO, may_download=True):
        return model_folder(source if "/" in source else f"sentence-transformers/{source}")


def _load(folder: Path, name: str) -> SentenceTransformer:
    with loading(name, _TODO):
        from sentence_transformers import SentenceTransformer

        with no_progress_bar():
            return SentenceTransformer(str(folder), local_files_only=True).eval()


def _network_of(model: SentenceTransformer) -> tuple[Any, list[Batch]]:
    from encoders.text_network import SentenceModule, probes

    return SentenceModule(model), probes(model)


def clean_text(text: str, limit: int) -> str:
    """At most `limit` characters, and no lone surrogates (JSON allows them, tokenizers do not)."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def content_files(folder: Path) -> list[Path]:
    """The files that decide the vectors: weights (.safetensors before .bin, as the library does), configuration."""
    files: list[Path] = []
    for place in [folder, *sorted(child for child in folder.rglob("*") if child.is_dir())]:
        if _OTHER_RUNTIMES.intersection(place.relative_to(folder).parts):
            continue
        inside = sorted(child for child in place.iterdir() if child.is_file())
        weights = [f for f in inside if f.suffix == ".safetensors"] or [f for f in inside if f.suffix == ".bin"]
        files += weights + [f for f in inside if f.name in _CONFIG_FILES]
    return files
