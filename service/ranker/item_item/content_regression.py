"""Content regression: what content alone says of whom an item is for, and of how many will choose
it.

Two ridge regressions on the features of all items with events. One predicts an item's column of the
co-engagement weights, so that an item that nobody has met has one too; the other the logarithm of
its events. An item with events is predicted as if it had none, from all the others: leave-one-out
has a closed form for ridge regression (Allen 1974, the PRESS statistic), so every warm item is a
cold one to learn from, and a prediction means the same of warm and cold items. What
content does not tell better than the mean does, in this log, is not predicted at all. Scores are
linear in a history, so what is kept of the first regression is a row of K features per item of a
history.
Knows arrays by item; no people, ids or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy  # its parts are loaded when they are used
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray, extended
from service.ranker.item_item.views import Views

RIDGE = 10.0
"""As many items as the prior is worth; the features of an item have mean square 1 per view."""
TAG_FEATURES = 256
"""Principal directions of the tags that are read."""
SAMPLE_ROWS = 256
"""Items of histories on which it is measured whether content tells anything."""
OVERSAMPLED, POWER_ITERATIONS = 16, 4
"""Of the randomised singular value decomposition (Halko, Martinsson and Tropp 2011)."""
MOST_LEVERAGE = 0.9
"""An item whose own events tell almost all of its prediction is corrected no further."""


@dataclass(frozen=True, slots=True, eq=False)
class ContentRegression:
    """Of N items. The K features are those of each modality in order, of the tags, and a constant."""

    scales: FloatArray
    """(modalities + 1,) what each view is multiplied with, the tags last."""
    centre: FloatArray
    """(K - 1,) what is subtracted then: the mean of the items with events."""
    tag_components: FloatArray
    """(V, T) principal directions of the tags; (V, 0) where there are too few to tell any."""
    responses: FloatArray
    """(N, K) what an event on each item says of any item, by its features; zeros of items without
    events."""
    leverage: FloatArray
    """(N,) how much of an item's prediction is its own events; 0 of items without events."""
    event_weights: FloatArray
    """(K,) what features say of the logarithm of an item's events."""
    expected_events: FloatArray
    """(N,) log(1 + events) as content predicts it, less the mean of the items with events, without
    the item's own events."""

    @classmethod
    def none(cls, n_items: int, n_tags: int, n_modalities: int) -> ContentRegression:
        """Before training: it predicts nothing."""
        return cls(
            scales=np.zeros(n_modalities + 1, np.float32),
            centre=np.zeros(0, np.float32),
            tag_components=np.zeros((n_tags, 0), np.float32),
            responses=np.zeros((n_items, 0), np.float32),
            leverage=np.zeros(n_items, np.float32),
            event_weights=np.zeros(0, np.float32),
            expected_events=np.zeros(n_items, np.float32),
        )

    @classmethod
    def fit(cls, views: Views, weights: sparse.csr_matrix, counts: IntArray) -> ContentRegression:
        """From co-engagement weights (N, N), row = item in a history, and events per item (N,)."""
        n_items, n_tags = views.tags.shape
        warm = np.flatnonzero(counts)
        blank = cls.none(n_items, n_tags, len(views.vectors))
        if not len(warm):
            return blank
        components = _principal_directions(views.tags)
        scales = [_scale(rows[warm]) for rows in views.vectors.values()]
        scales.append(_scale(views.tags[warm] @ components))
        width = sum(rows.shape[1] for rows in views.vectors.values()) + components.shape[1]
        placed = replace(
            blank,
            scales=np.array(scales, np.float32),
            centre=np.zeros(width, np.float32),
            tag_components=components,
        )
        placed = replace(placed, centre=placed.features(views)[warm, :-1].mean(axis=0))
        features = placed.features(views)  # (N, K)
        known = features[warm]
        inverse = _regularised_inverse(known)  # (K, K)
        leverage = np.zeros(n_items, np.float32)
        leverage[warm] = _leverage(known[:, :-1], inverse[:-1, :-1])
        leverage = np.minimum(leverage, np.float32(MOST_LEVERAGE))
        events: FloatArray = np.log1p(counts).astype(np.float32)
        events -= events[warm].mean()
        event_weights: FloatArray = inverse @ (known.T @ events[warm])  # (K,)
        by_content: FloatArray = features @ event_weights
        expected = _left_out(by_content, events, leverage)
        if not _tells(expected[warm], events[warm]):
            event_weights, expected = np.zeros_like(event_weights), np.zeros_like(expected)
        responses: FloatArray = np.asarray(weights @ features, np.float32) @ inverse
        sample = warm[np.linspace(0, len(warm) - 1, min(len(warm), SAMPLE_ROWS)).astype(np.int64)]
        of_sample = np.asarray(weights[sample][:, warm].toarray(), np.float32)
        of_content: FloatArray = responses[sample] @ known.T
        if not _tells(_left_out(of_content, of_sample, leverage[warm]), of_sample):
            responses, leverage = np.zeros_like(responses), np.zeros_like(leverage)
        return replace(
            placed,
            responses=responses,
            leverage=leverage,
            event_weights=event_weights,
            expected_events=expected,
        )

    @property
    def is_fitted(self) -> bool:
        return len(self.event_weights) > 0

    def features(self, views: Views) -> FloatArray:
        """(n, K) of the n items of the views."""
        n_items = views.tags.shape[0]
        blocks = [
            rows * scale for rows, scale in zip(views.vectors.values(), self.scales, strict=False)
        ]
        tags = (views.tags @ self.tag_components) * self.scales[-1]
        centred = np.concatenate([*blocks, tags], axis=1) - self.centre
        return np.concatenate([centred, np.ones((n_items, 1), np.float32)], axis=1)

    def response(self, items: IntArray, weights: FloatArray) -> FloatArray:
        """(..., K) of histories that weigh these items (U,) so, (..., U)."""
        summed: FloatArray = weights @ self.responses[items]
        return summed

    def predicted(self, views: Views, response: FloatArray) -> FloatArray:
        """(N,) what a response (K,) says of every item of the views: `features @ response`, without
        the features."""
        constant = response[-1] - self.centre @ response[:-1]
        total = np.full(views.tags.shape[0], constant, np.float32)
        start = 0
        for rows, scale in zip(views.vectors.values(), self.scales, strict=False):
            total += rows @ (response[start : start + rows.shape[1]] * scale)
            start += rows.shape[1]
        # Some processors' kernels read past the end of short rows, and flag what they find there.
        with np.errstate(invalid="ignore"):
            of_tags = self.tag_components @ (response[start:-1] * self.scales[-1])
        total += views.tags @ of_tags
        return total

    def without_own(self, predicted: FloatArray, own: FloatArray, items: IntArray) -> FloatArray:
        """Predictions (..., n) of these items (n,) as if they had no events of their own: `own`
        (..., n) is what the weights that were learned from say of them."""
        return _left_out(predicted, own, self.leverage[items])

    def grown(self, n_items: int, n_tags: int) -> ContentRegression:
        """The same with room for at least so many items and tags, of which it knows nothing yet."""
        return replace(
            self,
            tag_components=extended(self.tag_components, n_tags),
            responses=extended(self.responses, n_items),
            leverage=extended(self.leverage, n_items),
            expected_events=extended(self.expected_events, n_items),
        )

    def put(self, items: IntArray, views: Views) -> None:
        """Predict the events of items that are new or changed; the views are of these items. In
        place."""
        if self.is_fitted and len(items):
            self.expected_events[items] = self.features(views) @ self.event_weights


