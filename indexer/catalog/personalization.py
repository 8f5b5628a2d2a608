"""Personalization: how much about a person may be used, in one request, or by their consent.

Owns which of two is stricter. Knows nothing of where a consent is kept and of who obeys it.
"""

from __future__ import annotations

from enum import StrEnum


class Personalization(StrEnum):
    """How much about the person may be used."""

    FULL = "full"
    CONTEXTUAL = "contextual"
    """What the request brings, such as a session or words; nothing that is stored."""
    NON_PROFILED = "non_profiled"
    """Nothing about the user: no history, no stored attributes, no taste (EU DSA, Article 38)."""

    def and_by(self, other: Personalization) -> Personalization:
        """What both allow.

        >>> Personalization.FULL.and_by(Personalization.CONTEXTUAL).value
        'contextual'
        """
        order = list(Personalization)
        return max(self, other, key=order.index)
