"""Kept rankers: what serves, as arrays beside the models, with how far log and catalogue had come.

    <data>/ready/rankers/<version>      of a trained model
    <data>/ready/rankers/untrained

So a start reads what has changed since, and not the catalogue. Kept is what was made from the whole of
store and log; whoever takes it up brings it up to date as a server is kept up to date: items are put
again by what the store has of them, events are counted. With more than a few changes there is nothing
to take up, and all is made anew; so is the untrained ranker when events were deleted, which it is made
of. Knows no checkpoints and no requests.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from encoders.alignment.checkpoint import Alignment
from indexer.stores.store import ItemStore, StoredItem
from service.models.features import Vocabulary, features_of
from service.models.training_data import read_interactions
from service.ranker.data.arrays import IntArray
from service.ranker.kept_ranker import from_kept, to_kept
from service.ranker.ranker import Ranker
from service.storage.mapped_arrays import Mapped, forget_mapped, read_mapped, write_mapped
from service.storage.stand import Since, Stand
from service.storage.workspace import Workspace

FOLDER = "ready/rankers"
UNTRAINED = "untrained"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A ranker that was taken up, as it is now."""

    ranker: Ranker
    vocabulary: Vocabulary
    counted: int
    """Newest event that it has counted."""
    changed: IntArray
    """Indices of the items that were put again."""


class KeptRankers:
    """Of one data folder and its encoders."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._folder = workspace, workspace.settings.data / FOLDER

    def stand(self) -> Stand | None:
        """To be asked before anything is read that is then kept; None where nothing may be."""
        return self._workspace.stand()

    def keep(
        self, ranker: Ranker, vocabulary: Vocabulary, alignments: Sequence[str], stand: Stand
    ) -> None:
        """In the place of the one that was kept of the same version."""
        if self._workspace.store.no_room:
            return
        config, arrays = to_kept(ranker)
        about = {
            "made_of": self._made_of(alignments),
            "ranker": config,
            "vocabulary": asdict(vocabulary),
        }
        name = ranker.version or UNTRAINED
        write_mapped(self._folder / name, about, {**arrays, **stand.to_arrays()})

    def take_up(self, version: str, alignments: Mapping[str, Alignment]) -> Kept | None:
        """The ranker of this version, the untrained one for none, as it would be had it served ever
        since it was kept; None where it has to be made anew."""
        name = version or UNTRAINED
        found, now = read_mapped(self._folder / name), self.stand()
        versions = [one.version for one in alignments.values()]
        if found is None or now is None or found.about.get("made_of") != self._made_of(versions):
            return None
        try:
            return self._brought_up(found, now, alignments)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s cannot be used and is made anew: %s", self._folder / name, error)
            return None

    def forget(self, version: str) -> None:
        """Nothing is kept of this version any more."""
        forget_mapped(self._folder / (version or UNTRAINED))

    def forget_but(self, versions: Collection[str]) -> None:
        """Nothing is kept of other versions any more."""
        names = {version or UNTRAINED for version in versions}
        for kept in self._folder.glob("*"):
            if kept.name not in names:
                forget_mapped(kept)

    def _made_of(self, alignments: Sequence[str]) -> dict[str, Any]:
        """What decides a ranker beside log and catalogue, as JSON has it."""
        settings = self._workspace.settings
        return {
            "encoders": self._workspace.digest,
            "dims": dict(self._workspace.dims),
            "alignments": list(alignments),
            "ranker": asdict(settings.ranker),
            "events": settings.events.model_dump(mode="json"),
            "is_private": settings.privacy.is_private,
        }

    def _brought_up(
        self, found: Mapped, now: Stand, alignments: Mapping[str, Alignment]
    ) -> Kept | None:
        about, arrays = found.about, found.arrays
        log, store = self._workspace.log, self._workspace.store
        before = Stand.of_arrays(arrays)
        since = Since.of(before, now, log)
        if not (since.few_items and since.few_events):
            return None
        vocabulary, ranker = Vocabulary(**about["vocabulary"]), from_kept(about["ranker"], arrays)
        if since.deleted_events and not ranker.trained:  # its item-item tables have them
            return None
        rows = _rows(store, since.put, list(self._workspace.dims))
        if len(rows) < len(since.put):  # the store has lost some, or they go at this moment
            return None
        if any(row.item.domain not in vocabulary.domains for row in rows):
            return None
        if rows:
            features = features_of(rows, vocabulary, self._workspace.dims, alignments=alignments)
            ranker.catalog.put_items(since.put, features)
        ranker.catalog.remove_items(since.gone)
        self._count(ranker, vocabulary, since, before.last_seq)
        return Kept(ranker, vocabulary, now.last_seq, since.put)

    def _count(self, ranker: Ranker, vocabulary: Vocabulary, since: Since, last_seq: int) -> None:
        """Events that were deleted are counted no longer, and those on an item that came late are."""
        anew = since.came_or_went or since.deleted_events
        if not anew and not since.n_events:
            return
        settings, log = self._workspace.settings, self._workspace.log
        after_seq = 0 if anew else last_seq
        events, _ = read_interactions(
            log,
            settings.events.policy(),
            vocabulary.event_types,
            ranker.n_items,
            after_seq=after_seq,
        )
        if anew:
            ranker.catalog.recount(events)
        else:
            ranker.catalog.observe(events.item)


def _rows(store: ItemStore, items: IntArray, names: Sequence[str]) -> list[StoredItem]:
    """What the store has of these items, with the vectors of these names, in their order."""
    there = store.get_items(items.tolist())
    vectors: dict[int, dict[str, Any]] = {index: {} for index in there}
    for name in names:
        found, rows = store.vectors(name, items)
        for index, vector in zip(found.tolist(), rows, strict=True):
            vectors[index][name] = vector
    return [
        StoredItem(index, there[index], vectors[index])
        for index in items.tolist()
        if index in there
    ]
