"""A shared value says something where it is rare in the catalogue and frequent in the history."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from service.explainer.attribution.facts import AttributeValue, Citable, HistoryFact
from service.explainer.attribution.shared import (
    elements,
    is_placeholder,
    shared_categories,
    value_key,
)
from service.explainer.attribution.weights import weigh_evidence
from service.explainer.evidence import EvidenceKind
from tests.service.explainer.attribution.planted import CATALOGUE, KNOWN_USER, PLAIN, of, scores


def test_a_category_of_half_the_catalogue_says_nothing() -> None:
    shares = replace(CATALOGUE, category_share={"Drama": 0.45, "Film-Noir": 0.01, "Crime": 0.12})
    names = ("Drama", "Crime", "Film-Noir", "(no genres listed)")
    facts = [HistoryFact("a", categories=names), HistoryFact("b", categories=names)]
    evidence = weigh_evidence(
        scores(3, 2.5, 2), facts, replace(PLAIN, categories=names), KNOWN_USER, shares
    )
    shared = of(EvidenceKind.CATEGORY, evidence)
    assert [(e.value, e.count, e.item_id) for e in shared] == [
        ("Film-Noir", 2, "b"),
        ("Crime", 2, "b"),
    ]


def test_a_category_no_more_common_in_the_history_than_anywhere_says_nothing() -> None:
    shares = replace(CATALOGUE, category_share={"Crime": 0.25})
    facts = [HistoryFact(str(i), categories=("Crime",) if i == 0 else ()) for i in range(4)]
    item = replace(PLAIN, categories=("Crime",))
    assert weigh_evidence(scores(1, 1, 1, 1, 1), facts, item, KNOWN_USER, shares) == []


def test_what_a_model_says_of_both_is_a_kind_of_its_own_and_tells_less() -> None:
    shares = replace(CATALOGUE, aspect_share={("mood", "bleak"): 0.01, ("mood", "warm"): 0.5})
    item = replace(
        PLAIN, attributes={"tone": "bleak"}, aspects={"mood": ("bleak", "warm"), "style": ("noir",)}
    )
    facts = [
        HistoryFact("a", attributes={"tone": "bleak"}, aspects={"mood": ("Bleak", "warm")}),
        HistoryFact("b", aspects={"mood": ("bleak",)}, attributes={"style": "noir"}),
    ]
    evidence = weigh_evidence(scores(3, 2.5, 2), facts, item, KNOWN_USER, shares)
    said = of(EvidenceKind.ASPECT, evidence)
    assert [(e.name, e.value, e.item_id, e.count) for e in said] == [("mood", "bleak", "b", 2)]
    assert said[0].weight == 0.0
    kinds = [fact.kind for fact in evidence]
    assert kinds.index(EvidenceKind.ATTRIBUTE) < kinds.index(EvidenceKind.ASPECT)


def test_comma_separated_attributes_are_compared_element_by_element() -> None:
    item = replace(
        PLAIN,
        attributes={"cast": "Tom Hanks, Tim Allen", "director": ("John Lasseter",), "year": 1995.0},
    )
    facts = [
        HistoryFact(
            "a",
            attributes={
                "cast": "John Ratzenberger,tom  hanks",
                "director": "Joe Johnston",
                "year": "1995",
            },
        ),
        HistoryFact("b", attributes={"director": "Lee Unkrich, John Lasseter"}),
    ]
    evidence = weigh_evidence(scores(1, 1, 1), facts, item, KNOWN_USER, CATALOGUE)
    shared = {(e.name, e.value, e.item_id) for e in of(EvidenceKind.ATTRIBUTE, evidence)}
    assert shared == {
        ("cast", "Tom Hanks", "a"),
        ("director", "John Lasseter", "b"),
        ("year", "1995", "a"),
    }


def test_an_attribute_value_of_a_fifth_of_the_catalogue_says_nothing() -> None:
    shares = replace(CATALOGUE, attribute_share={("rating", "R"): 0.2, ("studio", "Pixar"): 0.002})
    facts = [HistoryFact("a", attributes={"rating": "R", "studio": "Pixar"})]
    item = replace(PLAIN, attributes={"rating": "R", "studio": "Pixar"})
    evidence = weigh_evidence(scores(1, 1), facts, item, KNOWN_USER, shares)
    assert [(e.name, e.value) for e in evidence] == [("studio", "Pixar")]


def test_prose_and_flags_are_not_shared_attributes() -> None:
    attributes: dict[str, AttributeValue] = {
        "blurb": "A long story of love, loss and a great many other things",
        "on_sale": True,
    }
    facts = [HistoryFact("a", attributes=attributes)]
    assert (
        weigh_evidence(
            scores(1, 1), facts, replace(PLAIN, attributes=attributes), KNOWN_USER, CATALOGUE
        )
        == []
    )


def test_the_item_that_moved_the_score_most_is_cited() -> None:
    citable = [
        Citable(HistoryFact("a", categories=("Noir",)), 0.1),
        Citable(HistoryFact("b", categories=("noir",)), 0.3),
        Citable(HistoryFact("c"), 0.9),
    ]
    (noir,) = shared_categories(citable, ["Noir"], {"Noir": 0.01}, max_share=0.3, min_lift=1.5)
    assert (noir.value, noir.count, noir.cited.item_id) == ("Noir", 2, "b")
    idf = math.log(100) / math.log(1000)
    assert noir.strength == pytest.approx(idf * (2 / 3) ** 0.25)


@pytest.mark.parametrize(
    ("value", "single"),
    [
        ("Tom Hanks, John Ratzenberger", ("Tom Hanks", "John Ratzenberger")),
        (("A", "B", "A"), ("A", "B")),
        ("one,, two ", ("one", "two")),
        (1995.0, ("1995",)),
        (1234567.0, ("1234567",)),
        ("113.0", ("113",)),
        (("1.50", "-2.00", "3.0.0"), ("1.50", "-2", "3.0.0")),
        (math.nan, ()),
        (True, ()),
        ("a story of love, loss and a great many other things", ()),
        ("x" * 41, ()),
        ("", ()),
    ],
)
def test_a_value_is_taken_apart(value: AttributeValue, single: tuple[str, ...]) -> None:
    assert elements(value) == single


def test_spellings_of_one_value_have_one_key() -> None:
    assert value_key(" Tom  HANKS ") == value_key("tom hanks")


def test_a_placeholder_is_no_category() -> None:
    assert is_placeholder("(no genres listed)")
    assert not is_placeholder("Sci-Fi (old)")
