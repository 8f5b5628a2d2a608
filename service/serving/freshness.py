"""Freshness: up to which event of the log popularity is counted, and when the last one came.

Events have numbers in the order they were recorded. What other processes record is in the log and
not in the counts here: that is what is seen by this. Knows nothing of what popularity is.
"""

from __future__ import annotations

import threading
import time

from service.models.serving_model import ServingModel


class Freshness:
    """Of the model that serves; another one was counted anew when it was loaded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: ServingModel | None = None
        self._seq = 0
        self.last_recorded: float | None = None
        """Unix seconds; None before the first new event."""

    def recorded(self, model: ServingModel, n_sent: int, n_new: int) -> None:
        """So many events were sent to the log, which numbers those that it had as well."""
        with self._lock:
            self._seq = self._counted(model) + n_sent
            if n_new:
                self.last_recorded = time.time()

    def counted(self, model: ServingModel, seq: int) -> None:
        """The counts were brought up to this event."""
        with self._lock:
            self._model, self._seq = model, seq

    def popularity(self, model: ServingModel) -> int:
        """Number of the newest event in the counts of this model."""
        with self._lock:
            return self._counted(model)

    def _counted(self, model: ServingModel) -> int:
        if model is not self._model:
            self._model, self._seq = model, model.counted
        return self._seq