def _tells(predicted: FloatArray, actual: FloatArray) -> bool:
    """Whether predictions that leave the item itself out are any better than the mean (PRESS R^2 > 0)
    of each row (..., n)."""
    usual = actual.mean(axis=-1, keepdims=True)
    return bool(np.square(actual - predicted).sum() < np.square(actual - usual).sum())


def _left_out(predicted: FloatArray, own: FloatArray, leverage: FloatArray) -> FloatArray:
    """What would have been predicted without the item itself: (y' - h y) / (1 - h)."""
    corrected = (predicted - leverage * own) / (1 - leverage)
    return np.asarray(corrected, dtype=np.float32)


def _regularised_inverse(features: FloatArray) -> FloatArray:
    """(X'X + RIDGE I)^-1 of features (n, K), the constant, which stands last, not shrunk."""
    gram = (features.T @ features).astype(np.float64)
    penalty = np.full(len(gram), RIDGE)
    penalty[-1] = 1e-3
    gram[np.diag_indices(len(gram))] += penalty
    inverse: FloatArray = scipy.linalg.inv(gram, overwrite_a=True).astype(np.float32)
    return inverse


def _leverage(features: FloatArray, inverse: FloatArray) -> FloatArray:
    """(n,) diagonal of X (X'X + RIDGE I)^-1 X', without what an item adds to the mean of all: to leave
    that out too would tell its own events by how far the mean moves."""
    leverage: FloatArray = np.einsum("nk,kl,nl->n", features, inverse, features, optimize=True)
    return leverage


def _scale(rows: FloatArray) -> float:
    """What gives rows (n, dim) mean square 1; 0 where they are empty."""
    square = float(np.einsum("nd,nd->", rows, rows)) / max(len(rows), 1)
    return square**-0.5 if square > 0 else 0.0


def _principal_directions(tags: sparse.csr_matrix) -> FloatArray:
    """(V, T) the right singular vectors of (N, V), the largest first, T at most TAG_FEATURES."""
    n = min(TAG_FEATURES, min(tags.shape) - 1)
    if n <= 0 or not tags.nnz:
        return np.zeros((tags.shape[1], 0), np.float32)
    width = min(n + OVERSAMPLED, min(tags.shape))
    guess = np.random.default_rng(0).standard_normal((tags.shape[1], width)).astype(np.float32)
    for _ in range(POWER_ITERATIONS):
        range_of_items = scipy.linalg.qr(tags @ guess, mode="economic")[0]
        guess = scipy.linalg.qr(tags.T @ range_of_items, mode="economic")[0]
    small = np.asarray(tags @ guess)  # (N, width)
    _, _, rotation = scipy.linalg.svd(small, full_matrices=False)
    components: FloatArray = (guess @ rotation[:n].T).astype(np.float32)
    return components
