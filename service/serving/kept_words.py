"""Kept words: what a catalogue can be asked for in words, as it was read last, in <data>/ready/words.

Knows nothing of what is in a lexicon.
"""

from __future__ import annotations

import logging

from indexer.catalog.item import Item
from service.storage.mapped_arrays import read_mapped, write_mapped
from service.storage.stand import Since, Stand
from service.storage.workspace import Workspace
from service.wishes.lexicon.kept_segment import from_kept, to_kept
from service.wishes.lexicon.lexicon import Segment

FOLDER = "ready/words"
logger = logging.getLogger(__name__)


class KeptWords:
    """Of one data folder. Where a language model has said something of items nothing is kept: what
    it says changes without them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._folder = workspace, workspace.settings.data / FOLDER

    def stand(self) -> Stand | None:
        """To be asked before everything is read; None where it may not be kept."""
        return self._workspace.stand_of_items()

    def keep(self, segment: Segment, stand: Stand) -> None:
        """In the place of what was kept."""
        if not self._workspace.store.no_room:
            about, arrays = to_kept(segment)
            write_mapped(self._folder, about, {**arrays, **stand.to_arrays()})

    def take_up(self, most: int) -> tuple[Segment, dict[int, Item]] | None:
        """What was read last, and the items that have changed since, by index; None where all must
        be read: also where more than `most` have, or more than a few of all, or some are gone."""
        found, now = read_mapped(self._folder), self.stand()
        if found is None or now is None:
            return None
        try:
            segment = from_kept(found.about, found.arrays)
            since = Since.of(Stand.of_arrays(found.arrays), now, self._workspace.log)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s cannot be used and is made anew: %s", self._folder, error)
            return None
        if not since.few_items or len(since.put) > most or len(since.gone):
            return None
        return segment, self._workspace.store.get_items(since.put.tolist())
