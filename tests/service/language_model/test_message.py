"""Messages have the form of the protocol, and an estimate of their tokens."""

from __future__ import annotations

import doctest

from service.language_model import message
from service.language_model.message import TOKENS_PER_PICTURE, estimated_tokens, user_message


def test_the_estimate_counts_bytes_and_pictures() -> None:
    assert doctest.testmod(message).failed == 0
    assert estimated_tokens([user_message("")]) == 0
    assert estimated_tokens([user_message("abcde")]) == 2
    assert estimated_tokens([user_message("电影电影")]) == 3  # three bytes each
    long_picture = "data:" + "x" * 10**6
    assert estimated_tokens([user_message("a", [long_picture])]) == 1 + TOKENS_PER_PICTURE
