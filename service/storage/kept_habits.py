"""Kept habits: how the people of a log rate, as it was counted last, in <data>/ready/habits.

Knows no counting.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from indexer.catalog.rating_habits import RatingHabits
from service.storage.mapped_arrays import forget_mapped, read_mapped, write_mapped
from service.storage.stand import Since, Stand
from service.storage.workspace import Workspace

FOLDER = "ready/habits"
FORMAT = 1
"""Raised whenever habits hold something else, or are found otherwise."""
logger = logging.getLogger(__name__)


class KeptHabits:
    """Of one data folder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._folder = workspace, workspace.settings.data / FOLDER

    def stand(self) -> Stand | None:
        """To be asked before ratings are counted; None where their habits may not be kept."""
        return self._workspace.stand()

    def keep(self, habits: RatingHabits, stand: Stand) -> None:
        """In the place of those that were kept."""
        if not self._workspace.store.no_room:
            about = {"format": FORMAT, "habits": asdict(habits)}
            write_mapped(self._folder, about, stand.to_arrays())

    def forget(self) -> None:
        """Remove those that are kept: they tell of people."""
        forget_mapped(self._folder)

    def take_up(self) -> RatingHabits | None:
        """Those of a log that has gained no more than a few events since, and lost none; None where
        they must be found anew."""
        found, now = read_mapped(self._folder), self.stand()
        if found is None or now is None:
            return None
        try:
            if found.about.get("format") != FORMAT:
                raise ValueError(
                    f"it has format {found.about.get('format')}, this version reads {FORMAT}"
                )
            habits = RatingHabits(**found.about["habits"])
            since = Since.of(Stand.of_arrays(found.arrays), now, self._workspace.log)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s cannot be used and is made anew: %s", self._folder, error)
            return None
        return None if since.deleted_events or not since.few_events else habits
