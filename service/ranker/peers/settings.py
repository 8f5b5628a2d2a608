"""The published settings of the sequence models that are measured beside ours. Knows no library and
no data but the length of histories."""

from __future__ import annotations

from dataclasses import dataclass

from service.ranker.data.interactions import Interactions


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyper-parameters of SASRec and eSASRec with sampled softmax, as arXiv 2508.06450 selected
    them on validation: the table in the README of github.com/blondered/transformer_benchmark."""

    n_factors: int
    """Width of an item's embedding and of the Transformer."""
    n_blocks: int
    n_heads: int
    dropout: float
    max_length: int
    """Newest events of a history that are read."""
    max_epochs: int
    patience: int = 50
    """Epochs without a better recall@10 of the held-out last events after which it stops."""
    n_negatives: int = 256
    """Items drawn uniformly for every position of the sampled softmax."""
    learning_rate: float = 0.001
    batch_size: int = 128
    """Histories per step; the table has none, so the library's default is what was used."""
    feed_forward_multiple: int = 4
    """Hidden width of a LiGR layer's feed-forward part over n_factors; eSASRec only."""


SHORT_HISTORIES = Settings(
    n_factors=64, n_blocks=1, n_heads=1, dropout=0.2, max_length=50, max_epochs=200
)
"""Of Amazon Beauty, 8.9 events per user. The table says 64 factors; files in the same repository
run 256."""
LONG_HISTORIES = Settings(
    n_factors=64, n_blocks=2, n_heads=1, dropout=0.1, max_length=200, max_epochs=100
)
"""Of MovieLens-1M, 165.6 events per user."""


def published_for(interactions: Interactions) -> Settings:
    """The settings of the published data set whose histories are about as long.

    Those of long histories where the mean history of whoever has one does not fit into the short
    ones' max_length. Which to take is our rule; nothing is tuned on the log.

    >>> published_for(Interactions.build([0] * 51, range(51))) is LONG_HISTORIES
    True
    >>> published_for(Interactions.build([0] * 50, range(50))) is SHORT_HISTORIES
    True
    """
    n_people = len(set(interactions.user.tolist()))
    fits = len(interactions) <= SHORT_HISTORIES.max_length * n_people
    return SHORT_HISTORIES if fits else LONG_HISTORIES
