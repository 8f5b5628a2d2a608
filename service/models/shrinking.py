"""A smaller copy of a trained model: written, registered, and compared with its original by what
they recommend.

Knows no training and no requests.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.errors import InvalidInput
from indexer.log.event_log import EventLog
from service.catalog.item_ids import read_interactions
from service.config import Settings
from service.errors import ModelNotFound, NoTrainedModel
from service.models.registry import Loaded, Models
from service.ranker.agreement import Agreement, agreement
from service.ranker.checkpoint import shrink_checkpoint, size_of
from service.ranker.data.history import History

SUFFIX = "-int8"
SAMPLE = 200
"""People whose lists are compared."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What was gained and what was lost."""

    version: str
    bytes_before: int
    bytes_after: int
    agreement: Agreement


def shrink(settings: Settings, log: EventLog, models: Models, version: str) -> Shrunk:
    """Register `version` again as int8, with the figures of its training. It does not serve until
    it is activated."""
    records = {record.version: record for record in log.list_models()}
    if version not in records:
        raise ModelNotFound(version)
    small = version + SUFFIX
    if small in records or version.endswith(SUFFIX):
        raise InvalidInput("version", version, "it is shrunk already; see `palate models list`")
    original = models.by_version(version)
    histories = _sample(settings, log, original)
    folder, into = settings.data / records[version].path, settings.data / "models" / small
    shutil.rmtree(into, ignore_errors=True)  # of a shrinking that was interrupted
    shrink_checkpoint(folder, into, small, original.ranker.modalities)
    log.add_model(small, f"models/{small}", records[version].metrics)
    same = agreement(original.ranker, models.by_version(small).ranker, histories)
    return Shrunk(small, size_of(folder), size_of(into), same)


def _sample(settings: Settings, log: EventLog, loaded: Loaded) -> Sequence[History]:
    """What some people in the log did so far."""
    ranker, types = loaded.ranker, loaded.vocabulary.event_types
    table, _ = read_interactions(log, settings.events.policy(), types, ranker.n_items)
    if not len(table):
        raise NoTrainedModel(
            "nobody is in the log for whom two models could be compared", "record events first"
        )
    bounds, longest = table.by_user(), ranker.config.feature_history
    histories = []
    for user in np.random.default_rng(0).permutation(table.n_users)[:SAMPLE].tolist():
        events = slice(
            max(int(bounds[user]), int(bounds[user + 1]) - longest), int(bounds[user + 1])
        )
        kinds = table.event_type[events].astype(np.int64)
        histories.append(History.of(table.item[events], kinds, table.timestamp[events]))
    return histories
