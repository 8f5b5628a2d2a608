"""What shapes a ranker. Saved with its weights; the options of one run (seed, threads, progress)
are not here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """Hyper-parameters of both stages. A 0 means: decided from the data, as the docstring says."""

    dim: int = 64
    """Width of item and history vectors."""
    n_blocks: int = 2
    """Transformer blocks."""
    n_heads: int = 2
    """Attention heads per block."""
    dropout: float = 0.2
    """Dropout in the Transformer."""
    id_dropout: float = 0.2
    """Share of items whose id embedding is hidden in a training step, so that content alone must
    do; 1 hides them all, also when it serves."""
    max_history: int = 0
    """Newest events the Transformer reads. 0: twice the median history length, within 20..200."""
    content_dim: int = 128
    """Principal components kept of each modality's vectors (all, where the encoder has fewer)."""
    negatives: int = 1024
    """Shared negatives per step of the sampled softmax; a catalogue no larger than this takes the
    full softmax."""
    batch_events: int = 4096
    """Target events per training step."""
    learning_rate: float = 2e-3
    """Step size of Adam, at the peak of its schedule."""
    weight_decay: float = 0.01
    """Shrinkage of the weights at each step, apart from the gradient (AdamW)."""
    max_epochs: int = 60
    """Upper bound; early stopping on the held-out last events usually comes first."""
    patience: int = 3
    """Epochs without a better validation score before training stops."""
    recency_decay: float = 0.8
    """Weight of a history event per step back, for co-engagement and content profiles."""
    ease_limit: int = 30_000
    """Largest number of items with events for which EASE is solved; above it item-kNN stands alone."""
    neighbours: int = 500
    """Co-engagement neighbours kept per item."""
    borrow_from: int = 50
    """Content-neighbour back-off: a cold item's co-engagement is the mean over this many nearest
    items with events, by text."""
    feature_history: int = 200
    """Newest events the second stage looks at."""
    blend_lists: int = 3_000
    """Next-event lists the second stage learns from."""
    candidates: int = 80
    """Candidates per source, in training lists and when serving (there at least as many as results
    are wanted)."""
    blend_hidden: int = 32
    """Hidden width of the second stage."""
    cold_budget: float = 0.15
    """Items nobody has met yet are boosted as far as certainly costs at most this share of NDCG@10 on
    the events that are withheld for the check. 0 boosts nothing."""
    holdout_share: float = 0.25
    """At most this share of a user's history, newest first, trains the second stage instead of the
    first."""
    holdout_events: int = 12
    """At most this many events of one user do."""
    pseudo_cold: float = 0.15
    """Share of items hidden from the first stage while the second learns, so that it meets cold
    items."""
    pseudo_cold_users: float = 0.2
    """Share of users hidden from the first stage while the second learns, so that it meets
    cold-start users."""
    beginner_events: int = 10
    """Up to at most so many known events a person is ranked as a cold-start user: by what they will
    like at all, not by what comes next. Training finds how many, on held-out events."""
