"""Texts that are longer than a model reads: cut into chunks that it reads whole, and the chunks'
vectors made one.

A text that fits is left alone, to the last bit of its vector. Of a longer one at most `MAX_CHUNKS`
chunks are read, from its beginning, so that one text costs at most as much as so many; neighbours
overlap, so that no sentence is only seen cut in two. Knows nothing of any particular model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.text.tokenising import encodings

MAX_CHUNKS = 8
OVERLAP = 1 / 8
"""Share of a chunk's tokens that the next one begins with."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a model reads at once."""

    row: int
    """Which of the texts it is of."""
    text: str
    n_tokens: int


def chunked(texts: Sequence[str], tokenizer: Tokenizer, window: int) -> list[Chunk]:
    """All texts in their order, each in chunks of at most `window` tokens, special ones not
    counted.

    `tokenizer` neither truncates nor pads.
    """
    found = encodings(tokenizer, texts, special_tokens=False)
    chunks: list[Chunk] = []
    for row, (text, encoding) in enumerate(zip(texts, found, strict=True)):
        spans = encoding.offsets
        if len(spans) <= window:
            chunks.append(Chunk(row, text, len(spans)))
            continue
        overlap = int(window * OVERLAP)
        starts = range(0, len(spans) - overlap, window - overlap)[:MAX_CHUNKS]
        parts = [spans[start : start + window] for start in starts]
        chunks += [Chunk(row, text[part[0][0] : part[-1][1]], len(part)) for part in parts]
    return chunks


def in_batches(chunks: Sequence[Chunk], size: int, tokens: int) -> list[list[int]]:
    """Rows of `chunks` in batches of like lengths, which need little padding: up to `size` chunks
    each, and up to `tokens` with the padding, unless one chunk alone has more."""
    batches: list[list[int]] = [[]]
    for row in sorted(
        range(len(chunks)), key=lambda row: (chunks[row].n_tokens, len(chunks[row].text))
    ):
        count = len(batches[-1]) + 1
        if count > 1 and (count > size or count * chunks[row].n_tokens > tokens):
            batches.append([])
        batches[-1].append(row)
    return batches


def pooled(vectors: FloatArray, chunks: Sequence[Chunk]) -> FloatArray:
    """Vectors of chunks (C, dim) to vectors of texts (N, dim): the mean of unit vectors, weighted
    by tokens."""
    if len(chunks) == chunks[-1].row + 1:
        return vectors
    rows = np.array([chunk.row for chunk in chunks])  # (C,)
    weights = np.array([chunk.n_tokens for chunk in chunks], dtype=np.float32)[:, None]  # (C, 1)
    shared = np.bincount(rows)[rows] > 1  # (C,)
    texts = np.zeros((rows[-1] + 1, vectors.shape[1]), dtype=np.float32)
    texts[rows[~shared]] = vectors[~shared]
    np.add.at(texts, rows[shared], unit_rows(vectors[shared], name="chunks") * weights[shared])
    return texts
