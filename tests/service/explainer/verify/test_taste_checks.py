"""All that a sentence says of a taste must be one fact about each value it names.

The lies of each language are in its own tests (`languages/<code>/test_taste.py`).
"""

from __future__ import annotations

import pytest

from service.explainer.evidence import OF_TASTE
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import COLLATERAL, NOBODY, RICH, TASTE_FACTS


def problems(text: str) -> list[str]:
    return verify(text, NOBODY, TASTE_FACTS, "en")


def test_what_no_single_fact_says_is_named() -> None:
    wrong = "You often come back to Sci-Fi: 9 of your 120 choices."
    assert problems(wrong) == ["says of 'Sci-Fi' what no single fact says"]


def test_what_is_said_of_no_value_is_refused() -> None:
    assert "says something of a taste without a value that the evidence names" in problems(
        "That is 31 of your 120 choices."
    )


def test_a_value_that_is_named_twice_needs_what_is_said_of_it_twice() -> None:
    assert problems("You come back to Sci-Fi, and you come back to Sci-Fi.") == []
    assert problems("You come back to Sci-Fi, and Sci-Fi is what you are given here.") != []


def test_evidence_about_an_item_is_not_held_against_facts_about_a_taste() -> None:
    assert verify("It is listed under Crime.", COLLATERAL, RICH, "en") == []


@pytest.mark.parametrize("code", language_codes())
def test_a_language_binds_every_kind_of_fact_about_a_taste(code: str) -> None:
    assert set(load_language(code).taste.binds) == OF_TASTE
