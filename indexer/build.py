"""Indexer: the one path by which items get into the log and the store, for the command line and for the server.

    log (acknowledged, synced) -> encode what changed -> store -> log (marked as indexed)

Whenever this stops, what the log has acknowledged is pending there, and `reconcile` (or indexing the same rows again)
goes on. Rows that cannot be used and pictures that cannot be read are reported, never raised; an encoder or a store
that fails is raised. Knows nothing of file formats and gRPC.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from PIL import Image

from encoders.base import FloatArray, ImageEncoder, TextEncoder
from encoders.errors import ImageError
from encoders.picture import open_image
from indexer.catalog import Item, RowError
from indexer.eventlog import EventLog
from indexer.pictures import PictureFolder, admitted
from indexer.store import IMAGE, TEXT, ItemStore, StoredItem

BATCH = 64
MAX_PIXELS_AT_ONCE = 32_000_000
"""Decoded pictures held at a time, in pixels: 64 large ones would take gigabytes."""
FLUSH_EVERY = 5_000
"""Items after which the store is brought to disk, so that its write-ahead log stays short."""

Progress = Callable[[int, int | None], None]
"""Called with the rows done and, where it is known, the rows there are."""
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
    """Items that were indexed without their picture."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item on its way into the store."""

    line: int
    item_index: int
    item: Item


def dims_of(text_encoder: TextEncoder, image_encoder: ImageEncoder | None) -> dict[str, int]:
    """Widths by vector name, as a store is opened with."""
    return {TEXT: text_encoder.dim} | ({IMAGE: image_encoder.dim} if image_encoder else {})


def fingerprints_of(text_encoder: TextEncoder, image_encoder: ImageEncoder | None) -> dict[str, str]:
    """Fingerprints by vector name, as a store is opened with."""
    return {TEXT: text_encoder.fingerprint} | ({IMAGE: image_encoder.fingerprint} if image_encoder else {})


