"""Long texts in chunks, with a tokenizer that one can count along with: a word is a token."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from encoders.text.chunks import MAX_CHUNKS, Chunk, chunked, in_batches, pooled

BY_WORDS = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
BY_WORDS.pre_tokenizer = WhitespaceSplit()


def words(first: int, count: int) -> str:
    return " ".join(str(number) for number in range(first, first + count))


def test_a_text_that_fits_is_left_as_it_is() -> None:
    texts = ["", "  two  words ", words(0, 16)]
    assert chunked(texts, BY_WORDS, 16) == [
        Chunk(0, "", 0),
        Chunk(1, "  two  words ", 2),
        Chunk(2, words(0, 16), 16),
    ]


@pytest.mark.parametrize(
    ("n_words", "parts"),
    [
        (17, [(0, 16), (14, 3)]),
        (30, [(0, 16), (14, 16)]),
        (31, [(0, 16), (14, 16), (28, 3)]),
    ],
)
def test_chunks_overlap_by_an_eighth_and_the_last_one_ends_with_the_text(
    n_words: int, parts: list[tuple[int, int]]
) -> None:
    expected = [Chunk(1, words(*part), part[1]) for part in parts]
    assert chunked(["a", words(0, n_words)], BY_WORDS, 16) == [Chunk(0, "a", 1), *expected]


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    chunks = chunked([words(0, 10_000)], BY_WORDS, 16)
    assert len(chunks) == MAX_CHUNKS
    assert chunks[-1].text == words(14 * (MAX_CHUNKS - 1), 16)


@pytest.mark.parametrize("window", [1, 2, 7])
def test_the_smallest_windows_still_go_forward(window: int) -> None:
    chunks = chunked([words(0, 8)], BY_WORDS, window)
    assert [chunk.text for chunk in chunks] == [
        words(first, min(window, 8 - first)) for first in range(0, 8, window)
    ]


def test_pooling_weighs_unit_vectors_by_tokens_and_leaves_single_ones_alone() -> None:
    chunks = [Chunk(0, "", 5), Chunk(1, "", 3), Chunk(1, "", 1), Chunk(2, "", 0)]
    vectors = np.array([[0.1, 0.7], [2, 0], [0, 5], [3, 3]], dtype=np.float32)
    assert pooled(vectors, chunks).tolist() == [vectors[0].tolist(), [3, 1], [3, 3]]


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [
        ([], [[]]),
        ([4, 1, 3], [[1, 2, 0]]),
        ([1, 1, 1, 1, 1], [[0, 1, 2, 3], [4]]),  # at most four
        ([7, 2, 6, 6], [[1, 2], [3, 0]]),  # at most 14 tokens, with 2 padded to 6 and 6 to 7
        ([99, 0, 98], [[1], [2], [0]]),  # alone, for all its length
    ],
)
def test_batches_hold_like_lengths_within_both_limits(
    lengths: list[int], batches: list[list[int]]
) -> None:
    chunks = [Chunk(row, "x" * length, length) for row, length in enumerate(lengths)]
    assert in_batches(chunks, size=4, tokens=14) == batches
