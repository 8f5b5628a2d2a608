"""Scores of any history by a fitted RecTools network: no user is looked up, only items are.

Owns the order of tokens and what is done with items it was not trained on. Knows no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from service.ranker.data.arrays import FloatArray, IntArray

PAD = 0
"""RecTools' token of no item; its items follow from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class HistoryEncoder:
    """A network, and how it calls our items. B histories, L tokens each, T tokens known to it."""

    network: Any
    """RecTools' TransformerTorchBackbone, in evaluation mode."""
    token_of: IntArray
    """(n_items,): the network's token of each item, PAD where it was not trained on."""
    max_length: int
    """Newest events that are read."""

    @classmethod
    def of(cls, network: Any, trained_items: IntArray, n_items: int, max_length: int) -> Self:
        """`trained_items`, (T - 1,), are our indices of the network's tokens 1, 2, ..."""
        token_of = np.full(n_items, PAD, dtype=np.int64)
        token_of[trained_items] = 1 + np.arange(len(trained_items))
        return cls(network, token_of, max_length)

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        """Item embeddings times the state after the newest event, (B, n_items) float32.

        An item that was not trained on is one below the lowest of its row; a row is 0 where the
        history holds no item that was trained on.
        """
        tokens = self.tokens(histories)
        with torch.no_grad():
            embeddings = self.network.item_model.get_all_embeddings()  # (T, D)
            batch = {"x": torch.from_numpy(tokens)}
            states = self.network.encode_sessions(batch, embeddings)[:, -1]  # (B, D)
            products = self.network.similarity_module(states, embeddings).numpy()  # (B, T)
        scores: FloatArray = products[:, self.token_of]  # (B, n_items)
        scores[:, self.token_of == PAD] = products[:, 1:].min(axis=1, keepdims=True) - 1
        scores[(tokens == PAD).all(axis=1)] = 0
        return scores

    def tokens(self, histories: Sequence[IntArray]) -> IntArray:
        """Histories (oldest first) as the network reads them, (B, L): what it knows of their newest
        events, padded on the left."""
        rows = np.full((len(histories), self.max_length), PAD, dtype=np.int64)
        for row, history in zip(rows, histories, strict=True):
            tokens = self.token_of[history]
            known = tokens[tokens != PAD][-self.max_length :]
            row[self.max_length - len(known) :] = known
        return rows
