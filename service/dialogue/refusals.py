"""Refusals: what it means for a conversation that a backend has refused a call.

A backend may be here, with errors of ours, or behind a client: both name a reason.
"""

from __future__ import annotations

from service.errors import (
    Busy,
    DeadlinePassed,
    ItemNotFound,
    ModelNotFound,
    NotServing,
    Overloaded,
    RecommendationNotFound,
    ServedByOtherEncoders,
)

_EXPIRED = frozenset(
    error.reason for error in (RecommendationNotFound, ServedByOtherEncoders, ModelNotFound)
)
_BUSY = frozenset(error.reason for error in (Overloaded, Busy, NotServing, DeadlinePassed))


def has_expired(error: Exception) -> bool:
    """Whether the answer before cannot be gone on from."""
    return _reason(error) in _EXPIRED


def is_busy(error: Exception) -> bool:
    """Whether the same may be asked again in a moment."""
    return _reason(error) in _BUSY


def item_is_gone(error: Exception) -> bool:
    """Whether the catalogue has the item no more."""
    return _reason(error) == ItemNotFound.reason


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", ""))
