"""The plain recommenders every claim is measured against. Each is fitted on a log and scores
histories; none is tuned.

They rank the whole catalogue and remove nothing: what was seen is removed by who asks, the same way
for everyone. Knows no ids, files, metrics or service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.als import Als, AlsUnavailable
from service.ranker.item_item.co_engagement import (
    RECENCY,
    CatalogTooLarge,
    co_probability,
    ease,
    history_matrix,
    item_knn,
    score,
)
from service.ranker.item_item.content_neighbours import backoff_matrix, with_backoff
from service.ranker.item_item.sansa import Sansa, SansaUnavailable
from service.ranker.item_item.transition_graph import TransitionGraph
from service.ranker.peers.sasrec import PeersUnavailable, SasRec

DAY_S = 86_400.0
NO_ORDER = 1.0
"""The decay that forgets the order of a history."""


class ContentMissing(ValueError):
    """A baseline was fitted without the content vectors that it needs."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs content vectors, one row per item, and was given none")


UNAVAILABLE = (
    CatalogTooLarge,
    AlsUnavailable,
    SansaUnavailable,
    PeersUnavailable,
    ContentMissing,
)
"""Why a baseline cannot be fitted, though its name is known."""


class Baseline(Protocol):
    """What can be fitted on a log and asked for scores."""

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        """Learn from the log; `vectors`, (n_items, dim), are content vectors, with zeros where an
        item has none."""

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        """Scores of every item for every history (oldest first), (B, n_items); higher is better."""


