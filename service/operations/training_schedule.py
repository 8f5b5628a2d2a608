"""The schedule of trainings: when a server trains by itself, on everything or on what is new.

When the last ones were is kept in the log, so that a restart neither forgets nor repeats one. Knows
neither how a training is done, nor where.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.log.event_log import SmallValues
from service.config import TrainingSettings
from service.errors import NoTrainedModel, PalateError, TrainingUnderway

logger = logging.getLogger(__name__)

KEY = "training_schedule"
LOOKS_EVERY_S = 60.0
"""Clocks are set, and whoever asks for a training puts the next one off."""
TOO_LITTLE_S = 3_600.0
"""Where there was nothing to train on, it is tried again sooner than usual."""


@dataclass(frozen=True, slots=True)
class Last:
    """When trainings of each kind were last tried, Unix seconds; 0 is never."""

    full: float = 0.0
    incremental: float = 0.0

    @classmethod
    def read(cls, log: SmallValues) -> Last:
        kept = log.meta_get(KEY)
        return cls(**json.loads(kept)) if kept else cls()

    def write(self, log: SmallValues) -> None:
        log.meta_set(KEY, json.dumps({"full": self.full, "incremental": self.incremental}))


def due(settings: TrainingSettings, last: Last, now: float) -> bool | None:
    """Whether a training is due, and if so, whether an incremental one; None where none is. One that
    was tried in what is the future by now's clock is due."""

    def is_due(every_s: float, since: float) -> bool:
        return every_s > 0 and not 0 <= now - since < every_s

    if is_due(settings.every_s, last.full):
        return False
    if last.full and is_due(settings.incremental_every_s, max(last.full, last.incremental)):
        return True
    return None


class TrainingSchedule:
    """Looks every so often, in a thread of its own, until it is closed."""

    def __init__(
        self,
        settings: TrainingSettings,
        log: Callable[[], SmallValues],
        train: Callable[[bool], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`log` is the log of the moment; `train` trains, incrementally if it is given true."""
        self._settings, self._log, self._train, self._clock = settings, log, train, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="training-schedule", daemon=True)

    def start(self) -> None:
        """Begin; without a schedule nothing ever comes of it."""
        if self._is_set:
            self._thread.start()

    @property
    def _is_set(self) -> bool:
        return bool(self._settings.every_s or self._settings.incremental_every_s)

    @property
    def stopping(self) -> bool:
        """Whether a training that was begun is to end."""
        return self._stopping.is_set()

    def close(self) -> None:
        """End it, and a training that it began."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def note(self, incremental: bool, again_in_s: float | None = None) -> None:
        """A training was tried at this moment, by whoever; with `again_in_s` it is due again then."""
        if not self._is_set:
            return
        now, last = self._clock(), Last.read(self._log())
        every_s = self._settings.incremental_every_s if incremental else self._settings.every_s
        if again_in_s is not None and every_s:
            now -= max(0.0, every_s - again_in_s)
        full, taken_up = (last.full, now) if incremental else (now, last.incremental)
        Last(full, taken_up).write(self._log())

    def look(self) -> None:
        """Train, if that is due."""
        incremental = due(self._settings, Last.read(self._log()), self._clock())
        if incremental is None:
            return
        again_in_s: float | None = None
        try:
            self._train(incremental)
        except TrainingUnderway:
            return  # it is noted by who asked for it
        except NoTrainedModel as error:
            logger.info("scheduled training: %s", error)
            again_in_s = TOO_LITTLE_S
        except Exception as error:
            if self.stopping:
                return
            is_ours = isinstance(error, PalateError)
            logger.error("scheduled training failed: %s", error, exc_info=not is_ours)
        self.note(incremental, again_in_s)

    def _run(self) -> None:
        while not self._stopping.wait(LOOKS_EVERY_S):
            try:
                self.look()
            except PalateError as error:  # the log itself
                logger.error("scheduled training: %s", error)
