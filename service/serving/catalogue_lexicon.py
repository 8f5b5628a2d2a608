"""CatalogueLexicon: the lexicon of the catalogue as it is now.

Owns that it is read once, when it is first needed or by `prepare`, and that what changes since, or
while it is read, stands for what was read. Whoever changes an item never waits for the reading. Knows
no wishes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from encoders.base import TextEncoder
from indexer.catalog.item import Item
from service.aspects.reading import Aspects
from service.serving.kept_words import KeptWords
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.lexicon.topics import Topics

MOST_CHANGED = 2_000
"""Changed items that are read beside the rest; with more, all are read anew."""


@dataclass(frozen=True, eq=False)
class _Whole:
    """The catalogue as it was when it was read."""

    segment: Segment
    topics: Topics


@dataclass(eq=False)
class CatalogueLexicon:
    """For several threads."""

    everything: Callable[[], Iterable[tuple[int, Item]]]
    aspects: Aspects
    encoder: TextEncoder
    kept: KeptWords | None = None
    """Where it is kept from one start to the next."""
    _whole: _Whole | None = None
    _latest: Lexicon | None = None
    _changed: dict[int, Item] = field(default_factory=dict)
    """Since the reading began."""
    _n_notes: int = 0
    """How often something has changed."""
    _is_read: bool = False
    """Whether there is, or will be, something that changes stand beside."""
    _reading: threading.Lock = field(default_factory=threading.Lock)
    """Held by who reads."""
    _noting: threading.Lock = field(default_factory=threading.Lock)
    """Held for a moment, to change what has changed."""

    def prepare(self) -> None:
        """Read the catalogue now, so that nobody has to wait for it."""
        with self._reading:
            if self._whole is None:
                self._whole = self._read()

    def note(self, items: Iterable[tuple[int, Item]]) -> None:
        """These items have come, or have changed."""
        with self._noting:
            if self._is_read:  # else they will be read as they are
                self._changed |= dict(items)
                self._latest = None
                self._n_notes += 1

    def now(self, n_items: int) -> tuple[Lexicon, Topics]:
        """Of a catalogue of so many item indices."""
        with self._reading:
            if self._whole is None or len(self._changed) > MOST_CHANGED:
                self._whole = self._read()
            with self._noting:
                latest, n_notes = self._latest, self._n_notes
                changed = sorted(self._changed.items())
            if latest is None or latest.n_items != n_items:
                segments = [self._whole.segment]
                if changed:
                    segments.append(self._segment(changed))
                latest = Lexicon(segments, n_items)
                with self._noting:
                    if n_notes == self._n_notes:  # an item may have changed once more
                        self._latest = latest
            return latest, self._whole.topics

    def _read(self) -> _Whole:
        with self._noting:
            self._changed, self._latest, self._is_read = {}, None, True
        taken_up = self.kept.take_up(MOST_CHANGED) if self.kept else None
        if taken_up is None:
            segment = self._read_everything()
        else:
            segment, changed = taken_up
            with self._noting:
                self._changed = changed | self._changed  # some may have changed once more
        return _Whole(segment, Topics.of(segment, self.encoder.encode_queries))

    def _read_everything(self) -> Segment:
        stand = self.kept.stand() if self.kept else None
        segment = self._segment(list(self.everything()))
        if self.kept and stand:
            self.kept.keep(segment, stand)
        return segment

    def _segment(self, rows: Sequence[tuple[int, Item]]) -> Segment:
        return Segment.of(rows, self.aspects.aspects_of_all([item for _, item in rows]))
