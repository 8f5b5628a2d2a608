"""Training an alignment: locked encoders, two linear heads, the symmetric contrastive loss of CLIP.

The encoders' vectors never change (locked towers, arXiv 2111.07991), so they are computed once and
a training takes seconds. It starts from the closed-form answer (canonical correlations), which a
few thousand pairs do not reach by gradient steps alone. Owns fitting and early stopping; knows
nothing of items, files and stores.

    N  pairs     B  pairs of a step     V  parts of a text
    T, M  widths of text and media vectors     D  width of the shared space
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from encoders.alignment.heads import Heads, centred
from encoders.alignment.pairs import Pairs, reciprocal_rank, split_groups
from encoders.arrays import FloatArray

if TYPE_CHECKING:
    import torch

StepProgress = Callable[[int, int], None]
"""Called with the epochs done and the most there will be."""

MAX_SCALE = 100.0
"""Of the logits, as in CLIP: a colder softmax is unstable."""
TEXT_SCALE = 10.0
"""Of the cosines of texts that media are to be as alike as."""


@dataclass(frozen=True, slots=True)
class AlignConfig:
    """Hyper-parameters."""

    dim: int = 256
    """Width of the shared space; less where the encoders' vectors are narrower."""
    shrinkage: float = 0.2
    """Of the covariances that the start is computed from, in mean variances."""
    text_dropout: float = 0.3
    """Share of a text vector's numbers that are hidden in a step."""
    media_dropout: float = 0.5
    """The same of the vector of a picture or a sound."""
    likeness: float = 0.15
    """Weight of the second loss: media should be as alike as their texts are. It is what makes them
    better neighbours of one another; the first loss alone only separates every item from every other."""
    learning_rate: float = 0.1
    """In standard deviations of the starting weights."""
    batch: int = 512
    """Each pair is contrasted with all others of its batch."""
    epochs: int = 15
    patience: int = 6
    """Epochs without a better mean reciprocal rank of the validation pairs before training stops."""
    query_shrinkage: float = 0.3
    """Of the ridge regression that fits the map of queries, in mean variances."""
    validation: float = 0.05
    """Share of the training groups that early stopping looks at."""


def fit_heads(
    pairs: Pairs,
    config: AlignConfig,
    *,
    seed: int,
    progress: StepProgress = lambda done, total: None,
) -> Heads:
    """Heads that put each text nearest to its own picture or sound, and the other way round. The same
    seed gives the same."""
    import torch

    kept, watched = split_groups(pairs.group, config.validation, seed)
    train, validation = pairs.rows(kept), pairs.rows(watched)
    best = _correlated(train, config)
    best_rank, best_epoch = _ranked(best, validation), 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        step = _Step(best, train, config)
        n_steps = max(1, round(len(train) / config.batch))
        for epoch in range(1, config.epochs + 1):
            for places in torch.randperm(len(train)).tensor_split(n_steps):
                step(places)
            now = step.heads()
            rank = _ranked(now, validation)
            if rank > best_rank:
                best, best_rank, best_epoch = now, rank, epoch
            progress(epoch, config.epochs)
            if epoch - best_epoch >= config.patience:
                break
    return _with_queries(best, pairs, config.query_shrinkage)


def _ranked(heads: Heads, pairs: Pairs) -> float:
    texts, media = heads.texts(pairs.text), heads.media(pairs.media)
    return reciprocal_rank(texts, media) + reciprocal_rank(media, texts)


def _correlated(pairs: Pairs, config: AlignConfig) -> Heads:
    """Regularised canonical correlations, each weighted by its square (Gong et al., arXiv
    1212.4522, weight by a power too): the directions on which text and medium agree most, the
    closed-form start."""
    from scipy.linalg import cholesky, solve_triangular, svd

    n_parts, n, width = pairs.text.shape
    text_mean = np.stack(
        [part[part.any(axis=1)].mean(axis=0) if part.any() else part[0] for part in pairs.text]
    )
    medium_mean = pairs.media.mean(axis=0)
    text = centred(pairs.text, text_mean).transpose(1, 0, 2).reshape(n, -1)  # (N, V * T)
    media = pairs.media - medium_mean  # (N, M)
    whiten_text = cholesky(_covariance(text, config.shrinkage), lower=True)
    whiten_media = cholesky(_covariance(media, config.shrinkage), lower=True)
    covariance = media.T.astype(np.float64) @ text / n  # (M, V * T)
    agreement = solve_triangular(whiten_media, covariance, lower=True)  # (M, V * T)
    agreement = solve_triangular(whiten_text, agreement.T, lower=True).T
    left, strength, right = svd(agreement, full_matrices=False, overwrite_a=True)
    dim = min(config.dim, len(strength))
    weight = strength[:dim] ** 2
    to_medium = (
        solve_triangular(whiten_media, left[:, :dim], lower=True, trans="T") * weight
    )  # (M, D)
    to_text = (
        solve_triangular(whiten_text, right[:dim].T, lower=True, trans="T") * weight
    )  # (V * T, D)
    return Heads(
        text_mean.astype(np.float32),
        _scaled(text, to_text).reshape(n_parts, width, dim),
        medium_mean.astype(np.float32),
        _scaled(media, to_medium),
        np.zeros(width, np.float32),
        np.zeros((width, dim), np.float32),
    )


