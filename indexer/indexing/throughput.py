"""How much was encoded, and how long the encoders took for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple


class Encoded(NamedTuple):
    """Of one modality, so far."""

    contents: int = 0
    """Texts, pictures or sounds."""
    seconds: float = 0.0
    """In the encoder, without fetching and opening files."""


class Throughput:
    """Counted while items are encoded; read by other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoded: dict[str, Encoded] = {}

    def add(self, modality: str, contents: int, seconds: float) -> None:
        """Count one call of an encoder."""
        with self._lock:
            before = self._encoded.get(modality, Encoded())
            self._encoded[modality] = Encoded(before.contents + contents, before.seconds + seconds)

    def by_modality(self) -> Mapping[str, Encoded]:
        """As of now."""
        with self._lock:
            return dict(self._encoded)
