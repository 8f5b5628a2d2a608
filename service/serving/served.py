"""What was served, kept for whoever asks why: written behind the answer, read back by
recommendation id.

Contexts wait in memory for at most a moment, are written in batches by one thread, and are bounded
in number and age. With each goes the same in short, which is kept for longer, for figures of what
came of it. They are no promise to the caller the way items and events are, so a crash may
lose the last moment's.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from indexer.log.event_log import ImpressionRecords, Served, ServedRecords
from service.api.messages import ExplainRequest
from service.errors import InvalidInput
from service.online.impression import Impression
from service.online.online import WrittenAnswers
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
    boost: float = 0.0
    """What rules added to the score."""
    placed_by: str = ""
    """The rule without which it would not be here; empty where there is none."""

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
    runners_boost: Sequence[float] = ()
    """What rules added to the score of each of these; none where there were none."""
    times: Sequence[float] = ()
    """Of the history, Unix seconds; none in contexts of before they were kept."""
    disliked: Sequence[bool] = ()
    """Of the history; none in contexts of before it was kept, when whatever was not liked counted as
    disliked."""
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

    @property
    def added(self) -> dict[int, float]:
        """What words and rules added to the score of each result and runner-up, by item index."""
        boosts = {result.item_index: result.boost for result in self.results}
        boosts |= dict(zip(self.runners_up, self.runners_boost, strict=False))
        leans = self.leans
        return {item: leans.get(item, 0.0) + boosts.get(item, 0.0) for item in leans | boosts}

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


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of one answer."""

    context: ServedContext
    impression: Impression | None


class ServedLog(ServedRecords, ImpressionRecords, Protocol):
    """Where served answers are kept, at length and in short."""


class ServedContexts:
    """Put and get by recommendation id; `close` writes what waits."""

    def __init__(
        self,
        event_log: ServedLog,
        *,
        keep_days: float,
        max_served: int,
        impression_days: float = 0.0,
    ) -> None:
        self._log, self._keep_s, self._max = event_log, keep_days * 86_400, max_served
        self._impressions_s = impression_days * 86_400
        self._waiting: dict[str, _Kept] = {}
        self._writing: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._writes = 0
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="served-contexts", daemon=True)
        self._thread.start()

    def put(self, context: ServedContext, impression: Impression | None = None) -> str:
        """Keep the context, and the same in short; returns its new recommendation id."""
        recommendation_id = uuid.uuid4().hex
        if self._max > 0 or (self._impressions_s > 0 and impression is not None):
            with self._lock:
                self._waiting[recommendation_id] = _Kept(context, impression)
        return recommendation_id

    def get(self, recommendation_id: str) -> ServedContext | None:
        """What was served under this id, None where it is not known or not kept any more."""
        kept = self._unwritten(recommendation_id)
        if kept is not None and self._max > 0:
            return kept.context
        data = self._log.get_served(recommendation_id)
        return None if data is None else ServedContext.from_bytes(data)

    def forget(self, user_id: str) -> None:
        """Let go of what waits for a person who has been deleted: the log would not take it."""
        with self._lock:
            for key in [
                key for key, one in self._waiting.items() if one.context.user_id == user_id
            ]:
                del self._waiting[key]

    def in_short(self, recommendation_ids: Sequence[str]) -> dict[str, tuple[str, Impression]]:
        """Whose each of these answers was, and what it held; without those that are not known."""
        found: dict[str, tuple[str, Impression]] = {}
        unwritten = {name: self._unwritten(name) for name in dict.fromkeys(recommendation_ids)}
        for name, kept in unwritten.items():
            if kept is not None and kept.impression is not None:
                found[name] = (kept.context.user_id, kept.impression)
        written = [name for name in unwritten if name not in found]
        return found | WrittenAnswers(self._log).in_short(written)

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

    def _unwritten(self, recommendation_id: str) -> _Kept | None:
        with self._lock:
            return self._waiting.get(recommendation_id) or self._writing.get(recommendation_id)

    def _write(self, batch: Mapping[str, _Kept]) -> None:
        self._log.put_served_batch([self._row(key, kept) for key, kept in batch.items()])
        self._writes += 1
        if self._writes % PRUNE_EVERY == 1:
            self._log.prune_served(time.time() - self._keep_s, self._max)
            self._log.prune_impressions(time.time() - self._impressions_s)

    def _row(self, recommendation_id: str, kept: _Kept) -> Served:
        context, impression = kept.context, kept.impression
        return Served(
            recommendation_id,
            context.user_id,
            context.to_bytes() if self._max > 0 else None,
            context.created_at,
            impression.to_json() if impression is not None and self._impressions_s > 0 else "",
        )

    def _wait_again(self, batch: Mapping[str, _Kept]) -> None:
        """The newest of what could not be written waits for the next time."""
        with self._lock:
            waiting = {**batch, **self._waiting}
            self._waiting = dict(list(waiting.items())[-MAX_WAITING:])