class Popularity:
    """Events per item, the same for everyone."""

    def __init__(self) -> None:
        self._counts: FloatArray = np.zeros(0, dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        self._counts = interactions.item_counts().astype(np.float32)
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return np.tile(self._counts, (len(histories), 1))


class RecentPopularity:
    """Events per item in the last days of the log; overall popularity only orders what the window
    leaves equal.

    Where the timestamps are mere positions, the window is the newest share of every user's events.
    """

    def __init__(self, days: float = 7.0, *, share: float = 0.1) -> None:
        self._days = days
        self._share = share
        self._scores: FloatArray = np.zeros(0, dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        overall = interactions.item_counts()
        recent = interactions.select(self._window(interactions)).item_counts()
        self._scores = (recent + overall / (overall.sum() + 1.0)).astype(np.float32)
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return np.tile(self._scores, (len(histories), 1))

    def _window(self, interactions: Interactions) -> BoolArray:
        if not len(interactions):
            return np.zeros(0, dtype=np.bool_)
        newest = interactions.timestamp.max()
        if newest - interactions.timestamp.min() >= DAY_S:
            return np.asarray(interactions.timestamp > newest - self._days * DAY_S)
        lengths = np.diff(interactions.by_user())[interactions.user]
        return np.asarray(interactions.positions_from_end() < np.maximum(1, self._share * lengths))


class ContentKnn:
    """Cosine between an item's content and what the user met last, newest weighing most."""

    def __init__(self, *, last: int = 10, decay: float = RECENCY) -> None:
        self._last = last
        self._decay = decay
        self._vectors: FloatArray = np.zeros((0, 0), dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        self._vectors = _need(vectors, "content-kNN")
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        recent = history_matrix(
            [h[-self._last :] for h in histories], len(self._vectors), decay=self._decay
        )
        scores: FloatArray = (
            recent @ self._vectors
        ) @ self._vectors.T  # the length of a query changes no order
        return scores


class ItemItem:
    """Item-item weights learned from the log, with or without the order of the history."""

    def __init__(
        self, build: Callable[[Interactions], sparse.csr_matrix], *, decay: float = RECENCY
    ) -> None:
        self.build = build
        self._decay = decay
        self._weights = sparse.csr_matrix((0, 0), dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        return self.use(self.build(interactions), interactions, vectors)

    def use(
        self, weights: sparse.csr_matrix, interactions: Interactions, vectors: FloatArray | None
    ) -> Self:
        """Take weights that `build` gave earlier for the same log."""
        self._weights = weights
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return score(self._weights, histories, decay=self._decay)


class BackOffItemItem(ItemItem):
    """Item-item weights with content-neighbour back-off: an item without events scores like the
    items nearest in content, times a scale.

    The scale trades warm for cold: at 1 a cold item competes as its neighbours' average, rarely
    enough to be seen.
    """

    def __init__(
        self,
        build: Callable[[Interactions], sparse.csr_matrix],
        *,
        decay: float = RECENCY,
        neighbours: int = 50,
        scale: float = 2.0,
    ) -> None:
        super().__init__(build, decay=decay)
        self._neighbours = neighbours
        self._scale = scale
        self._backoff = sparse.csr_matrix((0, 0), dtype=np.float32)

    def use(
        self, weights: sparse.csr_matrix, interactions: Interactions, vectors: FloatArray | None
    ) -> Self:
        warm = interactions.item_counts() > 0
        content = _need(vectors, "content-neighbour back-off")
        self._backoff = backoff_matrix(
            content, warm, neighbours=self._neighbours, scale=self._scale
        )
        return super().use(weights, interactions, vectors)

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return with_backoff(super().scores(histories), self._backoff)


BASELINES: Mapping[str, Callable[[], Baseline]] = {
    "popularity": Popularity,
    "recent-popularity-7d": lambda: RecentPopularity(7.0),
    "recent-popularity-30d": lambda: RecentPopularity(30.0),
    "content-knn": ContentKnn,
    "co-occurrence": lambda: ItemItem(co_probability, decay=NO_ORDER),
    "co-occurrence-recency": lambda: ItemItem(co_probability),
    "item-knn": lambda: ItemItem(item_knn, decay=NO_ORDER),
    "item-knn-recency": lambda: ItemItem(item_knn),
    "transition-graph": TransitionGraph,
    "als": lambda: Als(decay=NO_ORDER),
    "als-recency": Als,
    "ease": lambda: ItemItem(ease, decay=NO_ORDER),
    "ease-recency": lambda: ItemItem(ease),
    "ease-recency-borrowed": lambda: BackOffItemItem(ease),
    "ease-recency-borrowed-4": lambda: BackOffItemItem(ease, scale=4.0),
    "ease-recency-borrowed-8": lambda: BackOffItemItem(ease, scale=8.0),
    "sansa": lambda: Sansa(decay=NO_ORDER),
    "sansa-recency": Sansa,
    "sasrec": SasRec,
    "esasrec": lambda: SasRec(gated=True),
}
"""Name -> factory."""
FRONTIER = ("ease-recency-borrowed-4", "ease-recency-borrowed-8")
"""Further points of one trade between warm and cold: fitted where they are asked for, not by
default."""
PEERS = ("sansa", "sansa-recency", "sasrec", "esasrec")
"""Other people's models, each with a library of its own that is compiled or heavy, and minutes to
hours of fitting: never fitted but where they are asked for by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Baselines that can be asked, and those that cannot."""

    baselines: Mapping[str, Baseline]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Name -> why."""


def fit_baselines(
    interactions: Interactions,
    vectors: FloatArray | None = None,
    *,
    names: Iterable[str] | None = None,
    frontier: bool = False,
) -> Fitted:
    """Fit several at once, what more than one needs only once.

    By default all but the PEERS (those of the FRONTIER only if it is wanted), less what cannot be
    fitted here. Baselines asked for by name are fitted, or raise one of UNAVAILABLE; ValueError
    where there is none of that name.
    """
    only_by_name = PEERS if frontier else (*PEERS, *FRONTIER)
    by_default = [name for name in BASELINES if name not in only_by_name]
    built: dict[Callable[[Interactions], Any], Any] = {}
    fitted: dict[str, Baseline] = {}
    left_out: dict[str, str] = {}
    for name in by_default if names is None else names:
        try:
            fitted[name] = _fit(name, interactions, vectors, built)
        except UNAVAILABLE as error:
            if names is not None:
                raise
            left_out[name] = str(error)
    return Fitted(fitted, left_out)


def _fit(
    name: str,
    interactions: Interactions,
    vectors: FloatArray | None,
    built: dict[Callable[[Interactions], Any], Any],
) -> Baseline:
    """One baseline; what it learns from the log alone is kept in `built`, by the function that
    learns it."""
    if name not in BASELINES:
        raise ValueError(f"there is no baseline {name!r}; choose from {', '.join(BASELINES)}")
    baseline = BASELINES[name]()
    if not isinstance(baseline, (ItemItem, Als, Sansa)):
        return baseline.fit(interactions, vectors)
    if baseline.build not in built:
        built[baseline.build] = baseline.build(interactions)
    return baseline.use(built[baseline.build], interactions, vectors)


def _need(vectors: FloatArray | None, what: str) -> FloatArray:
    if vectors is None:
        raise ContentMissing(what)
    return vectors
