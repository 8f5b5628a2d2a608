"""Logs in which people choose in a known way, and what is simulated from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.simulation.assumptions import Assumptions
from service.simulation.crowd import Crowd, people_of
from service.simulation.fitting import Taste
from service.simulation.person import TRAITS, Person
from service.simulation.traits import ItemTraits
from tests.service.ranker.planted import features

N_CLUSTERS = 6
N_ITEMS = 240
MEMORY = 0.5
"""Of what people took lately."""


def items(n_items: int = N_ITEMS, domain: np.ndarray | None = None) -> ItemFeatures:
    """Item i is of cluster i mod 6, whose items have the same words."""
    words = np.eye(8)[np.arange(n_items) % N_CLUSTERS]
    return features(n_items, text=words, domain=domain)


def log(repetition: float, n_users: int = 80, length: int = 40, seed: int = 0) -> Interactions:
    """Everybody takes what they have not met, at random but for the clusters of their last few
    takes, which are worth so many logits."""
    rng = np.random.default_rng(seed)
    cluster = np.arange(N_ITEMS) % N_CLUSTERS
    taken: list[int] = []
    for _ in range(n_users):
        lately, met = np.zeros(N_CLUSTERS), np.zeros(N_ITEMS, bool)
        for _ in range(length):
            worth = repetition * lately[cluster] + rng.gumbel(size=N_ITEMS)
            item = int(np.where(met, -np.inf, worth).argmax())
            met[item] = True
            lately *= MEMORY
            lately[cluster[item]] += 1 - MEMORY
            taken.append(item)
    return Interactions.build(
        np.repeat(np.arange(n_users), length),
        taken,
        np.tile(np.arange(length), n_users) * 86_400.0,
        n_users=n_users,
        n_items=N_ITEMS,
    )


def tastes(n_users: int = 30, n_items: int = 120, length: int = 12) -> Interactions:
    """Everybody takes items of one cluster alone, so that it is plain what they like."""
    rng = np.random.default_rng(3)
    taken = [
        rng.choice(np.arange(user % N_CLUSTERS, n_items, N_CLUSTERS), length, replace=False)
        for user in range(n_users)
    ]
    return Interactions.build(
        np.repeat(np.arange(n_users), length),
        np.concatenate(taken),
        np.tile(np.arange(length), n_users) * 86_400.0,
        n_users=n_users,
        n_items=n_items,
    )


def taste(**weights: float) -> Taste:
    """People to whom only these traits are worth anything."""
    return Taste(
        weights=np.array([weights.get(name, 0.0) for name in TRAITS]),
        errors=np.zeros(len(TRAITS)),
        memory=MEMORY,
        n_cases=0,
        n_people=0,
        explained=0.0,
        explained_by_popularity=0.0,
    )


def crowd(assumptions: Assumptions | None = None, seed: int = 0, **weights: float) -> Crowd:
    """Of the log `tastes`; people like what has the words of what they took, unless told
    otherwise."""
    traits = ItemTraits.of(tastes(), items(120))
    worth = taste(**(weights or {"content": 6.0}))
    return Crowd(traits, worth, assumptions or Assumptions(), seed)


def people(of: Crowd, n: int = 20) -> Sequence[Person]:
    """Some of them, as they begin."""
    return people_of(tastes(), of, n, n_known=200)
