"""Restoring: a data folder from a vault, as a whole or not at all, and then its vectors.

    the newest backup that lies before the point -> the events between it and the point, from the
    backup after it or from the journal -> the folder gets its name -> vectors

Where no backup lies before the point, the oldest is cut down to it. Every block is checked as it is
read. Knows no commands.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from encoders.durable import sync
from encoders.errors import EncoderError
from indexer.log.event_log import EventLog, Row
from indexer.log.opening import open_event_log
from service.backup.backup import Step
from service.backup.blocks import rows_of, stored_items_of
from service.backup.erased import Erased
from service.backup.journal import journal_rows
from service.backup.manifest import Manifest
from service.backup.point import Point
from service.backup.refused import Refused
from service.backup.vault import Vault
from service.config import Settings
from service.errors import BackupUnusable, ConfigError
from service.storage.workspace import Workspace

_PARTIAL = ".partial"
_INSERTED = 5_000
"""Rows of the journal that go into the log at once."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored."""

    backup: str
    made_at: float
    """Of the backup, Unix seconds."""
    position: int
    """Of the newest event that was restored; 0 without one."""
    rows: Mapping[str, int]
    """Of each table of the log."""
    left_out: Mapping[str, int]
    """Rows that came after the point, by table."""
    files: int
    vectors: int | None
    """Items that have theirs; None where they are yet to be made, and a remark says why."""
    encoded: int
    """Items among them whose vectors were made anew."""
    remarks: Sequence[str]


