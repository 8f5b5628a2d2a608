"""Policies by name: lists are of what was not met, in the order that the name says."""

from __future__ import annotations

import numpy as np
import pytest

from service.errors import InvalidInput
from service.simulation.crowd import Crowd, not_met
from service.simulation.palate_list import Served
from service.simulation.policies import DEFAULT_POLICIES, policy_of, require_policy
from tests.service.simulation import planted

K = 5


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return planted.crowd()


@pytest.mark.parametrize("name", DEFAULT_POLICIES)
def test_a_list_has_k_items_that_were_not_met_and_the_same_seed_gives_it_again(
    served: Served, crowd: Crowd, name: str
) -> None:
    require_policy(name)
    people = planted.people(crowd, 3)
    shown = policy_of(name, served, crowd, K).lists(people)
    for person, items in zip(people, shown, strict=True):
        assert len(set(items.tolist())) == K
        assert np.isin(items, not_met(person, crowd.traits)).all()
    again = policy_of(name, served, crowd, K).lists(people)
    assert [one.tolist() for one in shown] == [one.tolist() for one in again]


@pytest.mark.parametrize("name", DEFAULT_POLICIES)
def test_who_has_met_everything_is_shown_nothing(served: Served, crowd: Crowd, name: str) -> None:
    person = planted.people(crowd, 2)[0].copy()
    for item in not_met(person, crowd.traits).tolist():
        person.take(item, crowd.traits, planted.MEMORY)
        person.rounds.append(0)
    policy = policy_of(name, served, crowd, K)
    (shown,) = policy.lists([person])
    policy.learn([person], [shown], [None])
    assert len(shown) == 0
    assert crowd.respond(person, shown, 0).taken is None
    assert crowd.calibrated([person], K).pull == crowd.pull


def test_popularity_counts_what_is_taken(served: Served, crowd: Crowd) -> None:
    people = planted.people(crowd, 3)
    policy = policy_of("popularity", served, crowd, K)
    first = policy.lists(people)
    fresh = not_met(people[0], crowd.traits)
    assert first[0][0] == fresh[np.argmax(crowd.traits.counts[fresh])]
    rare = int(fresh[np.argmin(crowd.traits.counts[fresh])])
    for _ in range(100):
        policy.learn(people, first, [rare, None, None])
    assert policy.lists(people)[0][0] == rare
    assert crowd.traits.counts[rare] < 100


def test_favourites_follow_the_taste_as_it_moves(served: Served, crowd: Crowd) -> None:
    person = planted.people(crowd, 2)[0].copy()
    policy = policy_of("favourites", served, crowd, K)
    first = policy.lists([person])[0]
    person.take(int(first[0]), crowd.traits, planted.MEMORY)
    assert first[0] not in policy.lists([person])[0]


def test_exploration_and_diversity_are_asked_for_as_the_name_says(
    served: Served, crowd: Crowd
) -> None:
    people = planted.people(crowd, 6)
    plain = policy_of("greedy", served, crowd, K).lists(people)
    nothing = policy_of("exploration-0", served, crowd, K).lists(people)
    assert [one.tolist() for one in plain] == [one.tolist() for one in nothing]
    counts = served.ranker.snapshot.behaviour.counts
    explored = policy_of("exploration-1", served, crowd, K).lists(people)
    assert counts[np.concatenate(explored)].mean() < counts[np.concatenate(plain)].mean()
    diverse = policy_of("diversity-0.9", served, crowd, K).lists(people)
    clusters = [
        np.mean([len(set(crowd.traits.cluster[one].tolist())) for one in lists])
        for lists in (plain, diverse)
    ]
    assert clusters[1] > clusters[0]


@pytest.mark.parametrize("name", ["magic", "exploration", "exploration-2", "diversity-x", ""])
def test_what_is_no_policy_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"it must be one of greedy, .* exploration-X"):
        require_policy(name)