class Indexer:
    """Keeps a store in step with a log. May be called from many threads: batches go one at a time."""

    def __init__(
        self,
        log: EventLog,
        store: ItemStore,
        text_encoder: TextEncoder,
        image_encoder: ImageEncoder | None,
        pictures: PictureFolder,
        *,
        on_stored: Callable[[Sequence[StoredItem]], None] | None = None,
        batch: int = BATCH,
    ) -> None:
        """`on_stored` is told of every batch of newly encoded items, whose vectors other than text and image are gone:
        a trained model's vectors are set again from there."""
        self._log = log
        self._store = store
        self._text = text_encoder
        self._image = image_encoder
        self._pictures = pictures
        self._on_stored = on_stored
        self._batch = batch
        self._turn = threading.RLock()
        self._unflushed = 0

    def index_items(
        self,
        rows: Iterable[Item | RowError],
        *,
        image_root: Path | None = None,
        images: Mapping[str, bytes] | None = None,
        total: int | None = None,
        on_progress: Progress | None = None,
    ) -> IndexReport:
        """Put items into log and store. Paths of pictures are relative to `image_root` and stay inside it; `images`
        holds pictures that came as bytes, by item_id."""
        report = IndexReport()
        done = 0
        for numbered in _batches(enumerate(rows, start=1), self._batch):
            report.failed += [row for _, row in numbered if isinstance(row, RowError)]
            items = [(line, row) for line, row in numbered if isinstance(row, Item)]
            with self._turn:
                admitted_items = [self._admit(line, item, image_root, images or {}, report) for line, item in items]
                self._take_in(admitted_items, [line for line, _ in items], report)
            done += len(numbered)
            if on_progress:
                on_progress(done, total)
        return report

    def delete_items(self, item_ids: Sequence[str]) -> list[str]:
        """Take items out of log and store; returns the ids that were not there."""
        with self._turn:
            missing = self._log.delete_items(item_ids)
            self._delete_pending()
        return missing

    def reconcile(self, on_progress: Progress | None = None) -> IndexReport:
        """Bring the store up to the log: what an earlier run left undone, and what the store lost. Run it at start."""
        report = IndexReport()
        with self._turn:
            report.deleted += self._delete_pending()
            total = self._log.count_pending()
            while pending := self._log.pending_items(self._batch):
                self._put(_entries(pending, report.indexed + 1), report)
                if on_progress:
                    on_progress(report.indexed, total)
            if self._store.unclean or self._store.count() != self._log.count_items():
                self._compare(report)
            self._store.flush()
        return report

    def rebuild(self, on_progress: Progress | None = None) -> IndexReport:
        """Encode everything anew from the log, into a store that was opened `anew`. What stops it, `reconcile` goes on
        with. Pictures that no item uses any more are removed."""
        report = IndexReport()
        used: set[str] = set()
        with self._turn:
            report.deleted += self._delete_pending()
            total = self._log.count_items()
            for page in _batches(self._log.iter_items(), self._batch):
                used.update(item.image for _, item in page if item.image)
                self._put(_entries(page, report.indexed + 1), report, anew=True)
                if on_progress:
                    on_progress(report.indexed, total)
            self._pictures.sweep(used)
            self._store.flush()
        return report

    def _admit(
        self, line: int, item: Item, image_root: Path | None, images: Mapping[str, bytes], report: IndexReport
    ) -> Item:
        """The item with its picture named as the log may have it."""
        if item.item_id in images:
            return replace(item, image=self._pictures.keep(images[item.item_id]))
        if item.image is None:
            return item
        try:
            return replace(item, image=admitted(item.image, image_root))
        except ImageError as error:
            report.warnings.append(RowError(line, item.item_id, f"indexed without its picture: {error}"))
            return replace(item, image=None)

    def _take_in(self, items: Sequence[Item], lines: Sequence[int], report: IndexReport) -> None:
        todo: dict[int, _Entry] = {}  # by index: of two rows of one item in a batch, the later stands
        for line, item, put in zip(lines, items, self._log.put_items(items), strict=True):
            if put.pending:
                todo[put.item_index] = _Entry(line, put.item_index, item)
        report.skipped += len(items) - len(todo)
        self._put(list(todo.values()), report)

    def _put(self, entries: Sequence[_Entry], report: IndexReport, *, anew: bool = False) -> None:
        """Into the store, encoding only what the encoders would read differently; `anew` encodes everything."""
        if not entries:
            return
        before = {} if anew else self._store.get_items([entry.item_index for entry in entries])
        same = [entry for entry in entries if _reads_alike(before.get(entry.item_index), entry.item)]
        changed = [entry for entry in entries if not _reads_alike(before.get(entry.item_index), entry.item)]
        self._store.set_items([(entry.item_index, entry.item) for entry in same])
        if changed:
            encoded = self._encode(changed, report)
            self._store.upsert(encoded)
            if self._on_stored:
                self._on_stored(encoded)
        self._log.mark_indexed([e.item_index for e in entries], [e.item.content_hash() for e in entries])
        report.indexed += len(entries)
        self._unflushed += len(entries)
        if self._unflushed >= FLUSH_EVERY:
            self._store.flush()
            self._unflushed = 0

    def _encode(self, entries: Sequence[_Entry], report: IndexReport) -> list[StoredItem]:
        texts = self._text.encode_passages([entry.item.text() for entry in entries])
        vectors: dict[int, dict[str, FloatArray]] = {
            entry.item_index: {TEXT: row} for entry, row in zip(entries, texts, strict=True)
        }
        if self._image:
            for part in self._opened(entries, report):
                rows = self._image.encode_images([picture for _, picture in part])
                for (entry, _), row in zip(part, rows, strict=True):
                    vectors[entry.item_index][IMAGE] = row
        return [StoredItem(entry.item_index, entry.item, vectors[entry.item_index]) for entry in entries]

    def _opened(self, entries: Sequence[_Entry], report: IndexReport) -> Iterator[list[tuple[_Entry, Image.Image]]]:
        """The pictures that can be read, as many at a time as memory should hold."""
        part: list[tuple[_Entry, Image.Image]] = []
        pixels = 0
        for entry in entries:
            if not entry.item.image:
                continue
            try:
                picture = open_image(self._pictures.path(entry.item.image))
            except ImageError as error:
                report.warnings.append(
                    RowError(entry.line, entry.item.item_id, f"indexed without its picture: {error}")
                )
                continue
            part.append((entry, picture))
            pixels += picture.width * picture.height
            if pixels >= MAX_PIXELS_AT_ONCE:
                yield part
                part, pixels = [], 0
        if part:
            yield part

    def _delete_pending(self) -> int:
        gone = self._log.pending_deletions()
        if gone:
            self._store.delete(gone)
            self._log.mark_deleted(gone)
        return len(gone)

    def _compare(self, report: IndexReport) -> None:
        """Item by item, after the store was not closed or does not hold as many items as the log."""
        extra = set(self._store.matching(None).tolist()) - set(self._log.item_indices().values())
        self._store.delete(sorted(extra))
        report.deleted += len(extra)
        for page in _batches(self._log.iter_items(), 1000):
            stored = self._store.get_items([index for index, _ in page])
            differing = [(index, item) for index, item in page if stored.get(index) != item]
            for part in _batches(differing, self._batch):
                self._put(_entries(part, report.indexed + 1), report)


def _reads_alike(before: Item | None, now: Item) -> bool:
    return before is not None and before.text() == now.text() and before.image == now.image


def _entries(pairs: Iterable[tuple[int, Item]], first_line: int) -> list[_Entry]:
    return [_Entry(line, index, item) for line, (index, item) in enumerate(pairs, start=first_line)]


def _batches(entries: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(entries)
    while part := list(islice(iterator, size)):
        yield part