def restore(
    source: Path,
    data: Path,
    settings_of: Callable[[Path], Settings],
    *,
    at: Point,
    step: Step = lambda stage, done, total: None,
) -> RestoreReport:
    """A data folder as it was at a point; `settings_of` reads the settings of one.

    BackupUnusable where there is no backup, or something lies at `data`; BackupDamaged names the
    file that is not sound, and nothing is left at `data` then.
    """
    vault, data = Vault(source), data.resolve()
    base, later = _around(vault.manifests(), at)
    _check_free(data)
    partial = data.with_name(data.name + _PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    restoring = _Restoring(vault, base, later, at, step)
    try:
        partial.mkdir(parents=True)
        restoring.files(partial)
        restoring.log(partial)
        restoring.check_vectors()
        _put_in_place(partial, data)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    vectors, encoded = restoring.vectors(lambda: settings_of(data))
    return RestoreReport(
        backup=base.name,
        made_at=base.made_at,
        position=restoring.newest,
        rows=dict(restoring.rows),
        left_out=dict(restoring.left_out),
        files=len(base.files),
        vectors=vectors,
        encoded=encoded,
        remarks=restoring.remarks,
    )


class _Restoring:
    """One backup on its way into a folder."""

    def __init__(
        self, vault: Vault, base: Manifest, later: Manifest | None, at: Point, step: Step
    ) -> None:
        self._vault, self._base, self._later, self._at, self._step = vault, base, later, at, step
        self.rows: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.newest = 0
        self.hidden = 0
        """Rows of people who were deleted since."""
        self.refused: set[str] = set()
        """Who said so later than the backup."""
        self._users: set[str] = set()
        """Who has a profile or a consent in what was restored."""
        self._erased, self._refused = Erased.read(vault.folder), Refused.read(vault.folder)
        self.remarks = list(_remarks(base, at))
        # Whatever a backup of before the point holds came before it, whatever times rows may name.
        self._point_of_base = Point() if at.is_after(base.position, base.made_at) else at

    def files(self, folder: Path) -> None:
        for done, (name, blocks) in enumerate(self._base.files.items(), start=1):
            path = _inside(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                for digest in blocks.digests:
                    stream.write(self._vault.get(digest))
                stream.flush()
                os.fsync(stream.fileno())
            self._step("files", done, len(self._base.files))

    def log(self, folder: Path) -> None:
        if self._base.shared_log:
            return
        with open_event_log(f"sqlite:///{(folder / 'log.db').absolute()}") as log:
            for table, blocks in self._base.tables.items():
                for done, digest in enumerate(blocks.digests, start=1):
                    self._insert(log, table, rows_of(self._vault.get(digest)), self._point_of_base)
                    self._step(f"log: {table}", done, len(blocks.digests))
            for rows in _pages(self._events_after()):
                self._insert(log, "events", rows, self._at)
            self._erased.put_up(log)
            self._refuse(log)
            self._check_model(log)
        if self.hidden:
            self.remarks.append(
                f"{self.hidden:,} rows are left out of people who were deleted since; a model that was"
                " trained before may have learnt of them: `palate train`"
            )

    def _as_refused(self, row: Row) -> Row:
        now = self._refused.of(row)
        self._users.add(row["user_id"])
        if now is not row:
            self.refused.add(row["user_id"])
        return now

    def _refuse(self, log: EventLog) -> None:
        """Refusals of people of whom the backup has no profile."""
        rows = list(self._refused.without(self._users))
        log.insert_rows("users", rows)
        self.refused.update(row["user_id"] for row in rows)
        if self.refused:
            self.remarks.append(
                f"{len(self.refused):,} people said since that they do not want to be known by what is"
                " stored of them: that holds"
            )

    def check_vectors(self) -> None:
        """Before the folder gets its name, since they are put in after that."""
        if self._base.vectors is not None:
            for digest in self._base.vectors.items.digests:
                self._vault.get(digest)

    def vectors(self, settings_of: Callable[[], Settings]) -> tuple[int | None, int]:
        """Items that have vectors now, and how many of them were encoded for it."""
        try:
            settings = settings_of()
            if why := _cannot_make_vectors(self._base, settings):
                self.remarks.append(why)
                return None, 0
            workspace = Workspace.open(settings)
        except (ConfigError, EncoderError) as error:
            self.remarks.append(f"vectors were not made: {error}; the next start makes them")
            return None, 0
        with closing(workspace):
            return self._fill(workspace)

    def _fill(self, workspace: Workspace) -> tuple[int, int]:
        """What the log has otherwise, or the backup has not, is encoded."""
        kept = self._base.vectors
        if kept is not None and kept.store == workspace.digest:
            done = 0
            for digest in kept.items.digests:
                items = stored_items_of(self._vault.get(digest))
                workspace.store.upsert(items)
                done += len(items)
                self._step("vectors", done, kept.items.count)
        report = workspace.indexer().follow(lambda done, total: self._step("encoding", done, total))
        workspace.reconcile()
        workspace.store.optimize()
        return workspace.store.count(), report.indexed

    def _insert(self, log: EventLog, table: str, rows: Sequence[Row], at: Point) -> None:
        alive = [row for row in rows if not self._erased.hides(table, row)]
        self.hidden += len(rows) - len(alive)
        rows = alive
        cut = [at.cut(table, row) for row in rows]
        kept = [row for row in cut if row is not None]
        self.left_out[table] += sum(now != before for now, before in zip(cut, rows, strict=True))
        self.rows[table] += len(kept)
        if table == "users":
            kept = [self._as_refused(row) for row in kept]
        if table == "events":
            self.newest = max([self.newest, *(row["seq"] for row in kept)])
        log.insert_rows(table, kept)

    def _events_after(self) -> Iterator[Row]:
        """Those between the backup and the next one, or the end of its journal."""
        if self._later is None:
            yield from journal_rows(self._vault.journal, self._base)
            return
        for digest in self._later.tables["events"].digests:
            for row in rows_of(self._vault.get(digest)):
                if row["seq"] > self._base.position:
                    yield row

    def _check_model(self, log: EventLog) -> None:
        if log.active_model() is None and self.left_out["models"]:
            self.remarks.append(
                "the model that served came later, so none does: `palate models list` and `palate"
                " models activate`"
            )


def _around(manifests: Sequence[Manifest], at: Point) -> tuple[Manifest, Manifest | None]:
    """The backup to begin with, and the one after it, if there is one."""
    before = [one for one in manifests if at.is_after(one.position, one.made_at)]
    if not before:
        return manifests[0], None
    following = manifests[len(before) :]
    return before[-1], following[0] if following else None


def _remarks(base: Manifest, at: Point) -> Iterator[str]:
    made = datetime.fromtimestamp(base.made_at, UTC).isoformat(" ", "seconds")
    if base.shared_log:
        yield "the log is in PostgreSQL: restore it there with `pg_restore`"
    elif not at.is_newest and at.is_after(base.position, base.made_at):
        yield (
            f"items, profiles, models and deletions are as of the backup of {made}; events are as of"
            " the point"
        )
    elif not at.is_newest:
        yield (
            f"no backup is as old as the point, so that of {made} was cut: what was changed or"
            " deleted in between cannot be told"
        )
    if at.position is not None:
        yield "a position cuts events; of other rows the log does not know their place"


def _cannot_make_vectors(base: Manifest, settings: Settings) -> str:
    """Why not; empty where they can be."""
    if base.shared_log:
        return "vectors are yet to be made: `palate rebuild`, once the log is back"
    if settings.log.url:
        return (
            "the settings name a log elsewhere (log.url), which was left alone, and so were the vectors:"
            " take it out to use what was restored, then `palate rebuild`"
        )
    if settings.store.kind != "edge":
        return (
            "the settings name a Qdrant server, whose vectors were left alone: `palate rebuild` makes"
            " them there from what was restored"
        )
    return ""


def _inside(folder: Path, name: str) -> Path:
    """Where a file of a backup goes; BackupUnusable where that is outside, which we never write."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupUnusable(name, "lies outside the data folder", "this is no backup of ours")
    return path


def _check_free(data: Path) -> None:
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BackupUnusable(
            data, "it is not empty", "restore into a folder that is, or is not there"
        )


def _put_in_place(partial: Path, data: Path) -> None:
    sync(partial)
    if data.exists():
        data.rmdir()
    partial.rename(data)
    sync(data.parent)


def _pages(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    for first in rows:
        yield [first, *islice(rows, _INSERTED - 1)]
