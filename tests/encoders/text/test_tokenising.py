"""Few texts in one thread, and many in several, are the same."""

from __future__ import annotations

from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from encoders.text.tokenising import FEW, encodings

TEXTS = ["red shoe", "", "red", "shoe red shoe red red"]


def tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({"<pad>": 0, "<s>": 1, "red": 2, "shoe": 3}))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    made.enable_truncation(5)
    return made


@pytest.mark.parametrize(
    "padding",
    [
        {},
        {"direction": "left", "pad_id": 7, "pad_type_id": 1},
        {"pad_to_multiple_of": 4},
        {"length": 6},
    ],
)
def test_few_are_padded_as_a_batch_is(padding: dict[str, Any]) -> None:
    padded = tokenizer()
    padded.enable_padding(**padding)
    for texts in (TEXTS, TEXTS[:1], [], TEXTS * FEW):
        for found, known in zip(encodings(padded, texts), padded.encode_batch(texts), strict=True):
            assert found.ids == known.ids
            assert found.attention_mask == known.attention_mask
            assert found.type_ids == known.type_ids


def test_without_padding_each_has_its_length_and_no_special_tokens_where_none_are_wanted() -> None:
    found = encodings(tokenizer(), TEXTS, special_tokens=False)
    assert [one.ids for one in found] == [[2, 3], [], [2], [3, 2, 3, 2, 2]]
