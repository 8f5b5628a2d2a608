"""Planted histories: what sets a person apart is told, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from service.explainer.evidence import HIGHER, LOWER, Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.taste.choices import Choice
from service.explainer.taste.population import ItemCount, Population
from service.explainer.taste.summary import taste_evidence

KINDS = ("Drama", "Comedy", "War", "Horror")
POPULATION = Population.of(
    [
        ItemCount("films", [kind], {"year": 1990.0 + 10 * (i % 2)}, 25)
        for i, kind in enumerate(KINDS)
    ],
    50,
)
"""Each a quarter; half of the choices are of 1990, half of 2000."""


def chosen(
    kinds: Sequence[str], *, weight: float = 1.0, first_day: int = 17_000, step: int = 1
) -> list[Choice]:
    """One a day, items named after their place and kind."""
    return [
        Choice(
            f"{kind}{weight > 0}{first_day + step * i}",
            first_day + step * i,
            weight,
            title=f"{kind} {i}",
            domain="films",
            event_type="watch" if weight > 0 else "dislike",
            categories=(kind,),
        )
        for i, kind in enumerate(kinds)
    ]


def about(kind: K, evidence: Sequence[Evidence]) -> list[Evidence]:
    return [fact for fact in evidence if fact.kind is kind]


def test_what_is_chosen_more_often_than_at_large_is_told_with_its_newest_examples() -> None:
    evidence = taste_evidence(chosen(["War", "War", "Drama", "War"] * 5), POPULATION)
    (war,) = about(K.PREFERENCE, evidence)
    assert (war.value, war.count, war.total, war.lift) == ("War", 15, 20, pytest.approx(3.0))
    assert [(fact.title, fact.theme) for fact in about(K.EXAMPLE, evidence)] == [
        ("War 19", ("", "War", "")),
        ("War 17", ("", "War", "")),
    ]
    assert {fact.weight for fact in evidence} == {0.0}


def test_of_a_person_like_everyone_nothing_is_told() -> None:
    assert taste_evidence(chosen(KINDS * 10), POPULATION) == []


def test_what_is_frequent_is_told_without_a_comparison() -> None:
    """Of a person who chooses as people do, in a world where half of the choices are dramas."""
    crowd = Population.of(
        [ItemCount("films", [k], {}, 50 if k == "Drama" else 17) for k in KINDS], 50
    )
    evidence = taste_evidence(chosen(["Drama", "Comedy", "Drama", "War"] * 5), crowd)
    assert [(fact.kind, fact.value, fact.count, fact.total, fact.lift) for fact in evidence] == [
        (K.FREQUENT, "Drama", 10, 20, 0.0),
        (K.EXAMPLE, "Drama", 0, 0, 0.0),
        (K.EXAMPLE, "Drama", 0, 0, 0.0),
    ]


def test_what_nearly_everything_has_is_not_told_as_frequent() -> None:
    crowd = Population.of([ItemCount("films", ["Film", kind], {}, 25) for kind in KINDS], 50)
    films = [
        replace(choice, categories=("Film", *choice.categories)) for choice in chosen(KINDS * 5)
    ]
    assert taste_evidence([*films, *chosen(["Drama"], first_day=18_000)], crowd) == []


def test_a_value_is_told_once_and_none_that_is_turned_down_nor_another_name_of_it() -> None:
    kinds = ["War", "Drama", "War", "Comedy", "War"] * 6
    named = [replace(one, attributes={"genre": f"a {one.categories[0]}"}) for one in chosen(kinds)]
    crowd = Population.of([ItemCount("films", [k], {"genre": f"a {k}"}, 25) for k in KINDS], 50)
    evidence = taste_evidence(named, crowd)
    assert [fact.value for fact in about(K.PREFERENCE, evidence)] == ["War"]
    assert about(K.FREQUENT, evidence) == []
    horror = chosen(["Horror"] * 9, weight=-1.0, first_day=16_000)
    mixed = chosen(["Horror", "Comedy", "War", "Horror", "Drama", "Comedy", "Horror"] * 2)
    both = taste_evidence([*horror, *mixed], replace(POPULATION, n_people=4))
    assert [fact.value for fact in about(K.AVERSION, both)] == ["Horror"]
    assert about(K.FREQUENT, both) == []


def test_frequent_values_fill_up_to_three_the_most_frequent_first() -> None:
    crowd = Population.of([ItemCount("films", [kind], {}, 25) for kind in "abcdefgh"], 50)
    one = [
        replace(choice, categories=categories)
        for choice, categories in zip(
            chosen(["x"] * 20),
            [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("a", "e")] * 4,
            strict=True,
        )
    ]
    told = taste_evidence(one, replace(crowd, n_people=4))
    assert [(fact.value, fact.count) for fact in about(K.FREQUENT, told)] == [
        ("b", 12),
        ("a", 8),
        ("c", 8),
    ]


def test_nothing_is_made_of_fewer_than_three_events_nor_of_none() -> None:
    assert taste_evidence([], POPULATION) == [Evidence(K.COLD_START, 0.0, name="no_history")]
    few = taste_evidence(chosen(["War", "War"]), POPULATION)
    assert few == [Evidence(K.COLD_START, 0.0, name="short_history", count=2)]


def test_of_a_short_history_it_is_told_that_little_is_known() -> None:
    evidence = taste_evidence(chosen(["War"] * 5), POPULATION)
    assert [(fact.kind, fact.count) for fact in evidence if fact.kind is not K.EXAMPLE] == [
        (K.PREFERENCE, 5),
        (K.COLD_START, 5),
    ]


def test_a_glance_is_less_than_a_choice() -> None:
    kinds = ["War", "War", "War", "War", "Drama", "Comedy", "Horror", "War"]
    assert about(K.PREFERENCE, taste_evidence(chosen(kinds * 2), POPULATION))
    assert not about(K.PREFERENCE, taste_evidence(chosen(kinds * 2, weight=0.1), POPULATION))


def test_with_few_people_there_is_no_at_large() -> None:
    assert (
        about(K.PREFERENCE, taste_evidence(chosen(["War"] * 20), replace(POPULATION, n_people=4)))
        == []
    )


def test_what_is_usual_in_one_domain_is_no_preference_there() -> None:
    """Whoever reads war books among people who read nothing else likes books, and not war."""
    crowd = Population.of(
        [
            *(ItemCount("films", [kind], {}, 250) for kind in KINDS),
            ItemCount("books", ["War"], {}, 10),
        ],
        50,
    )
    books = [replace(choice, domain="books") for choice in chosen(["War"] * 12)]
    evidence = taste_evidence(
        [*books, *chosen(["Drama", "Comedy", "Horror"], first_day=18_000)], crowd
    )
    assert about(K.PREFERENCE, evidence) == []
    assert [(fact.value, fact.count, fact.total) for fact in about(K.DOMAIN, evidence)] == [
        ("books", 12, 15),
        ("films", 3, 15),
    ]


def test_two_names_for_the_same_items_are_told_once() -> None:
    twice = [
        replace(choice, attributes={"cast": f"Star of {choice.categories[0]}"})
        for choice in chosen(["War"] * 12)
    ]
    offers = [ItemCount("films", [kind], {"cast": f"Star of {kind}"}, 25) for kind in KINDS]
    assert len(about(K.PREFERENCE, taste_evidence(twice, Population.of(offers, 50)))) == 1


def test_a_person_who_switches_is_told_when_and_from_what() -> None:
    before = chosen(["Drama"] + ["War"] * 14, first_day=17_000, step=3)
    after = chosen(["Comedy"] * 9 + ["Drama"], first_day=17_226)  # 1 March 2017
    (rise,), (fall,) = (
        about(kind, taste_evidence([*before, *after], POPULATION)) for kind in (K.RISE, K.FALL)
    )
    assert (rise.value, rise.since, rise.count, rise.total) == ("Comedy", "2017-03-01", 9, 10)
    assert (rise.earlier_count, rise.earlier_total) == (0, 15)
    assert (fall.value, fall.since, fall.count, fall.earlier_count) == ("War", "2017-03-01", 0, 14)
    examples = [
        fact
        for fact in taste_evidence([*before, *after], POPULATION)
        if fact.since and fact.kind is K.EXAMPLE
    ]
    assert [fact.title for fact in examples] == ["Comedy 8", "Comedy 7"]


def test_what_is_turned_down_is_told_and_never_as_what_is_liked() -> None:
    refused = chosen(["Horror"] * 6 + ["Drama"], weight=-1.0)
    evidence = taste_evidence(
        [*refused, *chosen([*KINDS[:3]] * 8, first_day=17_100), *chosen(["Horror"])], POPULATION
    )
    (horror,) = about(K.AVERSION, evidence)
    assert (horror.value, horror.count, horror.total, horror.event_type) == (
        "Horror",
        6,
        7,
        "dislike",
    )
    assert {fact.title for fact in about(K.EXAMPLE, evidence) if fact.value == "Horror"} == {
        "Horror 5",
        "Horror 4",
    }
    assert about(K.PREFERENCE, evidence) == []


def test_who_turns_everything_down_alike_avoids_nothing() -> None:
    refused = chosen(KINDS * 5, weight=-1.0)
    assert about(K.AVERSION, taste_evidence(refused, POPULATION)) == []
    assert (
        about(
            K.AVERSION, taste_evidence([*refused, *chosen(KINDS * 5, first_day=17_100)], POPULATION)
        )
        == []
    )


def test_of_refusals_of_two_kinds_no_one_deed_is_told() -> None:
    refused = chosen(["War"] * 6, weight=-1.0)
    refused[0] = replace(refused[0], event_type="skip")
    (war,) = about(K.AVERSION, taste_evidence([*refused, *chosen(KINDS[:2] * 8)], POPULATION))
    assert war.event_type == ""


@pytest.mark.parametrize(
    ("years", "side"),
    [([2001, 2003, 2005, 2007] * 3, HIGHER), ([1971, 1973, 1975, 1977] * 3, LOWER)],
)
def test_a_range_is_told_where_it_lies_to_one_side_of_the_usual(
    years: list[int], side: str
) -> None:
    choices = [
        replace(one, attributes={"year": year})
        for one, year in zip(chosen(KINDS * 3), years, strict=True)
    ]
    (fact,) = about(K.RANGE, taste_evidence(choices, POPULATION))
    assert (fact.name, fact.value, fact.count, fact.total) == ("year", side, 9, 12)
    assert (fact.low, fact.high) == (years[0], years[2])


def test_a_range_around_the_usual_is_not_told() -> None:
    choices = [
        replace(one, attributes={"year": 1980 + i}) for i, one in enumerate(chosen(KINDS * 5))
    ]
    assert about(K.RANGE, taste_evidence(choices, POPULATION)) == []


def test_what_the_person_said_comes_first_and_bad_examples_are_not_given() -> None:
    choices = [replace(choice, liked=i < 3) for i, choice in enumerate(chosen(["War"] * 12))]
    said, preference, *examples = taste_evidence(choices, POPULATION, "slow films")
    assert (said.kind, said.name, preference.kind) == (K.TASTE, "slow films", K.PREFERENCE)
    assert [fact.title for fact in examples] == ["War 2", "War 1"]


def test_the_same_history_is_told_the_same_way() -> None:
    choices = chosen(["War", "Drama", "War"] * 10 + ["Comedy"] * 20)
    assert taste_evidence(choices, POPULATION) == taste_evidence(choices, POPULATION)
