"""A model as sentence-transformers runs it: which vectors it gives, and where it cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from encoders.errors import EncoderUnavailable
from encoders.registry import bundled_text_encoder
from encoders.text.pytorch_model import ModelReader, load_model
from encoders.timing import Laps


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    return load_model(Path(bundled_text_encoder()._folder), "all-MiniLM-L6-v2")


@pytest.fixture
def reader(model: SentenceTransformer) -> ModelReader:
    return ModelReader(model, batch_size=8)


def test_batches_come_out_as_the_library_encodes_them(
    model: SentenceTransformer, reader: ModelReader
) -> None:
    batches = [["a slow film", "two"], ["space"]]
    laps = Laps()
    found = list(reader.encoded(batches, laps, query=False))
    for texts, rows in zip(batches, found, strict=True):
        expected: Any = model.encode_document(texts, convert_to_numpy=True)
        np.testing.assert_allclose(rows, expected, atol=1e-5)
    assert laps.seconds["core"] > 0


def test_a_text_beyond_the_window_is_read_in_several_parts(reader: ModelReader) -> None:
    parts = reader.chunked(["short", "word " * 1_000])
    assert [chunk.row for chunk in parts].count(0) == 1
    assert [chunk.row for chunk in parts].count(1) > 1


def test_without_a_fast_tokenizer_the_beginning_is_read(model: SentenceTransformer) -> None:
    class Slow:
        """Of the model what the reader asks for."""

        max_seq_length = 8
        tokenizer = type("Tokenizer", (), {"is_fast": False})()

    slow: Any = Slow()
    (chunk,) = ModelReader(slow, batch_size=8).chunked(["x" * 10_000])
    assert (chunk.row, len(chunk.text)) == (0, 8 * 16)


def test_a_folder_that_holds_no_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="'mine' cannot be loaded"):
        load_model(tmp_path, "mine")
