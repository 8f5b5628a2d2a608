"""A model's answer becomes a text only where each claim holds against the facts it cites."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from service.explainer.writers.claims import read_claims
from service.explainer.writers.prompt import MAX_CHARACTERS, MAX_CLAIMS, numbered
from service.explainer.writers.writer import DraftRefused
from tests.service.explainer.made_up import COLLATERAL, RICH

BARE = replace(COLLATERAL, categories=(), attributes={})
FACTS = numbered(RICH, "paragraph")
TRUE = {"text": " You rated “Heat (1995)” 5. ", "evidence_ids": ["e1"]}
SHARED = {"text": "It is directed by Michael Mann.", "evidence_ids": ["e2"]}


def read(answer: Any, language: str = "en") -> str:
    content = answer if isinstance(answer, str) else json.dumps(answer)
    return read_claims(content, BARE, FACTS, language, "paragraph")


def refused(answer: Any) -> list[str]:
    with pytest.raises(DraftRefused) as caught:
        read(answer)
    return caught.value.problems


def test_claims_that_hold_are_one_text() -> None:
    assert read({"claims": [TRUE, SHARED]}) == (
        "You rated “Heat (1995)” 5. It is directed by Michael Mann."
    )


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("not JSON", "it is not JSON"),
        ([], "it has no list of claims"),
        ({"claims": []}, "it has no list of claims"),
        ({"claims": "You rated it."}, "it has no list of claims"),
        ({"claims": [{"evidence_ids": ["e1"]}]}, "a claim has no text"),
        ({"claims": ["You rated it."]}, "a claim has no text"),
        ({"claims": [TRUE] * 5}, f"5 claims, at most {MAX_CLAIMS['paragraph']}"),
        (
            {"claims": [TRUE | {"text": "x" * 701}]},
            f"701 characters, at most {MAX_CHARACTERS['paragraph']}",
        ),
        ({"claims": [{"text": "You rated it."}]}, "a claim cites no facts"),
        (
            {"claims": [TRUE | {"evidence_ids": ["e1", "e9", 3]}]},
            "a claim cites 2 facts that do not exist; there are: e1, e2, e3, e4, e5",
        ),
    ],
)
def test_an_answer_of_another_form_is_refused(answer: Any, problem: str) -> None:
    assert refused(answer) == [problem]


def test_a_claim_must_hold_against_the_very_facts_it_cites() -> None:
    assert refused({"claims": [TRUE, SHARED | {"evidence_ids": ["e1"]}]}) != []
    assert refused({"claims": [TRUE | {"text": "You rated “Heat (1995)” 4."}]}) != []
