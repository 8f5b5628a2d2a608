"""Releasing: a private training, from the log to a ranker that knows of other people what a release tells.

Owns what is spent, and that the ledger knows before anything is drawn. Nothing is measured: a figure of
held-out people would be one more release. Knows no registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from service.config import PrivacySettings
from service.errors import NoTrainedModel
from service.models.privacy_metrics import DELTA, EPSILON, KNOWN, SPENT
from service.models.training_data import TrainingData
from service.ranker.config import RankerConfig
from service.ranker.private.budget import epsilon_of, rho_of
from service.ranker.private.release import released
from service.ranker.ranker import Ranker, released_ranker
from service.storage.privacy_ledger import PrivacyLedger

MOST_KNOWN = 10_000
"""Items that a release tells apart: their pairs are decomposed, in time with the third power of them."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Released:
    """A ranker, and what it cost."""

    ranker: Ranker
    metrics: Mapping[str, float]


def release_ranker(
    data: TrainingData,
    settings: PrivacySettings,
    config: RankerConfig,
    ledger: PrivacyLedger,
    version: str,
) -> Released:
    """A new ranker. NoTrainedModel where it would cost more than `privacy.epsilon_total` leaves."""
    rho = rho_of(settings.epsilon, settings.delta)
    total = epsilon_of(ledger.spent + rho, settings.delta)
    if 0 < settings.epsilon_total < total * (1 - _ROUNDING):
        so_far = epsilon_of(ledger.spent, settings.delta)
        raise NoTrainedModel(
            f"with this training {total:.3g} would be told of a person, privacy.epsilon_total is "
            f"{settings.epsilon_total:g} and {so_far:.3g} are spent",
            "keep the model that serves, or raise the limit",
        )
    ledger.enter(version, rho)
    most_known = min(config.ease_limit, MOST_KNOWN)
    release = released(data.interactions, rho, most_known=most_known)
    ranker = released_ranker(data.features, release, config, version)
    metrics = {
        EPSILON: settings.epsilon,
        DELTA: settings.delta,
        SPENT: total,
        KNOWN: float(np.count_nonzero(ranker.snapshot.behaviour.counts)),
    }
    return Released(ranker, metrics)
