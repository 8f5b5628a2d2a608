"""SASRec and eSASRec with sampled softmax, by the library RecTools: sequence models that ours is
measured against.

SASRec (arXiv 1808.09781) with the loss that arXiv 2508.06450 gives it; eSASRec, of the same paper,
has LiGR layers (arXiv 2502.03417) and masked padding. The networks, the loss and the optimiser are
RecTools'; settings and stopping are the paper's.

Owns the fit. Knows no content, ids or times: histories are in order, and that is all.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
import torch

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.peers.encoder import HistoryEncoder
from service.ranker.peers.settings import Settings, published_for
from service.ranker.peers.stopping import hold_out_last, keep_best, recall

SEED = 0
MAX_THREADS = 4
"""Most threads of PyTorch while it trains and scores; fewer where fewer are set."""
NOISY = ("pytorch_lightning", "lightning", "lightning.pytorch", "rectools")
"""Loggers that tell of devices and hooks."""


class PeersUnavailable(RuntimeError):
    """The library RecTools is not installed, or without its networks."""

    def __init__(self) -> None:
        super().__init__(
            "SASRec and eSASRec need the library RecTools: pip install 'palate[peers]', and before "
            "Python 3.13 also pip install --no-deps rectools==0.19.0"
        )


class SasRec:
    """A Transformer over the newest events of a history; whoever is asked about need not have been
    trained on.

    An item that was not trained on scores below all others. After an empty history, or one of such
    items only, everything scores 0; so it does where no user has enough events to train on.
    """

    def __init__(self, *, gated: bool = False, settings: Settings | None = None) -> None:
        """`gated` is eSASRec. Without `settings` the log decides which of the published ones are
        used."""
        self._gated = gated
        self._settings = settings
        self._encoder: HistoryEncoder | None = None
        self._n_items = 0

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        """Train on all but everybody's last event, and keep the epoch that recalls these best.

        Raises PeersUnavailable.
        """
        library = _library()
        settings = self._settings or published_for(interactions)
        self._n_items = interactions.n_items
        train, targets = hold_out_last(interactions)
        if not len(train):
            self._encoder = None
            return self
        with _reproducible(), _quiet():
            self._encoder = _trained(library, settings, train, targets, gated=self._gated)
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        if self._encoder is None or not histories:
            return np.zeros((len(histories), self._n_items), dtype=np.float32)
        with _few_threads():
            return self._encoder.scores(histories)


def _trained(
    library: Any, settings: Settings, train: Interactions, targets: IntArray, *, gated: bool
) -> HistoryEncoder:
    """Train a network on events of whom the `targets` came next."""
    model = _model(library, settings, gated=gated)

    def encoder_of(network: Any) -> HistoryEncoder:
        # RecTools numbers the items it meets; what it is given as their names are our indices
        items = model.data_preparator.get_known_item_ids().astype(np.int64)
        return HistoryEncoder.of(network, items, train.n_items, settings.max_length)

    histories = [history for history in train.histories() if len(history)]
    model._trainer = library.Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=settings.max_epochs,
        callbacks=[
            keep_best(
                library.Callback,
                lambda network: recall(encoder_of(network).scores, histories, targets),
                settings.patience,
            )
        ],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    model.fit(_table(library, train))
    return encoder_of(model.lightning_model.torch_model.eval())


def _model(library: Any, settings: Settings, *, gated: bool) -> Any:
    """RecTools' model, not yet fitted."""
    own = {}
    if gated:
        own = {
            "transformer_layers_type": library.LiGRLayers,
            "transformer_layers_kwargs": {"ff_factors_multiplier": settings.feed_forward_multiple},
            "use_key_padding_mask": True,
        }
    return library.SASRecModel(
        n_blocks=settings.n_blocks,
        n_heads=settings.n_heads,
        n_factors=settings.n_factors,
        dropout_rate=settings.dropout,
        session_max_len=settings.max_length,
        loss="sampled_softmax",
        n_negatives=settings.n_negatives,
        lr=settings.learning_rate,
        batch_size=settings.batch_size,
        recommend_torch_device="cpu",
        **own,
    )


def _table(library: Any, train: Interactions) -> Any:
    """The events as RecTools reads them. Their times are their places in the table, which has each
    user's events in order."""
    columns = library.Columns
    return library.Dataset.construct(
        library.DataFrame(
            {
                columns.User: train.user,
                columns.Item: train.item,
                columns.Weight: np.ones(len(train)),
                columns.Datetime: np.arange(len(train)).astype("datetime64[s]"),
            }
        )
    )


def _library() -> Any:
    """What is used of RecTools and what it builds on, or PeersUnavailable."""
    try:
        with _quiet():
            from pandas import DataFrame
            from pytorch_lightning import Callback, Trainer
            from rectools import Columns
            from rectools.dataset import Dataset
            from rectools.models import SASRecModel
            from rectools.models.nn.transformers.ligr import LiGRLayers
    except ImportError:
        raise PeersUnavailable from None
    return SimpleNamespace(
        DataFrame=DataFrame,
        Callback=Callback,
        Trainer=Trainer,
        Columns=Columns,
        Dataset=Dataset,
        SASRecModel=SASRecModel,
        LiGRLayers=LiGRLayers,
    )


@contextmanager
def _reproducible() -> Iterator[None]:
    """The same random numbers in every training, and nobody else's changed."""
    with torch.random.fork_rng(devices=[]), _few_threads():
        torch.manual_seed(SEED)
        yield


@contextmanager
def _few_threads() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(min(n_threads, MAX_THREADS))
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' remarks: on devices, on hooks, on what will be removed from others."""
    loggers = [logging.getLogger(name) for name in NOISY]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
