"""Matrix factorisation of the log: implicit ALS (Hu, Koren and Volinsky, ICDM 2008), by the library
`implicit`.

Owns the fit and folding histories in. Knows no content, ids or users: whoever is asked about is
only their history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.ranker.data.arrays import IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import RECENCY, history_matrix

FACTORS = 64
SEED = 0


class AlsUnavailable(RuntimeError):
    """The library `implicit` is not installed."""

    def __init__(self) -> None:
        super().__init__("ALS needs the library implicit: pip install 'palate[baselines]'")


def factorise(interactions: Interactions) -> Any:
    """implicit's model of the log, with its usual regularisation (0.01) and alpha (1). Raises
    AlsUnavailable."""
    try:
        from implicit.cpu.als import AlternatingLeastSquares
    except ImportError:
        raise AlsUnavailable from None
    with _blas_on_one_core():
        model = AlternatingLeastSquares(factors=FACTORS, random_state=SEED)
        model.fit(interactions.user_items(), show_progress=False)
    return model


class Als:
    """Scores by the factors a user with exactly this history would have had; the weight of an event
    is its confidence.

    An item without events has no factors and scores 0.
    """

    build = staticmethod(factorise)

    def __init__(self, *, decay: float = RECENCY) -> None:
        self._decay = decay
        self._model: Any = None

    def fit(self, interactions: Interactions, vectors: NDArray[np.float32] | None = None) -> Self:
        return self.use(self.build(interactions), interactions, vectors)

    def use(
        self, model: Any, interactions: Interactions, vectors: NDArray[np.float32] | None
    ) -> Self:
        """Take the model that `build` gave earlier for the same log."""
        self._model = model
        return self

    def scores(self, histories: Sequence[IntArray]) -> NDArray[np.float32]:
        items = self._model.item_factors  # (n_items, D)
        confidences = history_matrix(histories, len(items), decay=self._decay)  # (B, n_items)
        with _blas_on_one_core():
            people = self._model.recalculate_user(np.arange(len(histories)), confidences)  # (B, D)
        scores: NDArray[np.float32] = people @ items.T
        return scores


def _blas_on_one_core() -> threadpool_limits:
    """implicit shares users out over the cores itself, and warns where BLAS would do so once more
    within each."""
    return threadpool_limits(1, user_api="blas")
