"""Answers that fit the schema are kept, and all others say why not, without a word of the model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.aspects.answer import read_answer
from service.aspects.schema import AspectSchema
from service.language_model.errors import AnswerRefused

SCHEMA = AspectSchema({"mood": "m", "setting": "s"}, 2)
SECRET = "xyzzy"


def test_values_that_fit_are_kept_in_order() -> None:
    answer = {"mood": ["dark ", "Dark", "wry"][:2], "setting": []}
    assert read_answer(json.dumps(answer), SCHEMA) == {"mood": ("dark",), "setting": ()}


def test_values_that_lead_somewhere_are_left_out() -> None:
    answer = {"mood": ["dark", "www.shop.example"], "setting": ["none", "call 555-123-4567"]}
    assert read_answer(json.dumps(answer), SCHEMA) == {"mood": ("dark",), "setting": ()}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (SECRET, "it is not JSON"),
        ("", "it is not JSON"),
        ("```json\n{}\n```", "it is not JSON"),
        ("[" * 9_999, "it is not JSON"),
        ([SECRET], "it is not a JSON object"),
        ({}, "mood is not a list of texts; setting is not a list of texts"),
        ({"mood": SECRET, "setting": []}, "mood is not a list of texts"),
        ({"mood": [SECRET, 5], "setting": []}, "mood is not a list of texts"),
        ({"mood": {"a": SECRET}, "setting": []}, "mood is not a list of texts"),
        ({"mood": None, "setting": []}, "mood is not a list of texts"),
        ({"mood": ["a", "b", "c"], "setting": []}, "mood has 3 values, at most 2 are taken"),
        (
            {"mood": [SECRET * 20], "setting": []},
            "mood has a value of 100 characters, at most 40 are taken",
        ),
        (
            {"mood": ["a"], "setting": [], SECRET: ["b"]},
            "it has 1 aspects that were not asked for",
        ),
        ({"mood": [], "setting": []}, "it says nothing that can be kept"),
        ({"mood": ["unknown"], "setting": ["<b>"]}, "it says nothing that can be kept"),
    ],
)
def test_an_answer_of_another_form_is_refused(answer: Any, problem: str) -> None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    with pytest.raises(AnswerRefused) as refused:
        read_answer(text, SCHEMA)
    assert str(refused.value) == problem
    assert SECRET not in str(refused.value)
