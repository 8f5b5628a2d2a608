"""A model as sentence-transformers runs it: what it is asked for, and how much of a text it gets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from encoders.arrays import FloatArray
from encoders.errors import EncoderUnavailable
from encoders.registry import bundled_text_encoder
from encoders.text.chunks import MAX_CHUNKS
from encoders.text.pytorch_model import MAX_TOKENS, ModelReader, load_model
from encoders.text.tokens import CHARACTERS_PER_TOKEN
from encoders.timing import Laps

SPECIAL = 2
"""Tokens that the model puts around every text."""


class Model:
    """What a reader uses of a SentenceTransformer. A vector is the length of its text; those of
    queries are negative."""

    def __init__(
        self, max_seq_length: int | None, prompts: dict[str, str], *, is_fast: bool = True
    ) -> None:
        words = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
        words.pre_tokenizer = pre_tokenizers.Whitespace()
        self.max_seq_length, self.prompts = max_seq_length, prompts
        self.tokenizer = Words(words, is_fast)
        self.batch_sizes: list[int] = []

    def encode_query(self, texts: list[str], **settings: Any) -> FloatArray:
        return -self.encode_document(texts, **settings)

    def encode_document(self, texts: list[str], **settings: Any) -> FloatArray:
        self.batch_sizes.append(settings["batch_size"])
        return np.array([[len(text)] for text in texts], dtype=np.float32)


class Words(SimpleNamespace):
    """A tokenizer of transformers, one token for each word."""

    def __init__(self, backend: Tokenizer, is_fast: bool) -> None:
        super().__init__(backend_tokenizer=backend, is_fast=is_fast)

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [0] * (SPECIAL + len(text.split()))}

    def num_special_tokens_to_add(self) -> int:
        return SPECIAL


def reader(model: Model, batch_size: int = 8) -> ModelReader:
    return ModelReader(model, batch_size)  # type: ignore[arg-type]


def longest(reader: ModelReader) -> int:
    """Words of the longest part of a long text."""
    return max(len(chunk.text.split()) for chunk in reader.chunked(["word " * 500]))


def test_a_part_leaves_room_for_the_special_tokens() -> None:
    assert longest(reader(Model(20, {}))) == 20 - SPECIAL


def test_a_part_leaves_room_for_the_longest_prompt_as_well() -> None:
    prompts = {"query": "please find me", "document": "", "other": "one"}
    assert longest(reader(Model(20, prompts))) == 20 - SPECIAL - 3


def test_a_prompt_that_fills_the_window_still_leaves_a_word() -> None:
    assert longest(reader(Model(4, {"query": "a b c d e f"}))) == 1


def test_a_tokenizer_that_does_not_tell_where_tokens_are_gives_the_beginning() -> None:
    text = "word " * 10_000
    for model in (Model(20, {}, is_fast=False), Model(None, {}), Model(MAX_TOKENS + 1, {})):
        (chunk,) = reader(model).chunked([text])
        limit = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS) * CHARACTERS_PER_TOKEN
        assert chunk.text == text[:limit]


def test_of_a_huge_text_only_what_may_be_read_is_looked_at() -> None:
    chunks = reader(Model(20, {})).chunked(["x" * 10**6])
    assert sum(len(chunk.text) for chunk in chunks) == MAX_CHUNKS * 20 * CHARACTERS_PER_TOKEN


def test_queries_and_passages_are_encoded_by_their_own_method_batch_by_batch() -> None:
    model = Model(20, {})
    batches = [["a", "bb"], ["ccc"]]
    passages = list(reader(model, 8).encoded(batches, Laps(), query=False))
    queries = list(reader(model, 8).encoded(batches, Laps(), query=True))
    assert [rows.tolist() for rows in passages] == [[[1.0], [2.0]], [[3.0]]]
    assert [rows.tolist() for rows in queries] == [[[-1.0], [-2.0]], [[-3.0]]]
    assert model.batch_sizes == [8] * 4


def test_a_folder_without_a_model_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="encoder 'mine' cannot be loaded"):
        load_model(tmp_path, "mine")


def test_the_bundled_folder_is_a_model_that_is_not_learning() -> None:
    model = load_model(bundled_text_encoder()._folder, "bundled")
    assert not model.training
    assert model.max_seq_length == 256
