"""The privacy ledger: what the trainings of a data folder have told of a person, all together.

It is in the log, beside the records of the models, and only grows: what was released stays released,
whether or not its model still serves. Knows no statistics and no models.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from indexer.log.event_log import SmallValues

_KEY = "privacy_spent"


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one training."""

    model_version: str
    at: float
    """Unix seconds."""
    rho: float
    """See `service.ranker.private.budget`."""


class PrivacyLedger:
    """Of one data folder."""

    def __init__(self, log: SmallValues) -> None:
        self._log = log

    @property
    def spendings(self) -> Sequence[Spending]:
        """Oldest first."""
        return [Spending(**one) for one in json.loads(self._log.meta_get(_KEY) or "[]")]

    @property
    def spent(self) -> float:
        """The rho of all of them: it adds up."""
        return sum(one.rho for one in self.spendings)

    def enter(self, model_version: str, rho: float) -> None:
        """Before anything is drawn: a training that fails after this has spent it all the same."""
        entries = [*self.spendings, Spending(model_version, time.time(), rho)]
        self._log.meta_set(_KEY, json.dumps([asdict(one) for one in entries]))
