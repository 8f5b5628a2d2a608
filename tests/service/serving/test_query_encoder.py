"""Query texts as vectors: what the encoder makes of a query, asked for once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from encoders.arrays import FloatArray
from encoders.fake import FakeTextEncoder
from service.serving.query_encoder import REMEMBERED, QueryEncoder


class Counting(FakeTextEncoder):
    """Notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        self.asked.extend(texts)
        return super().encode_queries(texts)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def test_a_text_is_encoded_as_a_query(counting: Counting) -> None:
    vector = QueryEncoder(counting.encode_queries).encode("a quiet film")
    np.testing.assert_array_equal(vector, FakeTextEncoder().encode_queries(["a quiet film"])[0])


def test_a_text_that_comes_again_is_not_encoded_again(counting: Counting) -> None:
    queries = QueryEncoder(counting.encode_queries)
    for text in ("rain", "sun", "rain"):
        queries.encode(text)
    assert counting.asked == ["rain", "sun"]


def test_only_the_latest_texts_are_remembered(counting: Counting) -> None:
    queries = QueryEncoder(counting.encode_queries)
    for number in range(REMEMBERED + 1):
        queries.encode(str(number))
    queries.encode("0")
    assert counting.asked[-1] == "0"
    assert len(counting.asked) == REMEMBERED + 2


def test_what_is_prepared_is_encoded_at_once_and_once(counting: Counting) -> None:
    queries = QueryEncoder(counting.encode_queries)
    queries.encode("rain")
    queries.prepare(["sun", "rain", "sun", "wind"])
    assert counting.asked == ["rain", "sun", "wind"]
    expected = FakeTextEncoder().encode_queries(["wind"])[0]
    np.testing.assert_allclose(queries.encode("wind"), expected, rtol=1e-6)
    assert counting.asked == ["rain", "sun", "wind"]
