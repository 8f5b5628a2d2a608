"""A data folder in this process: its lock, its log, and the stores side by side that are made from
it.

Shared by workspaces, of which there are two while encoders are changed, and closed with the last of
them. Knows nothing of encoders but the digest of their fingerprints.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from indexer.folder_lock import FolderLock
from indexer.log.event_log import EventLog, SmallValues
from indexer.log.opening import open_event_log
from indexer.stores.edge.location import EdgePlace
from indexer.stores.qdrant.location import QdrantPlace
from indexer.stores.registry import Shelf
from service.config import Settings


class DataFolder:
    """`DataFolder.open` begins with one user, who leaves by `close`."""

    def __init__(self, log: EventLog, shelf: Shelf, lock: FolderLock | None) -> None:
        self.log, self.shelf = log, shelf
        self._lock = lock
        self._users = 1
        self._turn = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> DataFolder:
        """StoreLocked where another process has it."""
        lock = lock_of(settings)
        try:
            log = open_event_log(settings.log_url)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        folder = cls(log, shelf_of(settings), lock)
        try:
            folder._adopt()
        except BaseException:
            folder.close()
            raise
        return folder

    @property
    def sole_writer(self) -> bool:
        """Whether nobody else writes to log and stores while this process has the folder, so that
        what it has read stays true until it writes itself."""
        return self._lock is not None and not self.log.shared

    def name_encoders(self, digest: str, names: Mapping[str, str]) -> None:
        """Keep what the settings call the encoders with this digest, for people to read."""
        text = json.dumps(dict(names))
        if self.log.meta_get(_named(digest)) != text:
            self.log.meta_set(_named(digest), text)

    def join(self) -> None:
        """One more user."""
        with self._turn:
            self._users += 1

    def close(self) -> None:
        with self._turn:
            self._users -= 1
            if self._users == 0:
                self.log.close()
                if self._lock is not None:
                    self._lock.release()

    def _adopt(self) -> None:
        """A store that is alone is the active one: logs of before several were possible do not
        name it."""
        if self.log.active_store() is None and len(stores := self.shelf.stores()) == 1:
            self.log.activate_store(stores[0].digest)


def encoder_names(log: SmallValues, digest: str) -> Mapping[str, str]:
    """What the settings called the encoders with this digest, by "text", and "image" or "audio";
    empty where that was not kept."""
    names: dict[str, str] = json.loads(log.meta_get(_named(digest)) or "{}")
    return names


def shelf_of(settings: Settings) -> Shelf:
    """The stores of a data folder, which need not be open."""
    if settings.store.kind == "edge":
        return Shelf(EdgePlace(settings.data))
    return Shelf(QdrantPlace(settings.store.url, settings.store.prefix))


def lock_of(settings: Settings) -> FolderLock | None:
    """Held while this process has the folder; None where the stores are on a server, which several
    may use."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return FolderLock(settings.data) if settings.store.kind == "edge" else None


@contextmanager
def log_alone(settings: Settings) -> Iterator[EventLog]:
    """The log without encoders and vectors: quick to open. StoreLocked where another process has
    the folder."""
    lock = lock_of(settings)
    try:
        with open_event_log(settings.log_url) as log:
            yield log
    finally:
        if lock is not None:
            lock.release()


def _named(digest: str) -> str:
    return f"encoders:{digest}"
