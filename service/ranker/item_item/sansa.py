"""SANSA: EASE for catalogues whose dense matrix would not fit (Spisak et al., RecSys 2023,
doi 10.1145/3604915.3608827), by the authors' library `sansa`.

Owns the fit and scoring by its two sparse factors. Knows no content, ids or users: whoever is asked
about is only their history.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import RECENCY, ease_l2, history_matrix

WEIGHTS_PER_ITEM = 50
"""Entries that either factor keeps per item with events, on average: what memory and time grow
with."""
EXACT_MAX_ITEMS = 15_000
"""Items with events up to which the factorisation is exact before it is made sparse. Above it the
incomplete one needs memory for the kept entries only, as the authors advise."""
SCANS = 1
FINETUNE_STEPS = 5
"""Scans and finetuning steps of the approximate inverse: those of the library's documentation."""


class SansaUnavailable(RuntimeError):
    """The library `sansa` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "SANSA needs the library sansa: pip install 'palate[sansa]'; what it builds on is "
            "compiled then, which takes a C compiler and the headers of SuiteSparse "
            "(libsuitesparse-dev)"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Scores of histories x are x @ left @ right. Items without events have no entries."""

    left: sparse.csr_matrix
    """(n_items, W) float32, W items with events."""
    right: sparse.csr_matrix
    """(W, n_items) float32, the negative diagonal of the inverse divided out."""


def sparse_inverse(interactions: Interactions) -> Factors:
    """The sparse approximate inverse of X'X + l2 I as SANSA factors it, l2 that of EASE here.

    Raises SansaUnavailable.
    """
    sansa = _library()
    n_items, user_items = interactions.n_items, interactions.user_items()
    warm = np.flatnonzero(user_items.sum(axis=0).A1)
    if len(warm) < 2:  # one item alone has nobody to be told by
        return Factors(
            sparse.csr_matrix((n_items, 0), dtype=np.float32),
            sparse.csr_matrix((0, n_items), dtype=np.float32),
        )
    left, right = _weights(sansa, user_items[:, warm], ease_l2(interactions))  # (W, W) each
    # (W, n_items): a column for every item, empty where the item has no events
    place = sparse.csr_matrix(
        (np.ones(len(warm), dtype=np.float32), (np.arange(len(warm)), warm)),
        shape=(len(warm), n_items),
    )
    return Factors((place.T @ left).tocsr(), (right @ place).tocsr())


class Sansa:
    """Scores of a history by the two factors, with or without its order.

    What a history itself holds scores like anything else: like EASE's, its diagonal is meant to be
    zero, but here only about.
    """

    build = staticmethod(sparse_inverse)

    def __init__(self, *, decay: float = RECENCY) -> None:
        self._decay = decay
        self._factors = Factors(
            sparse.csr_matrix((0, 0), dtype=np.float32), sparse.csr_matrix((0, 0), dtype=np.float32)
        )

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        return self.use(self.build(interactions), interactions, vectors)

    def use(self, factors: Factors, interactions: Interactions, vectors: FloatArray | None) -> Self:
        """Take the factors that `build` gave earlier for the same log."""
        self._factors = factors
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        n_items = self._factors.left.shape[0]
        weighted = history_matrix(histories, n_items, decay=self._decay)  # (B, n_items)
        latent = weighted @ self._factors.left  # (B, W)
        scores: FloatArray = (latent @ self._factors.right).toarray().astype(np.float32, copy=False)
        return scores


def _weights(
    sansa: Any, user_items: sparse.csr_matrix, l2: float
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The library's two factors, (W, W) each."""
    for finetune_steps in (FINETUNE_STEPS, 0):
        model = sansa.SANSA(_config(sansa, user_items.shape[1], l2, finetune_steps))
        try:
            with _quietly():
                model.fit(user_items)
        except IndexError:
            # sansa 1.1 cannot finetune where the columns it picks are exact already, as they are in
            # a log of a few items
            continue
        if all(np.isfinite(factor.data).all() for factor in model.weights):
            break
    left, right = model.weights
    return left, right


def _config(sansa: Any, n_warm: int, l2: float, finetune_steps: int) -> Any:
    exact = n_warm <= EXACT_MAX_ITEMS
    return sansa.SANSAConfig(
        l2=l2,
        weight_matrix_density=min(1.0, WEIGHTS_PER_ITEM / n_warm),
        gramian_factorizer_config=(
            sansa.CHOLMODGramianFactorizerConfig() if exact else sansa.ICFGramianFactorizerConfig()
        ),
        lower_triangle_inverter_config=sansa.UMRUnitLowerTriangleInverterConfig(
            scans=SCANS, finetune_steps=finetune_steps
        ),
    )


def _library() -> Any:
    """The library, or SansaUnavailable. It gives the root logger a handler when it is imported,
    which is taken back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        import sansa
    except ImportError:
        raise SansaUnavailable from None
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return sansa


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the library's progress, and its advice on densities that are fixed here."""
    logger = logging.getLogger("sansa")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
