"""Yes and no as shops write them."""

from __future__ import annotations

import pytest

from indexer.ingest.values.truth import NO, YES, truth


@pytest.mark.parametrize(
    ("value", "says"),
    [
        *(
            (word, True)
            for word in ("TRUE", "yes", "In Stock", "in_stock", "active", "ja", "1", 7, "12", True)
        ),
        *(
            (word, False)
            for word in ("false", "No", "out of stock", "draft", "nein", "0", 0, -1, "-3", False)
        ),
        *((word, None) for word in ("perhaps", "", None, [], "12 pieces")),
    ],
)
def test_words_and_stocks(value: object, says: bool | None) -> None:
    assert truth(value) is says


def test_no_word_says_both() -> None:
    assert not YES & NO
