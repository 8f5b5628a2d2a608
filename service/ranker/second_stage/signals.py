"""Signals: what each source of knowledge says of each candidate, as one number for the second stage.

The table of all signals, and how a query's are worked out. A new signal is one record here, and where
it needs numbers that are not there yet one property each of `QueryScores` and `VariantScores`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.items import TEXT
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.second_stage.scale import Scale
from service.ranker.second_stage.variant_scores import VariantScores

BEHAVIOUR, POPULARITY = "behaviour", "popularity"
"""What goes silent together, beside the modalities of content."""
LEAST_DEVIATION = 1e-4
"""A signal that varies less over the sample says nothing relative to what is usual."""


class Scaling(Enum):
    """How a signal is made comparable from query to query, beside being read as it is."""

    NONE = "not at all"
    SAMPLE = "by mean and deviation over a sample of the catalogue"
    CATALOGUE = "by the root mean square over the catalogue"


@dataclass(frozen=True, slots=True)
class Signal:
    """One number per candidate. The two ways to work it out must agree: `of_variants` gives for each
    variant what `of_query` gives for a history that is that variant."""

    name: str
    """Saved with every second stage that reads it; it must not change its meaning."""
    modality: str
    """What it speaks of: BEHAVIOUR, a modality of content, POPULARITY; empty for none of them."""
    of_query: Callable[[QueryScores, IntArray], FloatArray]
    """(C,) of candidates (C,)."""
    of_variants: Callable[[VariantScores], FloatArray]
    """(B, C), or (C,) or (B, 1) where that is all there is to it."""
    scaling: Scaling = Scaling.NONE
    over_catalogue: Callable[[QueryScores], FloatArray] | None = None
    """(N,) what `scaling` is measured on; needed unless that is NONE."""
    prior_plain: float = 0.0
    """Weight in an untrained second stage of the signal as it is."""
    prior_relative: float = 0.0
    """The same of the signal relative to what is usual for the query."""


def _of_every_item(
    name: str,
    modality: str,
    scaling: Scaling = Scaling.NONE,
    prior_plain: float = 0.0,
    prior_relative: float = 0.0,
) -> Signal:
    """A signal that is the property `name` of both: of `QueryScores` for every item, (N,), of
    `VariantScores` for the candidates, (B, C)."""
    values = attrgetter(name)
    return Signal(
        name,
        modality,
        of_query=lambda query, candidates: values(query)[candidates],
        of_variants=values,
        scaling=scaling,
        over_catalogue=values,
        prior_plain=prior_plain,
        prior_relative=prior_relative,
    )


def _of_item_alone(
    name: str,
    modality: str,
    values: Callable[[Behaviour, IntArray], FloatArray],
    prior_plain: float = 0.0,
) -> Signal:
    """A signal that no history changes: `values` (C,) of candidates (C,)."""
    return Signal(
        name,
        modality,
        of_query=lambda query, candidates: values(query.snapshot.behaviour, candidates),
        of_variants=lambda variants: values(variants.snapshot.behaviour, variants.candidates),
        prior_plain=prior_plain,
    )


_BEHAVIOUR = (
    _of_every_item("sequence", BEHAVIOUR, Scaling.SAMPLE),
    _of_every_item("ease_recent", BEHAVIOUR, Scaling.CATALOGUE),
    _of_every_item("ease_all", BEHAVIOUR, Scaling.CATALOGUE),
    Signal(
        "ease_backoff",
        BEHAVIOUR,
        of_query=lambda query, candidates: query.backoff(candidates),
        of_variants=lambda variants: variants.backoff,
        scaling=Scaling.CATALOGUE,
        over_catalogue=lambda query: query.strongest,
    ),
    _of_every_item("content_affinity", BEHAVIOUR, Scaling.SAMPLE),
    _of_every_item("knn_recent", BEHAVIOUR, Scaling.CATALOGUE, prior_relative=1.0),
    _of_every_item("knn_all", BEHAVIOUR, Scaling.CATALOGUE, prior_relative=0.3),
    _of_every_item("transitions", BEHAVIOUR, Scaling.CATALOGUE),
    _of_every_item("co_occurrence", BEHAVIOUR, Scaling.CATALOGUE, prior_relative=0.4),
)
_TEXT = (
    _of_every_item("text_recent", TEXT, Scaling.SAMPLE, prior_relative=1.0),
    Signal(
        "text_best",
        TEXT,
        of_query=lambda query, candidates: query.best(TEXT, candidates),
        of_variants=lambda variants: variants.best(TEXT),
        prior_plain=2.0,
    ),
    _of_every_item("text_all", TEXT),
)


def _of_modality(modality: str) -> tuple[Signal, ...]:
    """The signals of a modality without words."""
    return (
        Signal(
            f"{modality}_recent",
            modality,
            of_query=lambda query, candidates: query.recent(modality)[candidates],
            of_variants=lambda variants: variants.recent(modality),
            scaling=Scaling.SAMPLE,
            over_catalogue=lambda query: query.recent(modality),
            prior_relative=0.3,
        ),
        Signal(
            f"{modality}_best",
            modality,
            of_query=lambda query, candidates: query.best(modality, candidates),
            of_variants=lambda variants: variants.best(modality),
        ),
    )


def _log_events(behaviour: Behaviour, items: IntArray) -> FloatArray:
    return np.log1p(behaviour.counts[items]).astype(np.float32)


def _log_recent_events(behaviour: Behaviour, items: IntArray) -> FloatArray:
    return np.log1p(behaviour.recent[items]).astype(np.float32)


def _has_no_events(behaviour: Behaviour, items: IntArray) -> FloatArray:
    is_cold = behaviour.counts[items] == 0
    return np.asarray(is_cold, dtype=np.float32)


_OTHERS = (
    _of_every_item("tags_recent", "", prior_plain=4.0),
    Signal(
        "domain_share",
        "",
        of_query=lambda query, candidates: query.domain_share_of(candidates),
        of_variants=lambda variants: variants.domain_share,
        prior_plain=0.5,
    ),
    _of_item_alone("popularity", POPULARITY, _log_events, prior_plain=0.3),
    _of_item_alone("recent_popularity", POPULARITY, _log_recent_events, prior_plain=0.2),
    Signal(
        "expected_events",
        "",
        of_query=lambda query, items: query.snapshot.regression.expected_events[items],
        of_variants=lambda variants: variants.snapshot.regression.expected_events[
            variants.candidates
        ],
    ),
    _of_item_alone("is_cold", "", _has_no_events),
    Signal(
        "history_length",
        "",
        of_query=lambda query, items: np.full(len(items), np.log1p(len(query.history))),
        of_variants=lambda variants: np.log1p(variants.lengths),
    ),
)


class UnknownSignals(LookupError):
    """Names that no signal of the table has."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"unknown signals: {', '.join(names)}")
        self.names = tuple(names)


