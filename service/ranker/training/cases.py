"""Cases: a history at some moment, and what was chosen after it. The second stage learns from them
and is measured on them.

Three kinds: the next event of somebody known, everything that a cold-start user chose, everything
that somebody chose who is new in a domain. Knows no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.training.hidden import NO_DOMAIN, Hidden

KNOWN_EVENTS = (0, 1, 2, 3, 4, 5, 7, 10, 14, 20)
"""Of a cold-start user so many first events are known."""
TASTE_EVENTS = 2
"""Who comes with words has at most so many events."""
WITH_TASTE = 0.5
"""Share of those who do come with words: they say what they look for, and then choose it."""


@dataclass(frozen=True, slots=True, eq=False)
class RankingCase:
    """The history visible at some moment, and what a ranking of it should have put first."""

    user: int
    history: History
    chosen: IntArray
    """(P,) distinct items, none of them in the history, in their order: the next one; of a
    cold-start user all that followed."""
    event_types: IntArray
    """(P,) how they were chosen, by code."""
    cold_start: bool = False
    """The first stage knows nothing of the user, or nothing in `domain`."""
    domain: int | None = None
    """The only domain that is asked for."""


def sampled_by_weight(
    interactions: Interactions, event_weights: FloatArray | None, rng: np.random.Generator
) -> BoolArray:
    """(E,) which events may be chosen items of a case: each with the probability of its type's
    weight (n_event_types,) against the largest in the log, so that everything that is learned and
    measured on cases counts by weight. By default all."""
    if event_weights is None or not len(interactions):
        return np.ones(len(interactions), bool)
    weights = event_weights[interactions.event_type]
    sampled: BoolArray = rng.random(len(interactions)) * weights.max() < weights
    return sampled


def next_event_cases(
    interactions: Interactions, events: BoolArray, longest: int
) -> list[RankingCase]:
    """Each of the `events` (E,) with at most the `longest` newest events before it. An item that is
    among these already is nothing new, and left out."""
    bounds = interactions.by_user()
    cases = []
    for event in np.flatnonzero(events).tolist():
        user = int(interactions.user[event])
        start = max(int(bounds[user]), event - longest)
        history = _history(interactions, np.arange(start, event))
        chosen = interactions.item[event : event + 1]
        if chosen[0] not in history.items:
            event_types = _event_types(interactions, np.array([event]))
            cases.append(RankingCase(user, history, chosen, event_types))
    return cases


def cold_start_cases(
    interactions: Interactions,
    users: BoolArray,
    sampled: BoolArray,
    most: int,
    rng: np.random.Generator,
) -> list[RankingCase]:
    """The `users` (U,) as they begin: some number of first events, and everything `sampled` (E,)
    that followed. At most about `most` cases.

    What comes next is chance while little is known of a person; what they will like at all can be
    predicted.
    """
    bounds = interactions.by_user()
    members = np.flatnonzero(users)
    cases_each = int(np.clip(most // max(len(members), 1), 1, len(KNOWN_EVENTS)))
    cases = []
    for user in members.tolist():
        start, stop = int(bounds[user]), int(bounds[user + 1])
        lengths = [known for known in KNOWN_EVENTS if known < stop - start]
        for known in rng.permutation(lengths)[:cases_each].tolist():
            history = _history(interactions, np.arange(start, start + known))
            followed = np.arange(start + known, stop)
            cases += _cold_start_case(interactions, user, history, followed, sampled)
    return cases


def new_in_domain_cases(
    interactions: Interactions,
    domain: IntArray,
    hidden: Hidden,
    sampled: BoolArray,
    rng: np.random.Generator,
) -> list[RankingCase]:
    """Users as they come to a domain: what they did elsewhere, none and then some number of first
    events there, and everything `sampled` (E,) that followed there. domain (N,) of the items. At
    most two cases of each."""
    bounds = interactions.by_user()
    in_new_domain = hidden.in_new_domain(interactions, domain)
    cases = []
    for user in np.flatnonzero(hidden.domains != NO_DOMAIN).tolist():
        events = np.arange(bounds[user], bounds[user + 1])
        elsewhere, there = events[~in_new_domain[events]], events[in_new_domain[events]]
        lengths = [known for known in KNOWN_EVENTS if 0 < known < len(there)]
        for known in [0, *rng.permutation(lengths)[:1].tolist()]:
            before = np.sort(np.concatenate([elsewhere, there[:known]]))
            history = _history(interactions, before)
            asked_for = int(hidden.domains[user])
            cases += _cold_start_case(
                interactions, user, history, there[known:], sampled, asked_for
            )
    return cases


def with_taste(
    cases: Sequence[RankingCase], text: FloatArray, neighbours: IntArray, rng: np.random.Generator
) -> list[RankingCase]:
    """The same cases, some of those with the shortest histories with words of the person's own.
    text (N, Dt) and neighbours (N, K) of the items.

    Nobody's words are in the log. The text of an item like one that was chosen stands for them.
    """
    said = []
    for case in cases:
        alike = neighbours[rng.choice(case.chosen)]
        is_short = len(case.history) <= TASTE_EVENTS
        if is_short and len(alike) and rng.random() < WITH_TASTE:
            taste = text[rng.choice(alike)]
            case = replace(case, history=replace(case.history, taste=taste))
        said.append(case)
    return said


def _cold_start_case(
    interactions: Interactions,
    user: int,
    history: History,
    followed: IntArray,
    sampled: BoolArray,
    domain: int | None = None,
) -> list[RankingCase]:
    """Everything that `followed` is what was chosen; no case where that is nothing."""
    chosen = _chosen(interactions, followed[sampled[followed]], history)
    if not len(chosen):
        return []
    items, event_types = interactions.item[chosen], _event_types(interactions, chosen)
    return [RankingCase(user, history, items, event_types, cold_start=True, domain=domain)]


def _chosen(interactions: Interactions, events: IntArray, history: History) -> IntArray:
    """Of these events the first of each item, in their order, of items not met before."""
    items = interactions.item[events]
    first = np.sort(np.unique(items, return_index=True)[1])
    return events[first[~np.isin(items[first], history.items)]]


def _history(interactions: Interactions, events: IntArray) -> History:
    return History(
        interactions.item[events],
        _event_types(interactions, events),
        interactions.timestamp[events],
        interactions.liked[events],
    )


def _event_types(interactions: Interactions, events: IntArray) -> IntArray:
    return interactions.event_type[events].astype(np.int64)
