"""Crowds: the crowd of a log, counted when it is needed. Knows no scores and no words."""

from __future__ import annotations

import threading

from service.reasons.crowd import Crowd
from service.reasons.kept_crowd import KeptCrowd
from service.storage.liking import Liking
from service.storage.nobody import Everybody

GROWTH = 1.05
"""People are counted again when there are so many times the events there were."""


class Crowds:
    """The crowd of a log, counted at the first question, and again when the log has grown by a
    twentieth; whoever asks in the meantime gets the one of before. What is deleted leaves it then."""

    def __init__(self, log: Everybody, liking: Liking, kept: KeptCrowd | None = None) -> None:
        """`kept` has the one that was counted last, by whoever served."""
        self._log, self._liking, self._kept = log, liking, kept
        self._crowd: Crowd | None = None
        self._last_seq = 0
        self._n_forgotten = 0
        self._counting = threading.Lock()
        self._changing = threading.Lock()
        """Held for a moment only: nobody who is deleted waits for a count."""

    def now(self, n_items: int) -> Crowd:
        """Of the items below this index at least."""
        last_seq = self._log.last_seq()
        crowd = self._crowd
        if crowd is None or len(crowd.counts) < n_items:
            with self._counting:
                crowd = self._crowd
                if crowd is None:
                    crowd = self._take_up()
                if crowd is None or len(crowd.counts) < n_items:
                    crowd = self._count(n_items, last_seq)
        elif last_seq > GROWTH * self._last_seq and self._counting.acquire(blocking=False):
            try:
                crowd = self._count(n_items, last_seq)
            finally:
                self._counting.release()
        return crowd

    def forget(self) -> None:
        """Count anew at the next question: somebody was deleted. A count that is under way answers
        who waits for it, and nobody else."""
        with self._changing:
            self._n_forgotten += 1
            self._crowd = None
        if self._kept:
            self._kept.forget()

    def _count(self, n_items: int, last_seq: int) -> Crowd:
        begun = self._n_forgotten
        stand = self._kept.stand() if self._kept else None
        crowd = Crowd.of(self._log, self._liking, n_items)
        if self._hold(crowd, last_seq, begun) and self._kept and stand:
            self._kept.keep(crowd, stand)
            if begun != self._n_forgotten:  # while it was being written
                self._kept.forget()
        return crowd

    def _take_up(self) -> Crowd | None:
        begun = self._n_forgotten
        if self._kept and (found := self._kept.take_up()):
            self._hold(*found, begun)
        return self._crowd

    def _hold(self, crowd: Crowd, last_seq: int, begun: int) -> bool:
        """Whether it may answer further questions: not where somebody was deleted since it was
        `begun`."""
        with self._changing:
            if begun != self._n_forgotten:
                return False
            self._crowd, self._last_seq = crowd, last_seq
            return True
