"""Following: a backup, then the events as they come, and a backup again every so often.

What comes between two backups, apart from events and the lists of who was deleted and who refused, is
in the next one. A server may come and go meanwhile, and so may this: whenever it begins, it begins with
a backup. Knows no commands and no clock of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from indexer.errors import StoreUnavailable
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.backup.backup import KEPT, BackupReport, Step, add_backup
from service.backup.erased import keep_erased
from service.backup.journal import Journal
from service.backup.manifest import Manifest
from service.backup.refused import keep_refused
from service.backup.vault import Vault
from service.config import Settings
from service.errors import BackupUnusable

POLL_S = 0.3
"""Between two looks at the log: with the writing, an event is shipped within a second."""
EVERY_S = 300.0
_PG_FOLLOWS = (
    "PostgreSQL ships its own log: see its continuous archiving, and back up without --follow"
)

Wait = Callable[[float], bool]
"""Waits so many seconds; true once following is to end."""


def follow(
    settings: Settings,
    folder: Path,
    wait: Wait,
    *,
    every_s: float = EVERY_S,
    keep: int = KEPT,
    clock: Callable[[], float] = time.monotonic,
    step: Step = lambda stage, done, total: None,
    on_backup: Callable[[BackupReport], None] = lambda report: None,
    on_trouble: Callable[[str], None] = lambda why: None,
) -> None:
    """Until `wait` says so. `on_backup` is told of every backup, `on_trouble` why the log could not
    be read for once: it is tried again. Errors as of `back_up`, and BackupUnusable for a log on a
    database server."""
    with closing(Vault.writing(folder)) as vault, open_event_log(settings.log_url) as log:
        if log.shared:
            raise BackupUnusable(folder, "the log cannot be followed", _PG_FOLLOWS)
        known: set[str] = set()
        while True:
            manifest, report = add_backup(settings, vault, keep=keep, known=known, step=step)
            known = set(manifest.digests())
            on_backup(report)
            due = clock() + every_s
            if _ship(log, vault, manifest, wait, lambda due=due: clock() >= due, on_trouble):  # type: ignore[misc]
                return


def _ship(
    log: EventLog,
    vault: Vault,
    manifest: Manifest,
    wait: Wait,
    is_due: Callable[[], bool],
    on_trouble: Callable[[str], None],
) -> bool:
    """Events into the journal, until another backup is due or following ends; whether it ends."""
    kept = -1  # the lists of then are in the folder
    with closing(Journal(vault.journal, manifest)) as journal:
        while True:
            ending = wait(POLL_S)
            try:
                _take(log, journal)
                if (withdrawals := log.withdrawals()) != kept:
                    keep_erased(vault.folder, log)
                    keep_refused(vault.folder, log)
                    kept = withdrawals
            except StoreUnavailable as error:
                on_trouble(str(error))
            if ending or is_due():
                return ending


def _take(log: EventLog, journal: Journal) -> None:
    if log.last_seq() == journal.position:
        return
    with log.snapshot() as snapshot:
        for rows in snapshot.rows("events", after=journal.position):
            journal.append(rows)
