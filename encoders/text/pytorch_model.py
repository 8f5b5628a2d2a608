"""A sentence-transformers model as its own library runs it, on PyTorch.

Owns loading it from a folder. Imports neither library before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from encoders.arrays import FloatArray
from encoders.hub import loading, no_progress_bar
from encoders.networks.network import mixed_precision, within_cores
from encoders.text.chunks import MAX_CHUNKS, Chunk, chunked
from encoders.text.tokens import CHARACTERS_PER_TOKEN, clean_text, untruncated
from encoders.timing import Laps

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAX_TOKENS = 8192
"""Bound for models that name none, so that one text cannot take all memory."""
TODO = "give the name of a sentence-transformers model, or a folder that holds one (modules.json, weights, tokenizer)"


class ModelReader:
    """The model reads by itself. Safe to share between threads."""

    def __init__(self, model: SentenceTransformer, batch_size: int) -> None:
        self._model = model
        self._batch_size = batch_size
        self._use_lock = (
            Lock()
        )  # fast tokenizers raise "Already borrowed" when two threads share one
        tokenizer: Any = model.tokenizer
        tokens = model.max_seq_length
        self._limit = min(tokens or MAX_TOKENS, MAX_TOKENS) * CHARACTERS_PER_TOKEN
        self._whole = None
        if tokens is not None and tokens <= MAX_TOKENS and getattr(tokenizer, "is_fast", False):
            self._whole = untruncated(tokenizer.backend_tokenizer)
            prompts = [prompt for prompt in model.prompts.values() if prompt]
            taken = max((len(tokenizer(prompt)["input_ids"]) for prompt in prompts), default=0)
            self._window = max(tokens - (taken or tokenizer.num_special_tokens_to_add()), 1)

    def chunked(self, texts: Sequence[str]) -> list[Chunk]:
        """Where the tokenizer does not tell which characters a token stands for, the beginning of
        each text."""
        if self._whole is None:
            return [Chunk(row, clean_text(text, self._limit), 1) for row, text in enumerate(texts)]
        cleaned = [clean_text(text, MAX_CHUNKS * self._limit) for text in texts]
        return chunked(cleaned, self._whole, self._window)

    def encoded(
        self, batches: Iterable[list[str]], laps: Laps, *, query: bool
    ) -> Iterator[FloatArray]:
        return (self._vectors(texts, query=query) for texts in laps.taken(batches))

    def _vectors(self, texts: list[str], *, query: bool) -> FloatArray:
        encode: Any = self._model.encode_query if query else self._model.encode_document
        # the lock is held per batch, so that a query waits for one batch of an indexing run, not
        # for all of it
        with self._use_lock, mixed_precision(), within_cores():
            vectors: FloatArray = encode(
                texts, batch_size=self._batch_size, show_progress_bar=False, convert_to_numpy=True
            )
        return vectors


def load_model(folder: Path, name: str) -> SentenceTransformer:
    """EncoderUnavailable where the folder's model cannot be loaded."""
    with loading(name, TODO):
        from sentence_transformers import SentenceTransformer

        with no_progress_bar():
            return SentenceTransformer(str(folder), local_files_only=True).eval()
