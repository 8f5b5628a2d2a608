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
from service.errors import NoTrainedModel
from service.models.registry import ModelRegistry
from service.models.serving_model import ServingModel
from service.models.training_data import read_interactions
from service.ranker.agreement import Agreement, agreement
from service.ranker.checkpoint import shrink_checkpoint, size_of
from service.ranker.data.history import History
from service.storage.workspace import Workspace

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


def shrink(workspace: Workspace, registry: ModelRegistry, version: str) -> Shrunk:
    """Register `version` again as int8, with the figures of its training. It does not serve until
    it is activated.

    ModelNotFound where there is no such model, InvalidInput where it is shrunk already,
    NoTrainedModel where it is of other encoders or nobody is in the log to compare for.
    """
    record = registry.record(version)
    small = version + SUFFIX
    if version.endswith(SUFFIX) or any(model.version == small for model in registry.list()):
        raise InvalidInput("version", version, "it is shrunk already; see `palate models list`")
    original = registry.by_version(version)
    histories = _sample(workspace, original)
    folder, into = workspace.settings.data / record.path, registry.folder(small)
    shutil.rmtree(into, ignore_errors=True)  # of a shrinking that was interrupted
    shrink_checkpoint(folder, into, small, original.ranker.modalities)
    registry.register(small, record.metrics)
    same = agreement(original.ranker, registry.by_version(small).ranker, histories)
    return Shrunk(small, size_of(folder), size_of(into), same)


def _sample(workspace: Workspace, model: ServingModel) -> Sequence[History]:
    """What some people in the log did so far: at most SAMPLE of them, drawn at random."""
    ranker = model.ranker
    policy = workspace.settings.events.policy()
    table, _ = read_interactions(
        workspace.log, policy, model.vocabulary.event_types, ranker.n_items
    )
    if not len(table):
        raise NoTrainedModel(
            "nobody is in the log for whom two models could be compared", "record events first"
        )
    bounds, longest = table.by_user(), ranker.config.feature_history
    histories = []
    for user in np.random.default_rng(0).permutation(table.n_users)[:SAMPLE].tolist():
        first, end = int(bounds[user]), int(bounds[user + 1])
        newest = slice(max(first, end - longest), end)
        kinds = table.event_type[newest].astype(np.int64)
        histories.append(
            History(table.item[newest], kinds, table.timestamp[newest], table.liked[newest])
        )
    return histories