def signals_for(modalities: Iterable[str]) -> tuple[Signal, ...]:
    """All signals of a catalogue with these modalities of content, TEXT among them, in the order in
    which a second stage that is trained now reads them."""
    without_words = [signal for name in modalities if name != TEXT for signal in _of_modality(name)]
    return (*_BEHAVIOUR, *_TEXT, *without_words, *_OTHERS)


def signals_named(names: Sequence[str], modalities: Iterable[str]) -> tuple[Signal, ...]:
    """The signals of these names, in this order. Raises UnknownSignals."""
    table = {signal.name: signal for signal in signals_for(modalities)}
    unknown = [name for name in names if name not in table]
    if unknown:
        raise UnknownSignals(unknown)
    return tuple(table[name] for name in names)


def signals_of_query(
    signals: Sequence[Signal], query: QueryScores, candidates: IntArray
) -> FloatArray:
    """(C, F) of one history and many candidates (C,)."""
    values = np.empty((len(candidates), len(signals)), np.float32)
    for place, signal in enumerate(signals):
        values[:, place] = signal.of_query(query, candidates)
    return values


def signals_of_variants(signals: Sequence[Signal], variants: VariantScores) -> FloatArray:
    """(B, C, F) of the variants of a history and few candidates. Equal to `signals_of_query` of
    each."""
    shape = (len(variants.variants), len(variants.candidates), len(signals))
    values = np.empty(shape, np.float32)
    for place, signal in enumerate(signals):
        values[:, :, place] = signal.of_variants(variants)
    return values


def scale_of(signals: Sequence[Signal], query: QueryScores) -> Scale:
    """What is usual for this query: shift and spread of each signal, 0 where it has no scale."""
    shift, spread = np.zeros(len(signals), np.float32), np.zeros(len(signals), np.float32)
    for place, signal in enumerate(signals):
        if signal.over_catalogue is None:
            continue
        if signal.scaling is Scaling.SAMPLE:
            shift[place], spread[place] = _mean_and_deviation(
                signal.over_catalogue(query)[query.snapshot.sample]
            )
        elif signal.scaling is Scaling.CATALOGUE and len(query.history):
            spread[place] = _root_mean_square(signal.over_catalogue(query))
    return Scale(
        shift,
        spread,
        known=len(query.history),
        elsewhere=0,
        has_words=query.history.taste is not None,
        n_events=query.snapshot.behaviour.n_events,
    )


def _mean_and_deviation(values: FloatArray) -> tuple[float, float]:
    """0 and 0 for values that hardly vary."""
    deviation = float(values.std()) if len(values) else 0.0
    return (float(values.mean()), deviation) if deviation > LEAST_DEVIATION else (0.0, 0.0)


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt(values @ values / len(values))) if len(values) else 0.0
