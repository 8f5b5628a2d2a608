"""The plain recommenders every claim is measured against. Each is fitted on a log and scores histories; none is tuned.

They rank the whole catalogue and remove nothing: what was seen is removed by who asks, the same way for everyone.
Knows no ids, files, metrics or service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from service.ranker.borrow import borrow_matrix, lend
from service.ranker.coengagement import RECENCY, co_probability, ease, history_matrix, item_knn, score
from service.ranker.interactions import BoolArray, IntArray, Interactions

FloatArray = NDArray[np.float32]
DAY_S = 86_400.0
NO_ORDER = 1.0
"""The decay that forgets the order of a history."""


class Baseline(Protocol):
    """What can be fitted on a log and asked for scores."""

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        """Learn from the log; `vectors`, (n_items, dim), are content vectors, with zeros where an item has none."""

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
    """Events per item in the last days of the log; overall popularity only orders what the window leaves equal.

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
        self._vectors = _need(vectors, "content-knn")
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        recent = history_matrix([h[-self._last :] for h in histories], len(self._vectors), decay=self._decay)
        scores: FloatArray = (recent @ self._vectors) @ self._vectors.T  # the length of a query changes no order
        return scores


class ItemItem:
    """Item-item weights learned from the log, with or without the order of the history."""

    def __init__(self, build: Callable[[Interactions], sparse.csr_matrix], *, decay: float = RECENCY) -> None:
        self.build = build
        self._decay = decay
        self._weights = sparse.csr_matrix((0, 0), dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        return self.use(self.build(interactions), interactions, vectors)

    def use(self, weights: sparse.csr_matrix, interactions: Interactions, vectors: FloatArray | None) -> Self:
        """Take weights that `build` gave earlier for the same log."""
        self._weights = weights
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return score(self._weights, histories, decay=self._decay)


class BorrowedItemItem(ItemItem):
    """Item-item weights in which an item without events scores like the items nearest in content, times a scale.

    The scale trades warm for cold: at 1 a cold item competes as its neighbours' average, rarely enough to be seen.
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
        self._borrow = sparse.csr_matrix((0, 0), dtype=np.float32)

    def use(self, weights: sparse.csr_matrix, interactions: Interactions, vectors: FloatArray | None) -> Self:
        warm = interactions.item_counts() > 0
        content = _need(vectors, "ease-recency-borrowed")
        self._borrow = borrow_matrix(content, warm, neighbours=self._neighbours, scale=self._scale)
        return super().use(weights, interactions, vectors)

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        return lend(super().scores(histories), self._borrow)


BASELINES: Mapping[str, Callable[[], Baseline]] = {
    "popularity": Popularity,
    "recent-popularity-7d": lambda: RecentPopularity(7.0),
    "recent-popularity-30d": lambda: RecentPopularity(30.0),
    "content-knn": ContentKnn,
    "co-occurrence": lambda: ItemItem(co_probability, decay=NO_ORDER),
    "co-occurrence-recency": lambda: ItemItem(co_probability),
    "item-knn": lambda: ItemItem(item_knn, decay=NO_ORDER),
    "item-knn-recency": lambda: ItemItem(item_knn),
    "ease": lambda: ItemItem(ease, decay=NO_ORDER),
    "ease-recency": lambda: ItemItem(ease),
    "ease-recency-borrowed": lambda: BorrowedItemItem(ease),
}
"""Name -> factory. Those that need content vectors are in NEED_CONTENT."""
NEED_CONTENT = frozenset({"content-knn", "ease-recency-borrowed"})


def fit_baselines(
    interactions: Interactions, vectors: FloatArray | None = None, *, names: Iterable[str] | None = None
) -> dict[str, Baseline]:
    """Fit several at once, weights that more than one needs only once. All by default, less what lacks its content."""
    chosen = [name for name in BASELINES if vectors is not None or name not in NEED_CONTENT] if names is None else names
    built: dict[Callable[[Interactions], sparse.csr_matrix], sparse.csr_matrix] = {}
    fitted: dict[str, Baseline] = {}
    for name in chosen:
        if name not in BASELINES:
            raise ValueError(f"there is no baseline {name!r}; choose from {', '.join(BASELINES)}")
        baseline = BASELINES[name]()
        if isinstance(baseline, ItemItem):
            if baseline.build not in built:
                built[baseline.build] = baseline.build(interactions)
            fitted[name] = baseline.use(built[baseline.build], interactions, vectors)
        else:
            fitted[name] = baseline.fit(interactions, vectors)
    return fitted


def _need(vectors: FloatArray | None, name: str) -> FloatArray:
    if vectors is None:
        raise ValueError(f"baseline {name!r} needs content vectors, one row per item, and was given none")
    return vectors
