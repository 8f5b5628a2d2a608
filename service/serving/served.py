"""What was served, kept for whoever asks why: written behind the answer, read back by
recommendation id.

Contexts wait in memory for at most a moment, are written in batches by one thread, and are bounded
in number and age. They are no promise to the caller the way items and events are, so a crash may
lose the last moment's.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from indexer.log.event_log import Served, ServedRecords
from service.api.messages import ExplainRequest
from service.errors import InvalidInput
from service.wishes.fit import Reason
from service.wishes.reading import PartKind, WishPart

log = logging.getLogger(__name__)
WRITE_EVERY_S = 0.5
MAX_WAITING = 10_000
"""Contexts that are kept in memory while they cannot be written."""
PRUNE_EVERY = 200
"""Writes between two looks at age and number."""


@dataclass(frozen=True, slots=True)
class ServedItem:
    """One result as it was served."""

    item_index: int
    score: float
    sources: Sequence[str]
    explored: bool
    """It holds its place through exploration."""
    lean: float = 0.0
    """What the words of the request and of the person added to the score."""
    reasons: Sequence[Reason] = ()
    """What it has of what was asked for."""
    taste_reasons: Sequence[Reason] = ()
    """What it has of what the described taste asks for; none in contexts of before it was kept."""

    @classmethod
    def of(cls, values: dict[str, Any]) -> ServedItem:
        """From what was kept."""
        reasons = tuple(Reason(**one) for one in values.pop("reasons", ()))
        taste_reasons = tuple(Reason(**one) for one in values.pop("taste_reasons", ()))
        return cls(**values, reasons=reasons, taste_reasons=taste_reasons)


@dataclass(frozen=True, slots=True)
class ServedContext:
    """Everything a later explanation needs to score as the answer did."""

    user_id: str
    model_version: str
    profiled: bool
    history: Sequence[int]
    event_types: Sequence[str]
    values: Sequence[float | None]
    liked: Sequence[bool]
    taste: str
    rule: str
    n_events_known: int
    scale_shift: Sequence[float]
    scale_spread: Sequence[float]
    results: Sequence[ServedItem]
    created_at: float
    """When the call came in, Unix seconds."""
    runners_up: Sequence[int] = ()
    """Indices of the items that came next, best first; none in contexts of before they were kept."""
    runners_lean: Sequence[float] = ()
    """What the words added to the score of each of these; none where there were none."""
    times: Sequence[float] = ()
    """Of the history, Unix seconds; none in contexts of before they were kept."""
    domains: Sequence[str] = ()
    """Those that were allowed; none for all."""
    encoders: str = ""
    """Digest of those that served; empty in contexts of before they could change."""
    scenario: str = ""
    """The caller's label of the placement; empty in contexts of before it was kept."""
    wish: str = ""
    """The words that held; empty in contexts of before they were kept."""
    wish_parts: Sequence[WishPart] = ()
    """What they were read as."""

    @property
    def leans(self) -> dict[int, float]:
        """What the words added to the score of each result and runner-up, by item index."""
        leans = {result.item_index: result.lean for result in self.results}
        return leans | dict(zip(self.runners_up, self.runners_lean, strict=False))

    def result(self, index: int, request: ExplainRequest) -> ServedItem:
        """The result that is asked about; InvalidInput where the item is none of them."""
        for result in self.results:
            if result.item_index == index:
                return result
        why = (
            f"is not among the results of answer {request.recommendation_id}; explain it by user_id "
            "instead"
        )
        raise InvalidInput("item_id", request.item_id, why)

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    def to_plain(self) -> dict[str, Any]:
        """Fit for JSON."""
        plain: dict[str, Any] = orjson.loads(self.to_bytes())
        return plain

    @classmethod
    def from_bytes(cls, data: bytes) -> ServedContext:
        values = orjson.loads(data)
        values["results"] = [ServedItem.of(one) for one in values["results"]]
        parts = values.get("wish_parts", ())
        values["wish_parts"] = tuple(
            WishPart(**{**one, "kind": PartKind(one["kind"])}) for one in parts
        )
        return cls(**values)


class ServedContexts:
    """Put and get by recommendation id; `close` writes what waits."""

    def __init__(self, event_log: ServedRecords, *, keep_days: float, max_served: int) -> None:
        self._log, self._keep_s, self._max = event_log, keep_days * 86_400, max_served
        self._waiting: dict[str, ServedContext] = {}
        self._writing: dict[str, ServedContext] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._writes = 0
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="served-contexts", daemon=True)
        self._thread.start()

    def put(self, context: ServedContext) -> str:
        """Keep the context; returns its new recommendation id."""
        recommendation_id = uuid.uuid4().hex
        if self._max > 0:
            with self._lock:
                self._waiting[recommendation_id] = context
        return recommendation_id

    def get(self, recommendation_id: str) -> ServedContext | None:
        """What was served under this id, None where it is not known or not kept any more."""
        with self._lock:
            context = self._waiting.get(recommendation_id) or self._writing.get(recommendation_id)
        if context is not None:
            return context
        data = self._log.get_served(recommendation_id)
        return None if data is None else ServedContext.from_bytes(data)

    def forget(self, user_id: str) -> None:
        """Let go of what waits for a person who has been deleted: the log would not take it."""
        with self._lock:
            for key in [key for key, one in self._waiting.items() if one.user_id == user_id]:
                del self._waiting[key]

    def flush(self) -> None:
        """Write what waits now."""
        with self._lock:
            batch, self._waiting = self._waiting, {}
            self._writing |= batch
        try:
            if batch:
                self._write(batch)
        except BaseException:
            self._wait_again(batch)
            raise
        finally:
            with self._lock:
                for key in batch:
                    self._writing.pop(key, None)

    def close(self) -> None:
        """Write what waits, where it can be written, and end the thread."""
        self._closed = True
        self._wake.set()
        self._thread.join()
        self._try_to_flush()

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(WRITE_EVERY_S)
            self._try_to_flush()

    def _try_to_flush(self) -> None:
        try:
            self.flush()
            self._failed = False
        except Exception:
            if not self._failed:  # a full disk is not said twice a second
                log.exception(
                    "served contexts could not be written; explanations by recommendation_id may be missing"
                )
            self._failed = True

    def _write(self, batch: Mapping[str, ServedContext]) -> None:
        rows = [
            Served(key, one.user_id, one.to_bytes(), one.created_at) for key, one in batch.items()
        ]
        self._log.put_served_batch(rows)
        self._writes += 1
        if self._writes % PRUNE_EVERY == 1:
            self._log.prune_served(time.time() - self._keep_s, self._max)

    def _wait_again(self, batch: Mapping[str, ServedContext]) -> None:
        """The newest of what could not be written waits for the next time."""
        with self._lock:
            waiting = {**batch, **self._waiting}
            self._waiting = dict(list(waiting.items())[-MAX_WAITING:])
