"""A person: taste is the mean of what was taken, repetition is of late, discoveries are new."""

from __future__ import annotations

import numpy as np
import pytest

from service.simulation.person import BEGINNING, OPENED_MEMORY, TRAITS, Person, traits_of
from service.simulation.traits import ItemTraits
from tests.service.simulation import planted


@pytest.fixture(scope="module")
def traits() -> ItemTraits:
    return ItemTraits.of(planted.tastes(), planted.items(120))


def _column(person: Person, trait: str, traits: ItemTraits, item: int) -> float:
    return float(traits_of(person, np.array([item]), traits)[0, TRAITS.index(trait)])


def test_nobody_in_particular_has_no_taste(traits: ItemTraits) -> None:
    columns = traits_of(Person.new(traits), np.arange(12), traits)
    assert not columns[:, [TRAITS.index(name) for name in TRAITS if name != "popularity"]].any()


def test_traits_are_means_and_shares_of_what_was_taken(traits: ItemTraits) -> None:
    person = Person.new(traits)
    for item in (0, 6, 1):  # two of one cluster, one of the next
        person.take(item, traits, memory=0.5)
    assert _column(person, "content", traits, 12) == pytest.approx(2 / 3)
    assert _column(person, "habit", traits, 12) == pytest.approx(2 / 3)
    assert _column(person, "repetition", traits, 12) == pytest.approx(0.5**2 + 0.5**3)
    assert _column(person, "repetition", traits, 13) == pytest.approx(0.5)
    assert _column(person, "content", traits, 14) == 0
    assert _column(person, "popularity", traits, 12) == pytest.approx(
        np.log1p(traits.counts[12]), rel=1e-6
    )


def test_a_new_cluster_is_a_discovery_once_somebody_is_known_and_fades(traits: ItemTraits) -> None:
    person = Person.new(traits)
    for item in range(0, 6 * BEGINNING, 6):
        person.take(item, traits, memory=0.5)
    assert not person.opened.any()
    person.take(1, traits, memory=0.5)
    assert _column(person, "discovery", traits, 7) == 1
    person.take(7, traits, memory=0.5)
    assert _column(person, "discovery", traits, 13) == pytest.approx(OPENED_MEMORY)
    assert _column(person, "discovery", traits, 0) == 0


def test_a_copy_goes_its_own_way(traits: ItemTraits) -> None:
    person = Person.new(traits)
    person.take(0, traits, memory=0.5)
    other = person.copy()
    other.take(6, traits, memory=0.5)
    other.saw(np.array([1, 2]), 2)
    assert (person.taken, other.taken) == ([0], [0, 6])
    assert (person.counts.sum(), other.counts.sum()) == (1, 2)
    assert (person.shown, other.shown) == ({}, {1: 1})


def test_idle_rounds_are_counted_since_the_last_take(traits: ItemTraits) -> None:
    person = Person.new(traits)
    idle = []
    for taken in (None, None, 4, None):
        person.saw(np.array([3, 4]), taken)
        idle.append(person.idle)
    assert idle == [1, 2, 0, 1]
    assert person.times_shown(np.array([3, 4, 5])).tolist() == [4, 3, 0]