def _with_queries(heads: Heads, pairs: Pairs, shrinkage: float) -> Heads:
    """The heads with a map for queries: ridge regression from any text that describes an item, its
    name, its whole text or a part of it, to where the item is in the shared space."""
    where = heads.texts(pairs.text) + heads.media(pairs.media)  # (N, D)
    described = np.concatenate([pairs.text, pairs.title[np.newaxis]])  # (V + 1, N, T)
    way, row = np.nonzero(described.any(axis=2))
    texts, targets = described[way, row], where[row]
    mean = texts.mean(axis=0)
    texts = texts - mean
    targets = targets - targets.mean(axis=0)
    agreement = texts.T.astype(np.float64) @ targets / len(texts)  # (T, D)
    query = np.linalg.solve(_covariance(texts, shrinkage), agreement)
    return replace(heads, query_mean=mean, query=query.astype(np.float32))


def _covariance(rows: FloatArray, shrinkage: float) -> NDArray[np.float64]:
    """Of centred rows (N, X), with `shrinkage` mean variances added to the diagonal."""
    covariance = rows.T.astype(np.float64) @ rows / len(rows)
    mean_variance = np.trace(covariance) / len(covariance) + 1e-12
    regular: NDArray[np.float64] = covariance + shrinkage * mean_variance * np.eye(len(covariance))
    return regular


def _scaled(rows: FloatArray, weight: NDArray[np.float64]) -> FloatArray:
    """Weights that give rows of mean length 1: what is added to them by gradient steps then has one
    unit."""
    length = np.linalg.norm(rows @ weight, axis=1).mean()
    scaled: FloatArray = (weight / max(float(length), 1e-12)).astype(np.float32)
    return scaled


class _Step:
    """One gradient step after another, from the starting heads."""

    def __init__(self, start: Heads, pairs: Pairs, config: AlignConfig) -> None:
        import torch
        from open_clip.loss import ClipLoss

        self._config = config
        self._start = start
        self._texts = torch.from_numpy(centred(pairs.text, start.text_mean))  # (V, N, T)
        self._media = torch.from_numpy(pairs.media - start.medium_mean)  # (N, M)
        self._to_text = torch.from_numpy(start.text.copy()).requires_grad_()  # (V, T, D)
        self._to_medium = torch.from_numpy(start.medium.copy()).requires_grad_()  # (M, D)
        self._log_scale = torch.tensor(10.0).log().requires_grad_()
        """Logarithm of 1 / temperature, learned as in CLIP (arXiv 2103.00020)."""
        self._contrast = ClipLoss()
        self._optimizer = torch.optim.Adam(
            [
                {"params": [self._to_text], "lr": config.learning_rate * float(start.text.std())},
                {
                    "params": [self._to_medium],
                    "lr": config.learning_rate * float(start.medium.std()),
                },
                {"params": [self._log_scale], "lr": 0.01},
            ]
        )

    def __call__(self, places: torch.Tensor) -> None:
        """Learn from the pairs at these places, (B,)."""
        import torch
        from torch.nn import functional as F

        config = self._config
        known = self._texts[:, places]  # (V, B, T)
        parts = F.dropout(known, config.text_dropout)
        text = F.normalize(torch.einsum("vbt,vtd->bd", parts, self._to_text), dim=1)  # (B, D)
        seen = F.dropout(self._media[places], config.media_dropout)  # (B, M)
        media = F.normalize(seen @ self._to_medium, dim=1)  # (B, D)
        scale = self._log_scale.exp().clamp(max=MAX_SCALE)
        contrast = self._contrast(media, text, scale)
        loss = contrast + config.likeness * likeness_loss(media, known, scale)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()

    def heads(self) -> Heads:
        """As they are now."""
        return replace(
            self._start,
            text=self._to_text.detach().numpy().copy(),
            medium=self._to_medium.detach().numpy().copy(),
        )


def likeness_loss(media: torch.Tensor, text: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """How far the likeness of media to one another is from that of their texts.

    Per medium, the cross entropy between softmax(TEXT_SCALE * cosines of texts) and softmax(scale
    * cosines of media) over the other pairs of the batch. `media` (B, D) has unit rows, `text`
    (V, B, T) is as the encoder gave it, centred.
    """
    import torch
    from torch.nn import functional as F

    itself = torch.eye(len(media), dtype=torch.bool)
    whole = F.normalize(text.transpose(0, 1).flatten(1), dim=1)  # (B, V * T)
    wanted = (TEXT_SCALE * whole @ whole.T).masked_fill(itself, -1e4).softmax(dim=1)  # (B, B)
    return F.cross_entropy((scale * media @ media.T).masked_fill(itself, -1e4), wanted)
