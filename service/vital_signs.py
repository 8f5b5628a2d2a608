"""Vital signs: what the parts of a recommender stand at, for whoever watches it.

Owns which of their numbers are metrics. Reads and changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.models.registry import ModelRegistry
from service.reasons.writing import Writing
from service.serving.catalog import Catalog
from service.serving.freshness import Freshness
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading
from service.telemetry.uses import Uses

UNTRAINED = "untrained"
"""The version where no trained model serves."""


@dataclass(frozen=True, slots=True, eq=False)
class VitalSigns:
    """Of one recommender."""

    workspace: Workspace
    ids: ItemIds
    models: ModelRegistry
    catalog: Catalog
    writing: Writing
    freshness: Freshness
    caches: Mapping[str, Uses]

    def readings(self) -> Iterator[Reading]:
        """As of now; asks the log, the disk and memory."""
        yield Reading(m.ITEMS, len(self.ids))
        yield from self._model()
        yield from self._events()
        yield from self._disk()
        for cache, uses in self.caches.items():
            yield Reading(m.CACHE_ASKED, uses.asked, (cache,))
            yield Reading(m.CACHE_HITS, uses.hits, (cache,))
        for modality, encoded in self.catalog.throughput.by_modality().items():
            yield Reading(m.ENCODED, encoded.contents, (modality,))
            yield Reading(m.ENCODE_SECONDS, encoded.seconds, (modality,))
        for (writer, outcome), n in self.writing.counts().items():
            yield Reading(m.WRITTEN, n, (writer, outcome.value))

    def _model(self) -> Iterator[Reading]:
        model = self.models.active
        yield Reading(m.MODEL_INFO, 1, (model.ranker.version or UNTRAINED,))
        yield Reading(m.MODEL_TRAINED, model.trained_at)

    def _events(self) -> Iterator[Reading]:
        model = self.models.active
        yield Reading(m.NEWEST_EVENT, self.workspace.log.last_seq(), ("log",))
        yield Reading(m.NEWEST_EVENT, self.freshness.popularity(model), ("popularity",))
        yield Reading(m.NEWEST_EVENT, model.trained_on, ("model",))
        if self.freshness.last_recorded is not None:
            yield Reading(m.LAST_EVENT_TIME, self.freshness.last_recorded)

    def _disk(self) -> Iterator[Reading]:
        usage = shutil.disk_usage(self.workspace.settings.data)
        yield Reading(m.DISK_FREE, usage.free)
        yield Reading(m.DISK_SIZE, usage.total)
