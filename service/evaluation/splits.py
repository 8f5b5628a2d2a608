"""Protocols: what a system may learn from, what it sees of a user, and what it should have found.

Every function takes the whole table and gives a `Split`. Nothing here knows models, metrics or the
service; a split is data, so the same cases go to every system. To choose on validation, split
`split.train` again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.data.interactions import Interactions

HISTORY_BUCKETS: tuple[tuple[int, str], ...] = ((0, "0"), (4, "1-4"), (19, "5-19"), (99, "20-99"))
"""(longest history, name); whatever is longer is LONGEST_BUCKET."""
LONGEST_BUCKET = "100+"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question to a system: this user, having done this, what next?"""

    user: int
    history: IntArray
    """Items the system may see, oldest first; they are also what must not come back."""
    history_times: NDArray[np.float64]
    history_types: NDArray[np.int16]
    history_values: NDArray[np.float32]
    relevant: IntArray
    """Items that count as hits, distinct, none of them in the history."""
    timestamp: float
    """When the question is asked: after the history, at the first event that was held out."""
    slices: Mapping[str, IntArray]
    """Label of each slice the case belongs to -> the relevant items that count in that slice."""
    domain: str | None = None
    """Rank only items of this domain; None is the whole catalogue."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What to train on and what to ask."""

    name: str
    train: Interactions
    cases: Sequence[Case]
    cold: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Items that were made cold on purpose; empty unless the protocol does that."""


def leave_one_out(interactions: Interactions, *, domains: Sequence[str] | None = None) -> Split:
    """Each user's last event is the target, everything before it is both training and history."""
    last = (interactions.positions_from_end() == 0) & (interactions.positions() > 0)
    return _split("leave-one-out", interactions, ~last, last, domains=domains)


