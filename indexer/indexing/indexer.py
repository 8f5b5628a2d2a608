"""Indexer: the one path by which items get into the log and the store, for the command line and for
the server.

    log (acknowledged, synced) -> encode what changed -> store -> log (marked as indexed)

Whenever this stops, what the log has acknowledged is pending there, and `reconcile` (or indexing
the same rows again) goes on. A store that is not active (`indexer.log.marks`) is brought up to the
log by `follow`, item by item. Rows that cannot be used, and pictures or sounds that cannot be read,
are reported, never raised; an encoder or a store that fails is raised. Knows nothing of file
formats and gRPC.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from encoders.base import TextEncoder
from encoders.errors import MediaError
from encoders.fingerprint import digest_of
from encoders.modality import Modalities, fingerprints_of, media_types
from indexer.batches import batched
from indexer.catalog.item import Item
from indexer.catalog.rows import RowError
from indexer.indexing.item_encoder import ItemEncoder
from indexer.indexing.shared_space import SharedSpace, joint_names
from indexer.indexing.throughput import Throughput
from indexer.log.event_log import EventLog, StoreMarks
from indexer.log.marks import InactiveStoreMarks
from indexer.media.folder import public_name
from indexer.media.source import MediaSource
from indexer.stores.store import ItemStore, StoredItem

BATCH = 256
"""Items that are encoded and stored at once: enough for texts of like lengths to be found among
them."""
FLUSH_EVERY = 5_000
"""Items after which the store is brought to disk, so that its write-ahead log stays short."""

RowProgress = Callable[[int, int | None], None]
"""Called with the rows done and, where it is known, the rows there are."""
OnPut = Callable[[Sequence[tuple[int, Item]]], None]
"""Called with items and their indices."""
Given = Mapping[str, Mapping[str, Sequence[bytes]]]
"""What came as bytes for each modality, by item_id."""
T = TypeVar("T")


@dataclass(slots=True)
class IndexReport:
    """What became of the rows. `line` is a row's line in its file, or its position from 1."""

    indexed: int = 0
    """New or changed, and now in the store."""
    skipped: int = 0
    """Already there with the same content."""
    deleted: int = 0
    failed: list[RowError] = field(default_factory=list)
    """Rows that were not used."""
    warnings: list[RowError] = field(default_factory=list)
    """Pictures and sounds that items were indexed without, one each. They are tried again when the
    row comes again."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item on its way into the store."""

    line: int
    item_index: int
    item: Item


