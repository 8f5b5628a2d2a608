"""The same question is asked once."""

from __future__ import annotations

import pytest

from service.language_model.cache import CachedModel
from service.language_model.errors import LanguageModelFailed
from service.language_model.model import Completion
from tests.service.language_model.scripted import MESSAGES, SCHEMA, ScriptedModel


def test_what_is_known_costs_nothing() -> None:
    inner = ScriptedModel(Completion("a", 10, 5), Completion("b", 10, 5))
    model = CachedModel(inner, 10)
    first, again, other = (
        model.complete(MESSAGES, schema, purpose="p") for schema in (SCHEMA, SCHEMA, {"type": "x"})
    )
    assert (first, again) == (Completion("a", 10, 5), Completion("a", 0, 0))
    assert other.text == "b"
    assert model.complete([*MESSAGES, *MESSAGES], SCHEMA, purpose="p").text == "b"
    assert len(inner.asked) == 3


def test_no_more_is_kept_than_allowed() -> None:
    inner = ScriptedModel(Completion("a", 1, 1))
    model = CachedModel(inner, 1)
    for schema in (SCHEMA, {"type": "x"}, SCHEMA):
        model.complete(MESSAGES, schema, purpose="p")
    assert len(inner.asked) == 3


def test_a_failure_is_not_kept() -> None:
    inner = ScriptedModel(LanguageModelFailed("down"), Completion("a", 1, 1))
    model = CachedModel(inner, 10)
    with pytest.raises(LanguageModelFailed):
        model.complete(MESSAGES, SCHEMA, purpose="p")
    assert model.complete(MESSAGES, SCHEMA, purpose="p").text == "a"
    model.close()
    assert inner.closed
    assert (model.name, model.max_tokens, model.takes_pictures) == ("scripted", 100, False)