def cold_items(
    interactions: Interactions,
    *,
    share: float = 0.15,
    seed: int = 0,
    every_cold_event: bool = True,
    domains: Sequence[str] | None = None,
) -> Split:
    """Leave-one-out in which a random share of the catalogue loses every training event.

    One list answers both questions: the warm slice asks for the last event, the cold slice for any
    cold item the user ever met, which is many hits instead of a rare one (`every_cold_event=False`
    asks for the last event only). Cold items vanish from the histories: nobody has met them yet, so
    nobody has them removed as seen.
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"share must lie between 0 and 1, both excluded, found {share}")
    chosen = np.random.default_rng(seed).permutation(interactions.n_items)[
        : round(share * interactions.n_items)
    ]
    cold = np.sort(chosen).astype(np.int64)
    is_cold = np.isin(interactions.item, cold)
    is_last = interactions.positions_from_end() == 0
    train = ~is_last & ~is_cold
    has_past = (
        np.bincount(interactions.user[train], minlength=interactions.n_users)[interactions.user] > 0
    )
    target = (is_last | is_cold if every_cold_event else is_last) & has_past
    asked_at = np.zeros(interactions.n_users)
    asked_at[interactions.user[is_last]] = interactions.timestamp[is_last]
    return _split(
        "cold-items", interactions, train, target, domains=domains, cold=cold, asked_at=asked_at
    )


def global_time(
    interactions: Interactions,
    *,
    share: float = 0.1,
    at: float | None = None,
    domains: Sequence[str] | None = None,
) -> Split:
    """One instant divides past from future: train on what came before, hit whatever each user met
    at or after it.

    `share` of the events lie after the instant unless `at` names it. Users without a past are cold
    users.
    """
    instant = (
        float(np.quantile(interactions.timestamp, 1.0 - share, method="higher"))
        if at is None
        else at
    )
    past = interactions.timestamp < instant
    return _split(
        "global-time",
        interactions,
        past,
        ~past,
        domains=domains,
        asked_at=np.full(interactions.n_users, instant),
    )


def cold_users(
    interactions: Interactions,
    *,
    n_events: int,
    longer_than: int | None = None,
    share: float = 0.2,
    seed: int = 0,
    domains: Sequence[str] | None = None,
) -> Split:
    """A share of the users is unknown to training; of each only the first events are seen, any
    later item is a hit.

    They are drawn from those with more events than are seen, or `longer_than`: with that, the same
    users are drawn however few of their events are seen.
    """
    lengths = np.diff(interactions.by_user())
    eligible = np.flatnonzero(lengths > (n_events if longer_than is None else longer_than))
    chosen = np.random.default_rng(seed).permutation(eligible)[
        : max(1, round(share * len(eligible)))
    ]
    held = np.isin(interactions.user, chosen)
    visible = held & (interactions.positions() < n_events)
    return _split(
        "cold-users", interactions, ~held, held & ~visible, visible=visible, domains=domains
    )


def cross_domain(
    interactions: Interactions,
    *,
    domains: Sequence[str],
    source: str,
    target: str,
    min_source: int = 3,
    share: float = 0.5,
    seed: int = 0,
) -> Split:
    """A share of the users active in both domains loses every target event; any of those is a hit
    within the target."""
    names = np.asarray(domains)
    in_source, in_target = names[interactions.item] == source, names[interactions.item] == target
    count_source = np.bincount(interactions.user[in_source], minlength=interactions.n_users)
    count_target = np.bincount(interactions.user[in_target], minlength=interactions.n_users)
    eligible = np.flatnonzero((count_source >= min_source) & (count_target > 0))
    chosen = np.random.default_rng(seed).permutation(eligible)[: round(share * len(eligible))]
    held = np.isin(interactions.user, chosen) & in_target
    visible = ~held & in_source
    return _split(
        "cross-domain", interactions, ~held, held, visible=visible, domains=domains, within=target
    )


def history_bucket(length: int) -> str:
    """Name of the history-length slice.

    >>> [history_bucket(n) for n in (0, 1, 4, 5, 19, 20, 99, 100)]
    ['0', '1-4', '1-4', '5-19', '5-19', '20-99', '20-99', '100+']
    """
    return next((name for longest, name in HISTORY_BUCKETS if length <= longest), LONGEST_BUCKET)


def _split(
    name: str,
    interactions: Interactions,
    train: BoolArray,
    target: BoolArray,
    *,
    visible: BoolArray | None = None,
    domains: Sequence[str] | None = None,
    cold: IntArray | None = None,
    within: str | None = None,
    asked_at: NDArray[np.float64] | None = None,
) -> Split:
    """Turn three marks on the table (trained on, asked for, seen at serving time) into a split."""
    learned = interactions.select(train)
    asked = interactions.select(target)
    seen = learned if visible is None else interactions.select(visible)
    is_trained_item = learned.item_counts() > 0
    is_trained_user = np.diff(learned.by_user()) > 0
    seen_at, asked_for = seen.by_user(), asked.by_user()
    cases = []
    for user in np.flatnonzero(np.diff(asked_for)).tolist():
        rows = slice(int(seen_at[user]), int(seen_at[user + 1]))
        wanted = slice(int(asked_for[user]), int(asked_for[user + 1]))
        relevant = np.setdiff1d(asked.item[wanted], seen.item[rows])
        if not len(relevant):
            continue
        cases.append(
            Case(
                user=user,
                history=seen.item[rows],
                history_times=seen.timestamp[rows],
                history_types=seen.event_type[rows],
                history_values=seen.value[rows],
                relevant=relevant,
                timestamp=float(asked.timestamp[wanted].min())
                if asked_at is None
                else float(asked_at[user]),
                slices=_slices(
                    relevant,
                    rows.stop - rows.start,
                    is_trained_item,
                    bool(is_trained_user[user]),
                    domains,
                ),
                domain=within,
            )
        )
    return Split(name, learned, tuple(cases), np.zeros(0, dtype=np.int64) if cold is None else cold)


def _slices(
    relevant: IntArray,
    length: int,
    is_trained_item: BoolArray,
    is_trained_user: bool,
    domains: Sequence[str] | None,
) -> dict[str, IntArray]:
    """Which slices a case belongs to, and which of its hits count there."""
    slices = {"all": relevant, "warm": relevant[is_trained_item[relevant]]}
    slices["cold_item"] = relevant[~is_trained_item[relevant]]
    if not is_trained_user:
        slices["cold_user"] = relevant
    slices[f"history {history_bucket(length)}"] = relevant
    if domains is not None:
        names = np.asarray([domains[item] for item in relevant.tolist()])
        slices |= {f"domain {name}": relevant[names == name] for name in np.unique(names).tolist()}
    return {label: items for label, items in slices.items() if len(items)}
