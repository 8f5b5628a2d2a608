"""Housekeeping: what a server does by itself between the calls, as it falls due.

    a training that DeleteUser was asked to have done
    events that are older than the settings keep them
    pictures and sounds of items that were deleted

Knows no gRPC.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from indexer.log.event_log import SmallValues
from service.errors import NoTrainedModel, NotServing, PalateError, TrainingUnderway
from service.recommender import Recommender
from service.storage.retraining import asked_for, retrained

logger = logging.getLogger(__name__)
EVERY_S = 5.0
"""Between two looks at whether there is something to do."""
SWEEP_EVERY_S = 3_600.0
MEDIA_EVERY_S = 60.0
"""While items are being deleted."""

TRAINED_AGAIN_IN_S = 600.0
"""After a training that failed."""

Train = Callable[[Callable[[], bool]], object]


def tell_trouble(error: Exception) -> None:
    """That what falls due could not be done, and where in the code, if that is a bug of ours."""
    is_ours = isinstance(error, PalateError)
    logger.error("housekeeping could not go on: %s", error, exc_info=None if is_ours else error)


class Housekeeping:
    """Looked at by whoever calls `look`, or from `start` on by a thread of its own; `close` ends either
    at its next step."""

    def __init__(self, serving: Callable[[], Recommender], train: Train) -> None:
        """`serving` gives what serves at a moment; `train` trains it until what it is given says that
        it has to end, then raises NotServing, and TrainingUnderway where one is being done."""
        self._serving, self._train = serving, train
        self._swept_at = self._media_at = time.monotonic() - SWEEP_EVERY_S
        self._train_at = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Look every so often from now on."""
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(EVERY_S):
            try:
                self.look()
            except Exception as error:
                tell_trouble(error)

    def look(self) -> None:
        """Do what has fallen due."""
        recommender, now = self._serving(), time.monotonic()
        is_due = now - self._swept_at >= SWEEP_EVERY_S
        if is_due:
            self._swept_at = now
            recommender.sweep_events()
        lost = recommender.catalog.has_lost_items and now - self._media_at >= MEDIA_EVERY_S
        if is_due or lost:
            self._media_at = now
            recommender.catalog.sweep_media()
        if now >= self._train_at:
            self._retrain(recommender.workspace.log)

    def _retrain(self, log: SmallValues) -> None:
        asked = asked_for(log)
        if not asked:
            return
        logger.info("training without people who were deleted")
        try:
            self._train(self._closing.is_set)
        except (NotServing, TrainingUnderway):
            return  # the next look tries again, or the next start
        except NoTrainedModel as error:
            logger.error("the training that a deletion asked for came to nothing: %s", error)
        except Exception:
            logger.error(
                "the training that a deletion asked for failed; it is tried again in %.0f s",
                TRAINED_AGAIN_IN_S,
            )
            self._train_at = time.monotonic() + TRAINED_AGAIN_IN_S
            raise
        retrained(log, asked)
