"""The second stage: one score from all signals, learned from what people chose next.

A small network over each candidate's signals, seen twice: as they are, and against what is usual
for the query. Neither view depends on which other candidates are in the list, so a score means the
same however many are asked for. There are two such networks: one for people whose next choice can be
predicted from what they did, one for cold-start users, of whom only can be predicted what they will
like at all.

Owns the networks and scoring; `service.ranker.training` fits them. Knows no items and no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.second_stage.scale import Scale
from service.ranker.second_stage.signals import Signal

LEAST_CO_OCCURRENCE = np.float32(0.01)
"""What never occurs together counts like a hundredth of what is usual, since its logarithm would be
infinite."""
WORDS_WORTH = 9
"""Words tell as much of a person as so many events, beside popularity."""
DECIMALS = 5
"""Of a score. Items that are equal to the ranker differ beyond these, by where in a batch a processor
added them up, and would be listed in another order by another processor."""


class Prior(NamedTuple):
    """Weights of what counts beside the cold-start network: of two logarithms."""

    popularity: float = 0.0
    """Of an item's events, after one known event; after n events 2 / (1 + n) of that."""
    co_occurrence: float = 0.0
    """Of co-occurrence with the history, against what is usual."""


NO_PRIOR = Prior()


class NetScores(NamedTuple):
    """What the two networks say of the candidates of one query, (..., C) each."""

    main: FloatArray
    cold_start: FloatArray | None
    """None where it has no say."""


class Blend:
    """A fitted or prior second stage, and how far it boosts items that few have met."""

    def __init__(
        self,
        signals: Sequence[Signal],
        net: BlendNetwork,
        cold_item_boost: float = 0.0,
        cold_start_net: BlendNetwork | None = None,
        cold_start_events: int = 0,
        beginners: Prior = NO_PRIOR,
        newcomers: Prior = NO_PRIOR,
        strangers_prior: float = 0.0,
        spared_events: int = 0,
    ) -> None:
        self.signals = tuple(signals)
        """The F signals that the networks read, in this order."""
        self.net = net
        self.cold_item_boost = cold_item_boost
        """Added to the score of an item without events, less to those with few; see
        `cold_item_weight`."""
        self.cold_start_net = cold_start_net
        self.cold_start_events = cold_start_events
        """Up to so many known events `cold_start_net` ranks alone, from twice as many on `net`
        does."""
        self.beginners, self.newcomers = beginners, newcomers
        """Beside `cold_start_net`: for whoever is known by little, and for whoever comes from another
        domain."""
        self.strangers_prior = strangers_prior
        """Weight of the logarithm of an item's events for somebody of whom nothing is known, not even
        words."""
        self.spared_events = spared_events
        """Whoever is known by so many events, or by few enough for `cold_start_net`, is spared the
        boost of cold items and calibration, and from twice as many on nobody is."""
        places = {signal.name: place for place, signal in enumerate(self.signals)}
        self._popularity, self._co_occurrence = places["popularity"], places["co_occurrence"]

    @classmethod
    def prior(cls, signals: Sequence[Signal]) -> Blend:
        """The second stage before anything was trained: fixed weights on signals, plain and
        relative to the query.

        Content and co-engagement lead, popularity breaks ties; every weight is per usual deviation.
        """
        plain = [signal.prior_plain for signal in signals]
        relative = [signal.prior_relative for signal in signals]
        return cls(signals, BlendNetwork.linear(plain + relative))

    def score(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C, F) -> (..., C); higher is better."""
        return self.combined(self.net_scores(signals, scale), signals, scale)

    def net_scores(self, signals: FloatArray, scale: Scale) -> NetScores:
        """What its networks say, as far as they have a say in this query."""
        cold_start = None
        if self.cold_start_net is not None and self._cold_start_share(scale) > 0:
            cold_start = self.cold_start_net.score(signals, scale)
        return NetScores(self.net.score(signals, scale), cold_start)

    def combined(self, nets: NetScores, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C) the score, where the networks say this of the signals (..., C, F)."""
        boost = np.float32(self.cold_item_boost) * self.cold_item_weight(signals, scale)
        scores: FloatArray = self.unboosted(nets, signals, scale) + boost
        return np.round(scores, DECIMALS)

    def unboosted(self, nets: NetScores, signals: FloatArray, scale: Scale) -> FloatArray:
        """The same without the boost of cold items."""
        share = self._cold_start_share(scale)
        if nets.cold_start is None or share == 0:
            return nets.main
        prior = self._prior(scale)
        cold_start = nets.cold_start + np.float32(prior.popularity) * signals[..., self._popularity]
        if prior.co_occurrence:
            log_ratio = self._log_co_occurrence(signals, scale)
            cold_start += np.float32(prior.co_occurrence) * log_ratio
        mixed: FloatArray = share * cold_start + (1 - share) * nets.main
        return mixed

    def cold_item_weight(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., F) -> (...): how much of the boost each candidate gets, 1 / sqrt(1 + events).
        Cold-start users are spared it: all their scores are flat, and the boost would outweigh
        them."""
        weight: FloatArray = np.exp(-0.5 * signals[..., self._popularity])
        return weight * self.share_of_known(scale)

    def share_of_known(self, scale: Scale) -> np.float32:
        """0 for whoever is spared, up to 1 as more events are known: so much may be done to the list
        of somebody beside ranking by the score."""
        few = max(self.cold_start_events, self.spared_events)
        return np.float32(1) - _share_of_few(scale.known, few)

    def usual(self, scale: Scale) -> FloatArray:
        """(F,) signals that say nothing: what is usual for the query, or over all lists."""
        return scale.usual(self.net.mean)

    def _cold_start_share(self, scale: Scale) -> np.float32:
        """How much of the score is the cold-start network's, 1 to 0 as events become known."""
        return _share_of_few(scale.known, self.cold_start_events)

    def _prior(self, scale: Scale) -> Prior:
        """The weights for this query, that of popularity as it is after so many events where something
        is asked for."""
        if scale.is_of_stranger:
            return Prior(self.strangers_prior, self.beginners.co_occurrence)
        prior = self.newcomers if scale.elsewhere else self.beginners
        n_known = scale.known + WORDS_WORTH * scale.has_words
        return prior._replace(popularity=2 * prior.popularity / (1 + n_known))

    def _log_co_occurrence(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C, F) -> (..., C): logarithm of co-occurrence with the history, against what is
        usual.

        Cold-start users, and all the more those who are new in a domain, are few in a log, and what
        a network learns of few does not always outdo this plain estimate of what they choose. Added to
        its score it makes a product of the two distributions (Hinton 2002).
        """
        usual = scale.spread[self._co_occurrence] or np.float32(np.inf)
        ratio = signals[..., self._co_occurrence] / usual
        logarithm: FloatArray = np.log(LEAST_CO_OCCURRENCE + ratio)
        return logarithm


def _share_of_few(known: int, few: int) -> np.float32:
    """1 for up to `few` known events, 0 from twice as many on, and linear between; 0 for none."""
    return np.float32(np.clip(2 - known / few, 0, 1) if few else 0)
