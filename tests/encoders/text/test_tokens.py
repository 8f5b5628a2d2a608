"""Texts to the ids of a tokenizer that knows whole words, so that every id can be told beforehand."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from encoders.text.tokens import CHARACTERS_PER_TOKEN, Tokens, clean_text, untruncated

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
RED, SHOE, FIND = 4, 5, 6
LIMIT = 6
"""Tokens, with the two special ones."""


def tokenizer() -> Tokenizer:
    words = ["<pad>", "<s>", "</s>", "<unk>", "red", "shoe", "find"]
    made = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>")
    )
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    made.enable_truncation(LIMIT)
    made.enable_padding(pad_id=PAD, pad_token="<pad>")
    return made


@pytest.fixture
def tokens() -> Tokens:
    prompts = {True: "find ", False: ""}
    return Tokens(tokenizer(), LIMIT, ["input_ids", "attention_mask"], prompts)


def test_a_batch_is_padded_to_its_longest_text_and_the_mask_says_where(tokens: Tokens) -> None:
    ids, mask = tokens.batch(["red shoe", "red"], query=False)
    assert ids.tolist() == [[BEGIN, RED, SHOE, END], [BEGIN, RED, END, PAD]]
    assert mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert ids.dtype == "int64"


def test_queries_come_behind_their_prompt(tokens: Tokens) -> None:
    ids, _ = tokens.batch(["red"], query=True)
    assert ids.tolist() == [[BEGIN, FIND, RED, END]]


def test_inputs_come_in_the_order_of_the_network() -> None:
    swapped = Tokens(tokenizer(), LIMIT, ["attention_mask", "input_ids"], {True: "", False: ""})
    mask, ids = swapped.batch(["shoe"], query=False)
    assert (mask.tolist(), ids.tolist()) == ([[1, 1, 1]], [[BEGIN, SHOE, END]])


def test_what_is_longer_than_the_network_reads_is_cut(tokens: Tokens) -> None:
    ids, _ = tokens.batch(["red " * 20], query=False)
    assert ids.tolist() == [[BEGIN, RED, RED, RED, RED, END]]


def test_a_long_text_is_read_in_parts_that_fit_behind_the_prompt(tokens: Tokens) -> None:
    """Of LIMIT tokens, two are special and one is the prompt's: three words fit."""
    chunks = tokens.chunked(["red " * 7, "shoe"])
    assert [chunk.row for chunk in chunks] == [0] * (len(chunks) - 1) + [1]
    assert all(len(chunk.text.split()) <= 3 for chunk in chunks)
    assert chunks[-1].text == "shoe"


def test_kept_as_json_it_is_the_same(tokens: Tokens) -> None:
    text = tokens.to_json()
    again = Tokens.from_json(text)
    assert text.isascii()
    assert "\n" not in text
    assert again.inputs == tokens.inputs
    for query in (True, False):
        for before, after in zip(
            tokens.batch(["red shoe", "café"], query=query),
            again.batch(["red shoe", "café"], query=query),
            strict=True,
        ):
            assert before.tolist() == after.tolist()


def test_an_untruncated_copy_leaves_the_original_as_it_is() -> None:
    original = tokenizer()
    whole = untruncated(original)
    assert len(whole.encode("red " * 20).ids) == 22
    assert len(original.encode("red " * 20).ids) == LIMIT


def test_a_text_is_cut_by_characters_and_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert clean_text("abcdef", 3) == "abc"
    assert clean_text("a\ud800b", 10) == "a?b"
    assert clean_text("漫画", 10) == "漫画"
    assert len("<unk>") < CHARACTERS_PER_TOKEN