class Indexer:
    """Keeps a store in step with a log. May be called from many threads: batches go one at a time."""

    def __init__(
        self,
        log: EventLog,
        store: ItemStore,
        text_encoder: TextEncoder,
        modalities: Modalities,
        media: MediaSource,
        *,
        spaces: Sequence[SharedSpace] = (),
        on_stored: Callable[[Sequence[StoredItem]], None] | None = None,
        batch: int = BATCH,
    ) -> None:
        """`on_stored` is called with every batch of newly encoded items, whose vectors other than those
        of the encoders and of the shared spaces are gone: a trained model's vectors are set again
        from there."""
        self._log = log
        self._store = store
        self._digest = digest_of(fingerprints_of(text_encoder, modalities))
        self._encoder = ItemEncoder(store, text_encoder, modalities, media, spaces)
        self._modalities = modalities
        self._media = media
        self._spaces = spaces
        self._on_stored = on_stored
        self._batch = batch
        self._turn = threading.RLock()
        self._unflushed = 0

    @property
    def throughput(self) -> Throughput:
        """What was encoded so far, and how long that took."""
        return self._encoder.throughput

    def index_items(
        self,
        items: Iterable[Item],
        *,
        root: Path | None = None,
        given: Given | None = None,
        on_progress: RowProgress | None = None,
    ) -> IndexReport:
        """Put items into log and store. Paths of pictures and sounds are relative to `root` and
        stay inside it; an item may name those it has already, where there is no root or no such file
        in it. An item for which some
        of a modality are `given` as bytes has no others of it."""
        report = IndexReport()
        done = 0
        for numbered in batched(enumerate(items, start=1), self._batch):
            with self._turn:
                self._take_in(self._admit(numbered, root, given or {}, report), report)
            done += len(numbered)
            if on_progress:
                on_progress(done, None)
        return report

    def delete_items(self, item_ids: Sequence[str]) -> list[str]:
        """Take items out of log and store; returns the ids that were not there."""
        with self._turn:
            missing = self._log.delete_items(item_ids)
            self._delete_pending()
        return missing

    def reconcile(self, on_progress: RowProgress | None = None) -> IndexReport:
        """Bring the store up to the log: what an earlier run left undone, and what the store lost.
        Run it at start.

        A store that is not active is compared first, and active from then on.
        """
        report = IndexReport()
        with self._turn:
            if not self._is_active():
                report = self.follow(on_progress)
            self._log.activate_store(self._digest)
            report.deleted += self._delete_pending()
            total = self._log.count_pending()
            while pending := self._log.pending_items(self._batch):
                self._put(_entries(pending, report.indexed + 1), report)
                if on_progress:
                    on_progress(report.indexed, total)
            if self._store.unclean or self._store.count() != self._log.count_items():
                self._compare(report)
            self._complete_spaces()
            self._store.flush()
        return report

    def follow(
        self, on_progress: RowProgress | None = None, on_put: OnPut | None = None
    ) -> IndexReport:
        """Bring the store up to the log, item by item: what is equal stays, and only what encoders
        would read differently is encoded. Stopped half-way, it goes on there. `on_put` is called with
        what was not equal."""
        report = IndexReport()
        with self._turn:
            self._compare(report, on_progress, on_put)
            self._complete_spaces()
            self._store.flush()
        return report

    def rebuild(self, on_progress: RowProgress | None = None) -> IndexReport:
        """Encode everything anew from the log, into a store that was opened `anew`. What stops it,
        `reconcile` goes on with. Pictures and sounds that no item uses any more are removed."""
        report = IndexReport()
        with self._turn:
            self._log.activate_store(self._digest)
            report.deleted += self._delete_pending()
            total = self._log.count_items()
            for page in batched(self._log.iter_items(), self._batch):
                self._put(_entries(page, report.indexed + 1), report, anew=True)
                if on_progress:
                    on_progress(report.indexed, total)
            self._media.kept.remove(self._unused_media())
            self._store.flush()
        return report

    def sweep_media(self) -> int:
        """Remove pictures and sounds that came as bytes and that no item has any more; how many. Others
        may index meanwhile, unless there is something to remove."""
        if not self._unused_media():
            return 0
        with self._turn:
            unused = self._unused_media()  # one of them may have come again
            self._media.kept.remove(unused)
        return len(unused)

    def _unused_media(self) -> set[str]:
        used = {
            name
            for _, item in self._log.iter_items()
            for names in item.media.values()
            for name in names
        }
        return self._media.kept.unused(used)

    def _admit(
        self,
        numbered: Sequence[tuple[int, Item]],
        root: Path | None,
        given: Given,
        report: IndexReport,
    ) -> list[tuple[int, Item]]:
        """The items with their media named as the log may have them."""
        named = [item.item_id for _, item in numbered if item.media]
        before = self._log.get_items(named)
        admitted: list[tuple[int, Item]] = []
        for line, item in numbered:
            _, stored = before.get(item.item_id, (-1, Item(item.item_id)))
            for modality in media_types():
                contents = given.get(modality, {}).get(item.item_id)
                if contents is not None:
                    keep = partial(self._media.keep, modality=modality)
                    names = _admitted(contents, keep, (line, item.item_id), modality, report)
                elif modality in item.media:
                    # Who reads an item, or exports it, and writes it back keeps what the log has.
                    known = {public_name(name): name for name in stored.perceived(modality)}
                    admit = partial(self._name, known, root, modality)
                    named_so = item.perceived(modality)
                    names = _admitted(named_so, admit, (line, item.item_id), modality, report)
                else:
                    continue
                item = item.with_perceived(modality, names)
            admitted.append((line, item))
        return admitted

    def _name(self, known: Mapping[str, str], root: Path | None, modality: str, name: str) -> str:
        """What the log calls it: a file of `root` goes before one of the same name that the item has."""
        if name in known and (root is None or not os.path.exists(root / name)):
            return known[name]
        return self._media.admit(name, root, modality)

    def _take_in(self, numbered: Sequence[tuple[int, Item]], report: IndexReport) -> None:
        todo: dict[
            int, _Entry
        ] = {}  # by index: of two rows of one item in a batch, the later stands
        puts = self._log.put_items([item for _, item in numbered])
        for (line, item), put in zip(numbered, puts, strict=True):
            if put.pending:
                todo[put.item_index] = _Entry(line, put.item_index, item)
        report.skipped += len(numbered) - len(todo)
        self._put(list(todo.values()), report)

    def _put(self, entries: Sequence[_Entry], report: IndexReport, *, anew: bool = False) -> None:
        """Into the store, encoding only what the encoders would read differently; `anew` encodes
        everything."""
        if not entries:
            return
        indices = [entry.item_index for entry in entries]
        before = {} if anew else self._store.get_items(indices)
        marks = self._marks()
        for index in marks.lacking_pictures(before):
            before[index] = replace(before[index], media={})  # as good as none: tried again
        same = [
            entry
            for entry in entries
            if self._reads_alike(before.get(entry.item_index), entry.item)
        ]
        changed = [
            entry
            for entry in entries
            if not self._reads_alike(before.get(entry.item_index), entry.item)
        ]
        self._store.set_items([(entry.item_index, entry.item) for entry in same])
        lacking = self._encode(changed, before, report) if changed else ()
        marks.mark_indexed(
            indices, [entry.item.content_hash() for entry in entries], lacking_pictures=lacking
        )
        report.indexed += len(entries)
        self._unflushed += len(entries)
        if self._unflushed >= FLUSH_EVERY:
            self._store.flush()
            self._unflushed = 0

    def _encode(
        self, entries: Sequence[_Entry], before: Mapping[int, Item], report: IndexReport
    ) -> Collection[int]:
        """Encode and store; returns the indices of items that lack some picture or sound."""
        encoding = self._encoder.encode(
            [(entry.item_index, entry.item) for entry in entries], before
        )
        self._store.upsert(encoding.items)
        if self._on_stored:
            self._on_stored(encoding.items)
        entry_of = {entry.item_index: entry for entry in entries}
        warnings = [
            _without_one(entry_of[one.item_index], one.modality, one.error)
            for one in encoding.problems
        ]
        report.warnings += sorted(warnings, key=lambda warning: warning.line)
        return {problem.item_index for problem in encoding.problems}

    def _complete_spaces(self) -> None:
        """Exactly the shared spaces that are active: what others left goes, what was put in without
        them is added."""
        active = {name for space in self._spaces for name in space.names}
        for name in joint_names(self._store):
            if name not in active:
                self._store.drop_vector(name)
        for space in self._spaces:
            space.fill(self._store)

    def _delete_pending(self) -> int:
        gone = self._log.pending_deletions()
        if gone:
            self._store.delete(gone)
            self._marks().mark_deleted(gone)
        return len(gone)

    def _compare(
        self,
        report: IndexReport,
        on_progress: RowProgress | None = None,
        on_put: OnPut | None = None,
    ) -> None:
        """Item by item, where the marks do not tell: the store was not closed, was not active, or
        holds another number of items than the log."""
        extra = set(self._store.matching(None).tolist()) - set(self._log.item_indices().values())
        self._store.delete(sorted(extra))
        report.deleted += len(extra)
        done, total = 0, self._log.count_items()
        for page in batched(self._log.iter_items(), 1000):
            stored = self._store.get_items([index for index, _ in page])
            differing = [(index, item) for index, item in page if stored.get(index) != item]
            done += len(page) - len(differing)
            for part in batched(differing, self._batch):
                self._put(_entries(part, report.indexed + 1), report)
                done += len(part)
                if on_put:
                    on_put(part)
                if on_progress:
                    on_progress(done, total)

    def _is_active(self) -> bool:
        return self._log.active_store() in (None, self._digest)

    def _reads_alike(self, before: Item | None, now: Item) -> bool:
        """Whether neither an encoder nor the ranker, which learns of what is encoded, would tell
        them apart."""
        if before is None or (before.text(), before.domain) != (now.text(), now.domain):
            return False
        return all(before.perceived(name) == now.perceived(name) for name in self._modalities)

    def _marks(self) -> StoreMarks:
        """Asked for anew each time: another store may become active, or this one."""
        return self._log if self._is_active() else InactiveStoreMarks(self._log, self._digest)


def _admitted(
    contents: Sequence[T],
    admit: Callable[[T], str],
    row: tuple[int, str],
    modality: str,
    report: IndexReport,
) -> list[str]:
    """What the log calls those that can be had; the others are told of a row: its line and its
    item."""
    names: list[str] = []
    for content in contents:
        try:
            names.append(admit(content))
        except MediaError as error:
            report.warnings.append(_without(row, modality, len(contents), error))
    return names


def _without(row: tuple[int, str], modality: str, n: int, error: MediaError) -> RowError:
    """One of the `n` contents that the row has of a modality."""
    kind = media_types()[modality]
    one = f"its {kind.noun}" if n == 1 else f"one of its {n} {kind.plural}"
    return RowError(*row, f"indexed without {one}: {error}")


def _without_one(entry: _Entry, modality: str, error: MediaError) -> RowError:
    n = len(entry.item.perceived(modality))
    return _without((entry.line, entry.item.item_id), modality, n, error)


def _entries(pairs: Iterable[tuple[int, Item]], first_line: int) -> list[_Entry]:
    return [_Entry(line, index, item) for line, (index, item) in enumerate(pairs, start=first_line)]
