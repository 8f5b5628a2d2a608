"""A kept crowd: who chose what, as it was counted last, in <data>/ready/crowd. Knows no counting."""

from __future__ import annotations

import logging

from service.reasons.crowd import Crowd
from service.storage.mapped_arrays import Mapped, forget_mapped, read_mapped, write_mapped
from service.storage.stand import Since, Stand
from service.storage.workspace import Workspace

FOLDER = "ready/crowd"
FORMAT = 1
"""Raised whenever a crowd holds something else, or is counted otherwise."""
_ARRAYS = ("person", "deed", "is_recent", "starts", "recent_counts")
logger = logging.getLogger(__name__)


class KeptCrowd:
    """Of one data folder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._folder = workspace, workspace.settings.data / FOLDER
        self._made_of = {
            "format": FORMAT,
            "events": workspace.settings.events.model_dump(mode="json"),
        }

    def stand(self) -> Stand | None:
        """To be asked before the log is read; None where its crowd may not be kept."""
        return self._workspace.stand()

    def keep(self, crowd: Crowd, stand: Stand) -> None:
        """In the place of the one that was kept."""
        if self._workspace.store.no_room:
            return
        about = {
            "made_of": self._made_of,
            "deeds": list(crowd.deeds),
            "n_people": crowd.n_people,
        }
        arrays = {name: getattr(crowd, name) for name in _ARRAYS}
        write_mapped(self._folder, about, {**arrays, **stand.to_arrays()})

    def forget(self) -> None:
        """Remove the one that is kept: it has what somebody chose who was deleted."""
        forget_mapped(self._folder)

    def take_up(self) -> tuple[Crowd, int] | None:
        """The crowd and the newest event that it knows; None where it must be counted: there are other
        items, events were deleted, or there are more than a few new ones."""
        found, now = read_mapped(self._folder), self.stand()
        if found is None or now is None or found.about.get("made_of") != self._made_of:
            return None
        try:
            before, crowd = Stand.of_arrays(found.arrays), _crowd_of(found)
            since = Since.of(before, now, self._workspace.log)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s cannot be used and is made anew: %s", self._folder, error)
            return None
        if since.came_or_went or since.deleted_events or not since.few_events:
            return None
        return crowd, before.last_seq


def _crowd_of(found: Mapped) -> Crowd:
    arrays = {name: found.arrays[name] for name in _ARRAYS}
    return Crowd(**arrays, deeds=found.about["deeds"], n_people=found.about["n_people"])
