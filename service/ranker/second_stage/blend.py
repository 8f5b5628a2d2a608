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
BOOST_FADING = 1.0
"""Of a second stage that is fitted anew. Once it was a half; but what few have met is ranked by them
already, and lost warm items more than it gained cold ones."""
WORDS_WORTH = 9
"""Words tell as much of a person as so many events, beside popularity."""
DECIMALS = 5
"""Of a score. Items that are equal to the ranker differ beyond these, by where in a batch a processor
added them up, and would be listed in another order by another processor."""


class Pool(NamedTuple):
    """What people of one kind are ranked by: a logarithmic opinion pool (Genest and Zidek 1986) of the
    cold-start network and two plain estimates, the logarithms of which are added up."""

    network: float = 1.0
    """Weight of the network; 0 where a plain estimate alone does better."""
    popularity: float = 0.0
    """Of an item's events, after one known event; after n events 2 / (1 + n) of that."""
    co_occurrence: float = 0.0
    """Of co-occurrence with the history, against what is usual."""
    backoff: float = 0.0
    """An item's share of all events, times this, is added to its co-occurrence before that is taken the
    logarithm of: what few have met together is told apart by how many met either."""


NETWORK_ALONE = Pool()


class Pools(NamedTuple):
    """The pool of each kind of people, by what is known of them where something is asked for."""

    strangers: Pool = NETWORK_ALONE
    """Of whom nothing is known, in no domain, and who said nothing."""
    arrivals: Pool = NETWORK_ALONE
    """Who did something elsewhere, and nothing yet where something is asked for."""
    newcomers: Pool = NETWORK_ALONE
    """Who did something in either."""
    beginners: Pool = NETWORK_ALONE
    """All others: who did something here alone, or said something in words."""

    @staticmethod
    def kind_of(scale: Scale) -> str:
        """The name of the pool for the query of this scale."""
        if scale.is_of_stranger:
            return "strangers"
        if not scale.elsewhere:
            return "beginners"
        return "newcomers" if scale.known else "arrivals"

    def of(self, scale: Scale) -> Pool:
        """The pool for the query of this scale."""
        pool: Pool = getattr(self, self.kind_of(scale))
        return pool


NETWORK_FOR_ALL = Pools()


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
        pools: Pools = NETWORK_FOR_ALL,
        spared_events: int = 0,
        boost_fading: float = BOOST_FADING,
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
        does. Where nothing is known it ranks at any rate."""
        self.pools = pools
        """What people are ranked by as far as `cold_start_net` ranks them."""
        self.spared_events = spared_events
        """Whoever is known by so many events, or by few enough for `cold_start_net`, is spared the
        boost of cold items and calibration, and from twice as many on nobody is."""
        self.boost_fading = boost_fading
        """An item with n events has (1 + n)^-boost_fading of the boost."""
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
        if self.cold_start_net and self._cold_start_share(scale) > 0:
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
        pooled = self._pooled(nets.cold_start, signals, scale)
        mixed: FloatArray = share * pooled + (1 - share) * nets.main
        return mixed

    def cold_item_weight(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., F) -> (...): how much of the boost each candidate gets.
        Cold-start users are spared it: all their scores are flat, and the boost would outweigh
        them."""
        weight: FloatArray = np.exp(-self.boost_fading * signals[..., self._popularity])
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
        if self.cold_start_net is None:
            return np.float32(0)
        return _share_of_few(scale.known, self.cold_start_events) if scale.known else np.float32(1)

    def _pooled(self, cold_start: FloatArray, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C) what the cold-start network says (..., C), pooled with the plain estimates."""
        pool = self.pools.of(scale)
        n_known = scale.known + WORDS_WORTH * scale.has_words
        popularity = np.float32(2 * pool.popularity / (1 + n_known))
        pooled: FloatArray = np.float32(pool.network) * cold_start
        pooled = pooled + popularity * signals[..., self._popularity]
        if pool.co_occurrence:
            log_ratio = self._log_co_occurrence(signals, scale, np.float32(pool.backoff))
            pooled += np.float32(pool.co_occurrence) * log_ratio
        return pooled

    def _log_co_occurrence(
        self, signals: FloatArray, scale: Scale, backoff: np.float32
    ) -> FloatArray:
        """(..., C, F) -> (..., C): logarithm of co-occurrence with the history, against what is
        usual.

        Cold-start users, and all the more those who are new in a domain, are few in a log, and what
        a network learns of few does not always outdo this plain estimate of what they choose. It is
        smoothed by popularity (Jelinek and Mercer 1980; Zhai and Lafferty 2001).
        """
        usual = scale.spread[self._co_occurrence] or np.float32(np.inf)
        estimate: FloatArray = signals[..., self._co_occurrence]
        if backoff:
            smoothing: FloatArray = backoff * self._share_of_events(signals, scale)
            estimate = estimate + smoothing
        logarithm: FloatArray = np.log(LEAST_CO_OCCURRENCE + estimate / usual)
        return logarithm

    def _share_of_events(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C, F) -> (..., C): an item's events and one, by all events that were counted."""
        events: FloatArray = np.exp(signals[..., self._popularity])
        return events / np.float32(max(scale.n_events, 1))


def _share_of_few(known: int, few: int) -> np.float32:
    """1 for up to `few` known events, 0 from twice as many on, and linear between; 0 for none."""
    return np.float32(np.clip(2 - known / few, 0, 1) if few else 0)
