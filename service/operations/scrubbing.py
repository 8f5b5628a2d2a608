"""Scrubbing: everything that a data folder holds is read and verified, and nothing is changed.

    log       structure, the hash of every item, the checksum of every event
    pictures  the hash of each that is kept
    models    checksums and arrays of every one
    vectors   every item as in the log, with finite vectors; a sample encoded again and compared

Knows no command line; `Scrubber` does it beside a server, again and again.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from encoders.errors import AlignmentError
from indexer.catalog.item import Item
from indexer.indexing.item_encoder import ItemEncoder
from indexer.stores.store import TEXT
from service.api.messages import TrainProgress
from service.errors import PalateError
from service.priority import SCRUBBING, give_way
from service.ranker.checkpoint import CheckpointError, verify_checkpoint
from service.recommender import Recommender
from service.storage.alignments import Alignments
from service.storage.data_folder import media_of
from service.storage.workspace import Workspace

logger = logging.getLogger(__name__)

Tell = Callable[[TrainProgress], None]
"""What it raises ends the scrubbing."""

SAMPLE = 64
"""Items that are encoded again."""
ALIKE = 0.9
"""Least cosine of two encodings of one text. The store may keep 8 bits a number, and where a processor
computes in bfloat16 one text has down to .97 with what another stored (500 of movielens-small)."""
NAMED = 5
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is damaged, how, and what to do about it."""

    what: str
    found: str
    todo: str


def scrub(workspace: Workspace, tell: Tell = lambda _: None) -> list[Problem]:
    """Everything that is wrong with what an open data folder holds."""
    steps = (_log, _pictures, _models, _alignments, _vectors, _sampled)
    return [problem for step in steps for problem in step(workspace, tell)]


def sampled(workspace: Workspace, size: int = SAMPLE, seed: int = 0) -> list[Problem]:
    """What is wrong with some of the vectors of texts, by encoding the texts again."""
    indices = list(workspace.log.item_indices().values())
    chosen = np.random.default_rng(seed).permutation(indices)[:size].tolist()
    stored = workspace.store.get_items(chosen)
    items = sorted(stored.items())
    encoder = ItemEncoder(workspace.store, workspace.text_encoder, {}, media_of(workspace.settings))
    fresh = {one.item_index: one.vectors.get(TEXT) for one in encoder.encode(items, {}).items}
    found, vectors = workspace.store.vectors(TEXT, [index for index, _ in items])
    kept = dict(zip(found.tolist(), vectors, strict=True))
    wrong = [item.item_id for index, item in items if not _alike(kept.get(index), fresh.get(index))]
    return _vector_problem("whose text gives another vector than the one that is stored", wrong)


def _log(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    log = workspace.log
    total, done = log.count_items() + log.count_events(), 0

    def on_rows(n: int) -> None:
        nonlocal done
        done += n
        tell(TrainProgress("log", done, max(done, total)))

    tell(TrainProgress("log", 0, total))
    for found in log.damage(on_rows):
        todo = "`palate log salvage FILE` reads what can be read, or restore a backup"
        yield Problem("log", found, todo)


def _pictures(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    tell(TrainProgress("pictures", 0))
    names = list(media_of(workspace.settings).kept.damaged())
    if names:
        todo = "restore them from a backup, or send them with their items again"
        yield Problem("pictures", f"{len(names):,} are not as they came: {_first(names)}", todo)


def _models(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    records = workspace.log.list_models()
    for done, record in enumerate(records):
        tell(TrainProgress("models", done, len(records)))
        try:
            verify_checkpoint(workspace.settings.data / record.path, list(workspace.dims))
        except CheckpointError as error:
            yield Problem(
                "model", f"{record.version}: {error}", "restore it from a backup, or train"
            )


def _alignments(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    kept = Alignments(workspace.settings.data)
    for version in kept.active_versions():
        try:
            kept.read(version, workspace.fingerprints)
        except AlignmentError as error:
            yield Problem("alignment", str(error), "`palate align`")


def _vectors(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    """Whether each item of the log is in the store, as it is in the log, with its vectors."""
    store, log = workspace.store, workspace.log
    if store.damage:
        yield Problem("vectors", store.damage, "`palate rebuild`")
    total, done = store.count(), 0
    waiting = {index for index, _ in log.pending_items(_PAGE)}
    other: list[str] = []
    bare: list[str] = []
    for page in store.scroll(list(workspace.dims), _PAGE):
        known = log.get_items([row.item.item_id for row in page])
        for row in page:
            index, item = known.get(row.item.item_id, (row.item_index, Item("")))
            if row.item_index in waiting:
                continue
            if (index, item) != (row.item_index, row.item):
                other.append(row.item.item_id)
            if TEXT not in row.vectors:
                bare.append(row.item.item_id)
        done += len(page)
        tell(TrainProgress("vectors", done, max(done, total)))
    yield from _vector_problem("that are not as in the log", _still_other(workspace, other))
    yield from _vector_problem("whose text has no vector, or none that is finite", bare)


def _still_other(workspace: Workspace, item_ids: Sequence[str]) -> list[str]:
    """Those that are not as in the log now either: beside a server, an item may have changed between
    the look at the store and that at the log."""
    known = workspace.log.get_items(item_ids)
    waiting = {index for index, _ in workspace.log.pending_items(_PAGE)}
    stored = workspace.store.get_items([index for index, _ in known.values()])
    settled = {
        item_id
        for item_id, (index, item) in known.items()
        if index in waiting or stored.get(index) == item
    }
    return [item_id for item_id in item_ids if item_id not in settled]


def _sampled(workspace: Workspace, tell: Tell) -> Iterator[Problem]:
    tell(TrainProgress("encode", 0, SAMPLE))
    yield from sampled(workspace)
    tell(TrainProgress("encode", SAMPLE, SAMPLE))


def _vector_problem(which: str, item_ids: Sequence[str]) -> list[Problem]:
    if not item_ids:
        return []
    found = f"{len(item_ids):,} items {which}: {_first(item_ids)}"
    return [Problem("vectors", found, "`palate rebuild` makes them anew from the log")]


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _alike(kept: np.ndarray | None, fresh: np.ndarray | None) -> bool:
    if kept is None or fresh is None:
        return kept is None and fresh is None
    length = float(np.linalg.norm(kept) * np.linalg.norm(fresh))
    return length > 0 and float(kept @ fresh) / length >= ALIKE


class _Stopped(Exception):
    """The server stops, or serves from another store."""


class Scrubber:
    """Scrubs what serves, every so many hours, from a thread of the lowest priority that rests as
    long as it works."""

    def __init__(self, serving: Callable[[], Recommender], every_h: float) -> None:
        """`serving` gives what serves at a moment."""
        self._serving, self._every_s = serving, 3600 * every_h
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scrubbing", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it, within a page of what it reads."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        give_way(SCRUBBING)
        while not self._stopping.wait(self._every_s):
            with contextlib.suppress(_Stopped):
                self._once(self._serving())

    def _once(self, recommender: Recommender) -> None:
        worked_since = perf_counter()

        def tell(_: TrainProgress) -> None:
            nonlocal worked_since
            if self._stopping.wait(perf_counter() - worked_since):
                raise _Stopped
            if self._serving() is not recommender:
                raise _Stopped
            worked_since = perf_counter()

        try:
            problems = scrub(recommender.workspace, tell)
        except PalateError as error:
            logger.error("scrubbing could not go on: %s", error)
            return
        for problem in problems:
            logger.error("%s damaged: %s; %s", problem.what, problem.found, problem.todo)
        if not problems:
            logger.info("scrubbed: everything is as it was written")
