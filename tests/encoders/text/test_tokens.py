"""Texts to a network's inputs, with a tokenizer of whole words."""

from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from encoders.text.tokens import CHARACTERS_PER_TOKEN, Tokens, clean_text, untruncated

WORDS = {"[PAD]": 0, "?": 1, "query:": 2, "a": 3, "red": 4, "shoe": 5}
LIMIT = 4


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel(WORDS, unk_token="?"))
    made.pre_tokenizer = WhitespaceSplit()
    made.enable_truncation(LIMIT)
    made.enable_padding(pad_id=0, pad_token="[PAD]")
    return made


def tokens() -> Tokens:
    return Tokens(tokenizer(), LIMIT, ["input_ids", "attention_mask"], {True: "query: ", False: ""})


def test_a_batch_is_padded_to_its_longest_and_cut_at_the_limit() -> None:
    ids, mask = tokens().batch(["a red shoe", "a", "a a a a a a"], query=False)
    np.testing.assert_array_equal(ids, [[3, 4, 5, 0], [3, 0, 0, 0], [3, 3, 3, 3]])
    np.testing.assert_array_equal(mask, [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]])
    assert ids.dtype == np.int64


def test_queries_have_their_prompt_and_passages_theirs() -> None:
    (ids, _) = tokens().batch(["a shoe"], query=True)
    np.testing.assert_array_equal(ids, [[2, 3, 5]])


def test_what_is_kept_as_json_reads_the_same() -> None:
    kept = tokens().to_json()
    assert kept.isascii()
    assert "\n" not in kept
    back = Tokens.from_json(kept)
    assert back.inputs == ("input_ids", "attention_mask")
    for query in (True, False):
        for one, other in zip(
            back.batch(["a red hat"], query=query),
            tokens().batch(["a red hat"], query=query),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)


def test_long_texts_are_read_in_parts_that_leave_room_for_the_longer_prompt() -> None:
    parts = tokens().chunked(["a red shoe", "a a a a a"])
    assert parts[0].row == 0
    assert {chunk.row for chunk in parts} == {0, 1}
    assert len([chunk for chunk in parts if chunk.row == 0]) == 1
    assert len([chunk for chunk in parts if chunk.row == 1]) > 1
    assert all(len(chunk.text.split()) <= LIMIT - 1 for chunk in parts)


def test_an_untruncated_copy_leaves_the_original_as_it_is() -> None:
    original = tokenizer()
    assert len(untruncated(original).encode("a " * 50).ids) == 50
    assert len(original.encode("a " * 50).ids) == LIMIT


def test_a_text_is_cut_and_half_characters_are_replaced() -> None:
    assert clean_text("abcdef", 3) == "abc"
    assert clean_text("half \ud83d", 100) == "half ?"
    assert len("internationalisation") < CHARACTERS_PER_TOKEN * LIMIT
