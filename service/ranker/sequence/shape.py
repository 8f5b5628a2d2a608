"""Sizes of a sequence model, and the numbers that its trained and its serving form share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAD = -1
"""Item index of padding, at the left of a history."""
TIME_SPANS = 32
"""Spans of time between two events that are told apart: none, 1 s, 2-3 s, 4-7 s, ... 34 years and
more."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes that come from the data."""

    n_ids: int
    """Items with an id embedding; an item index at or above it has content only."""
    modality_dims: Mapping[str, int]
    """Width of the item vectors by modality."""
    n_domains: int
    n_tags: int
    n_event_types: int
    max_history: int
    task_shares: Sequence[float] = ()
    """By event type code, see `service.ranker.sequence.tasks`."""
