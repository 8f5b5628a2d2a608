"""A data folder in this process: its lock, its log, and the stores side by side that are made from
it.

Shared by workspaces, of which there are two while encoders are changed, and closed with the last of
them. Knows nothing of encoders but the digest of their fingerprints.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import Damaged, StoreError
from indexer.folder_lock import FolderLock
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from indexer.media.folder import MediaFolder
from indexer.media.source import MediaSource
from indexer.stores.edge.location import EdgeLocation
from indexer.stores.registry import StoreRegistry
from service.config import Settings
from service.storage.migration import migrate
from service.storage.pseudonyms import Pseudonyms
from service.storage.wiper import Wiper

MEDIA_FOLDER = "pictures"
"""Of sounds and the like as well."""


class DataFolder:
    """`DataFolder.open` begins with one user, who leaves by `close`."""

    def __init__(
        self,
        log: EventLog,
        registry: StoreRegistry,
        lock: FolderLock | None,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self.log, self.registry = log, registry
        self.pseudonyms = pseudonyms or Pseudonyms()
        self._lock = lock
        self.wiper = Wiper(log)
        self._users = 1
        self._turn = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> DataFolder:
        """StoreLocked where another process has it."""
        pseudonyms = Pseudonyms.of_settings(settings)
        lock = lock_of(settings)
        try:
            check_log_is_there(settings)
            log = open_event_log(settings.log_url)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        folder = cls(log, registry_of(settings), lock, pseudonyms)
        try:
            check_log_is_theirs(log, folder.registry)
            migrate(log, folder.registry)
            folder.pseudonyms.check(log)
            folder.wiper.take_up()
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

    def join(self) -> None:
        """One more user."""
        with self._turn:
            self._users += 1

    def close(self) -> None:
        with self._turn:
            self._users -= 1
            if self._users == 0:
                self.wiper.close()
                self.log.close()
                if self._lock is not None:
                    self._lock.release()

    def _adopt(self) -> None:
        """A store that is alone is the active one: logs of before several were possible do not name
        it."""
        if self.log.active_store() is None and len(stores := self.registry.stores()) == 1:
            self.log.activate_store(stores[0].digest)


def registry_of(settings: Settings) -> StoreRegistry:
    """The stores of a data folder, which need not be open."""
    if settings.store.kind == "edge":
        return StoreRegistry(EdgeLocation(settings.data))
    from indexer.stores.qdrant.location import QdrantLocation  # its client takes .7 s to import

    return StoreRegistry(QdrantLocation(settings.store.url, settings.store.prefix))


def media_of(settings: Settings) -> MediaSource:
    """The pictures and sounds of a data folder, which need not be open, and those on the web."""
    kept = MediaFolder(settings.data / MEDIA_FOLDER)
    return MediaSource(kept, settings.images.limits())


def lock_of(settings: Settings) -> FolderLock | None:
    """Held while this process has the folder; None where the stores are on a server, which several
    may use. A tenant's folder always has one owner."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        why = "the data folder cannot be here: a file is in its place"
        raise StoreError(f"{settings.data}: {why}; name a folder with --data") from None
    has_one_owner = settings.store.kind == "edge" or settings.tenants.enabled
    return FolderLock(settings.data) if has_one_owner else None


def check_log_is_there(settings: Settings) -> None:
    """Damaged where the file of the log is gone or empty, and what was made from it is not: a new log
    in its place would have all of that deleted."""
    file = log_file(settings)
    if file is None or (file.is_file() and file.stat().st_size):
        return
    if settings.store.kind == "edge" and (made := [s.name for s in registry_of(settings).stores()]):
        raise Damaged(
            file,
            f"it is gone or empty, and there are vectors that were made from it ({', '.join(made)})",
            "restore it from a backup, or use another folder to begin anew",
        )


def check_log_is_theirs(log: EventLog, registry: StoreRegistry) -> None:
    """The same of a log on a server, which is there as soon as it is opened: Damaged where nothing
    was ever written to it, and there are vectors."""
    if not log.shared or log.count_items() or log.last_seq() or log.pending_deletions():
        return
    if made := [store.name for store in registry.stores() if registry.count(store)]:
        raise Damaged(
            "the log that log.url names",
            f"it is empty, and there are vectors that were made from another ({', '.join(made)})",
            "correct log.url, restore it from a backup (`pg_restore --clean --if-exists`), or use"
            " another folder to begin anew",
        )


def log_file(settings: Settings) -> Path | None:
    """Where the log is a file; None where it is on a server, or in memory."""
    scheme, _, path = settings.log_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path else None


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """No other process has the folder meanwhile: StoreLocked where one has."""
    lock = lock_of(settings)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def log_alone(settings: Settings) -> Iterator[EventLog]:
    """The log without encoders and vectors: quick to open. StoreLocked where another process has
    the folder, Damaged where the log is gone and what was made from it is not."""
    with alone(settings):
        check_log_is_there(settings)
        with open_event_log(settings.log_url) as log:
            if log.shared:  # else the stores are not even named: their client takes .7 s to import
                check_log_is_theirs(log, registry_of(settings))
            yield log
