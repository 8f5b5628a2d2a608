"""Usage: what was asked of language models, for what, and how many tokens it took."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on one purpose, or on several."""

    requests: int = 0
    """Answered, refused and failed."""
    failed: int = 0
    """Without an answer. What an endpoint has counted for these is not known, and not in here."""
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.requests + other.requests,
            self.failed + other.failed,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )


class Usage:
    """Counted by all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_purpose: dict[str, Spent] = {}

    def count(self, purpose: str, spent: Spent) -> None:
        """Add to what was spent on a purpose."""
        with self._lock:
            self._by_purpose[purpose] = self._by_purpose.get(purpose, Spent()) + spent

    def by_purpose(self) -> Mapping[str, Spent]:
        """As of now."""
        with self._lock:
            return dict(self._by_purpose)

    def total(self) -> Spent:
        """On all purposes together."""
        return sum(self.by_purpose().values(), Spent())
