"""Whether an encoder reads a language, told from encoders that are known to, or not to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.wishes.languages.samples import SAMPLES, reads

MEANING = {text: place for place, pair in enumerate(SAMPLES["zh"]) for text in pair}


def by_meaning(texts: Sequence[str]) -> FloatArray:
    return np.eye(len(SAMPLES["zh"]), dtype=np.float32)[[MEANING[text] for text in texts]]


def by_letters(texts: Sequence[str]) -> FloatArray:
    rows = np.array([[len(text), sum(map(ord, text)) % 97, 1] for text in texts], np.float32)
    unit: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_who_puts_translations_together_reads_the_language() -> None:
    assert reads(by_meaning, "zh")


def test_who_does_not_does_not() -> None:
    assert not reads(by_letters, "zh")


def test_english_is_read_by_all() -> None:
    assert reads(by_letters, "en")
