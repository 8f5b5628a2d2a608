"""Whose deed a verb is, and whether they did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from service.explainer.evidence import OF_PEOPLE, Evidence, EvidenceKind
from service.explainer.languages.loading import load_language
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import CASINO, COLLATERAL, HEAT, about

EVENTS = {
    "rating": "liked",
    "like": "liked",
    "purchase": "bought",
    "watch": "watched",
    "view": "looked at",
    "": "chose",
}
BOTH = about(EvidenceKind.CO_ENGAGEMENT, HEAT, event_type="watch", event_value=None, count=31)
MANY = Evidence(EvidenceKind.POPULARITY, 0.1, count=1204, percentile=0.953)


def check(text: str, *evidence: Evidence) -> list[str]:
    return verify(text, COLLATERAL, evidence, "en")


@pytest.mark.parametrize(("counted", "said"), list(product(EVENTS, EVENTS.items())))
def test_people_are_said_to_have_done_what_they_are_counted_for(
    counted: str, said: tuple[str, str]
) -> None:
    event, verb = said
    fact = replace(BOTH, name=counted)
    text = f"31 people {verb} both “Heat (1995)” and “Collateral (2004)”."
    is_true = verb in (EVENTS[counted], "chose")
    assert (check(text, fact) == []) == is_true, (event, check(text, fact))


@pytest.mark.parametrize(
    "text",
    [
        "This film was liked by 1,204 people so far.",
        "1,204 people have liked this film so far.",
        "This film is in demand, with 1,204 people liking it so far.",
        "This film was liked more often than 95% of the catalogue.",
    ],
)
def test_what_is_said_of_people_in_any_form_is_held_against_what_they_did(text: str) -> None:
    assert check(text, replace(MANY, name="rating")) == []
    assert check(text, replace(MANY, name="view")) != []
    assert check(text, MANY) != []


def test_the_deed_is_that_of_the_very_people_who_are_counted() -> None:
    liked, bought = replace(BOTH, name="rating"), replace(MANY, name="purchase")
    assert check("31 people liked both “Heat (1995)” and “Collateral (2004)”.", liked, bought) == []
    assert check("31 people bought both “Heat (1995)” and “Collateral (2004)”.", liked, bought)
    assert check("1,204 people bought this film so far.", liked, bought) == []
    assert check("1,204 people liked this film so far.", liked, bought)


def test_what_people_did_is_not_said_of_the_user_nor_the_other_way_round() -> None:
    watched = about(EvidenceKind.HISTORY, HEAT, 0.5, event_type="watch", event_value=None)
    liked = replace(BOTH, name="rating")
    for lie in (
        "You liked “Heat (1995)”.",
        "31 people liked both “Collateral (2004)” and “Heat (1995)”, which you liked.",
        "31 people watched both “Heat (1995)” and “Collateral (2004)”.",
        "31 people chose both “Collateral (2004)” and “Heat (1995)”, which you watched and liked.",
    ):
        assert check(lie, watched, liked) != [], lie
    for truth in (
        "Because you watched “Heat (1995)”, and 31 people liked both.",
        "31 people liked both “Collateral (2004)” and “Heat (1995)”, which you watched.",
    ):
        assert check(truth, watched, liked) == [], truth


def test_people_are_not_said_to_like_in_general() -> None:
    assert check("People like this film.", replace(MANY, name="rating")) != []


def test_a_dislike_a_view_and_a_rating_are_no_liking_of_the_user() -> None:
    for event, value in (("dislike", None), ("view", None), ("rating", 1.0), ("rating", 5.0)):
        fact = about(EvidenceKind.HISTORY, CASINO, 0.5, event_type=event, event_value=value)
        assert check("Because you liked “Casino (1995)”.", fact) != []


ZH: Mapping[str, str] = {"rating": "喜欢", "purchase": "买过", "watch": "看过", "view": "浏览过"}


@pytest.mark.parametrize(("counted", "said"), list(product(ZH, ZH)))
def test_in_chinese_too(counted: str, said: str) -> None:
    text = f"有 31 人同时{ZH[said]}《Heat (1995)》和《Collateral (2004)》。"
    problems = verify(text, COLLATERAL, [replace(BOTH, name=counted)], "zh")
    assert (problems == []) == (counted == said), problems


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("kind", sorted(OF_PEOPLE))
def test_the_template_says_what_they_did(code: str, kind: EvidenceKind) -> None:
    language = load_language(code)
    base = BOTH if kind is EvidenceKind.CO_ENGAGEMENT else replace(MANY, kind=kind)
    for event in ("rating", "purchase", "watch", "borrowed", ""):
        words = language.crowd[language.crowd_event(event)]
        for n in range(12):
            fact = replace(base, name=event, count=100 + n)
            subject = replace(COLLATERAL, item_id=f"c{n}")
            text = TemplateWriter().write(subject, [fact], code, length="line")
            said = (words.chose, words.chosen, words.choosing, "among their choices")
            assert any(one in text.lower() for one in said), text
            assert verify(text, subject, [fact], code) == []
