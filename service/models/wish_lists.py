"""Wish lists: what a new ranker proposes to people who, as we pretend, said what they wanted before
they chose it.

The people are those of the check, whose newest event nothing was trained on; some of them are asked
as strangers too. Read and fitted as a request is. Knows no log, and not what is learned from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from encoders.base import TextEncoder
from service.models.word_cosines import WordCosines
from service.models.word_spaces import WordSpaces
from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import FloatArray, extended
from service.ranker.data.history import History
from service.ranker.pipeline import Lean, Query, Ranked, rank
from service.ranker.ranker import Ranker
from service.ranker.training.cases import RankingCase
from service.ranker.training.fit import StageProgress
from service.ranker.training.validation import REPORTED_EVERY, K
from service.wishes.context import Before, Catalogue
from service.wishes.fit import Fit, Fitting, Likeness
from service.wishes.learning import LEARNED, WishList
from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.topics import Topics
from service.wishes.nearness import Nearness
from service.wishes.pretended import Pretended, Pretending
from service.wishes.reader import read
from service.wishes.reading import WishPart
from service.wishes.weights import Following, WishWeights

MOST_PEOPLE = 250
"""A list costs some ten milliseconds, and with so many of them the weights stay as they are."""
STRANGERS = 2
"""One of so many people is asked as a stranger, too."""
STAGE = "wishes"
ALONE = "_alone"
"""What the sort of a wish ends with whose words have no topic: weights of their own are for those,
and what the others gain must not be paid by them."""
NOTHING = dict.fromkeys((one.name for one in fields(WishWeights)), 0.0)


@dataclass(frozen=True, eq=False)
class WishLists:
    """A ranker, and what a catalogue can be asked for in words."""

    ranker: Ranker
    sources: Sequence[CandidateSource]
    lexicon: Lexicon
    topics: Topics
    encoder: TextEncoder
    spaces: WordSpaces
    """That words share with pictures, sounds and the like, with the alignments of the ranker."""
    _encoded: dict[str, FloatArray] = field(default_factory=dict)
    """Vectors of words that were asked for."""

    def of(
        self,
        cases: Sequence[RankingCase],
        rng: np.random.Generator,
        progress: StageProgress | None = None,
    ) -> list[WishList]:
        """The lists that have what was chosen, of at most MOST_PEOPLE of the cases."""
        if not cases:
            return []
        asked = [cases[place] for place in rng.permutation(len(cases))[:MOST_PEOPLE]]
        states = self.ranker.states([case.history for case in asked])
        pretending = Pretending.of(self.lexicon.segments[0], self.topics)
        found = []
        for done, (case, state) in enumerate(zip(asked, states, strict=True), start=1):
            for wish, known in self._said(pretending, case, done % STRANGERS == 0, rng):
                one = self._list(case, wish, state if known else None)
                if one is not None:
                    found.append(one)
            if progress and (done == len(asked) or not done % REPORTED_EVERY):
                progress(STAGE, done, len(asked))
        return found

    def _said(
        self,
        pretending: Pretending,
        case: RankingCase,
        as_stranger: bool,
        rng: np.random.Generator,
    ) -> Iterator[tuple[Pretended, bool]]:
        """What somebody may have said, and whether they are known."""
        item = int(case.chosen[0])
        for known in (True, False) if as_stranger else (True,):
            for wish in (pretending.description(item, rng), pretending.sort(item, rng)):
                if wish is not None:
                    yield wish, known

    def _list(
        self, case: RankingCase, wish: Pretended, state: FloatArray | None
    ) -> WishList | None:
        """None where what was chosen is no candidate, or others are more of what is wanted."""
        history = case.history if state is not None else History.of(np.zeros(0, np.int64))
        fitting = self._fitting(Following().of(len(history)))
        parts = read(wish.text, self._catalogue(fitting.nearness), Before())[0].parts
        fit = fitting.fit(parts)
        query = self._query(history, fit, state)
        ranked = rank(self.ranker, query, self.sources)
        items = ranked.candidates.items
        tiers = extended(fit.tiers, self.ranker.n_items)[items]
        best = tiers == tiers.max(initial=0)
        chosen = np.flatnonzero(items[best] == case.chosen[0])
        if not len(chosen):
            return None
        terms = self._terms(fitting, parts)
        has_topic = bool(terms[:, LEARNED.index("topic")].any())
        return WishList(
            _in_deviations(ranked)[best],
            terms[items[best]],
            int(chosen[0]),
            len(history),
            case.user,
            wish.sort if has_topic else f"{wish.sort}{ALONE}",
        )

    def _query(self, history: History, fit: Fit, state: FloatArray | None) -> Query:
        allowed = self.ranker.snapshot.content.live.copy()
        allowed &= extended(fit.allowed, len(allowed))
        allowed[history.items] = False
        per_source = max(self.ranker.config.candidates, K)
        lean = Lean(fit.lean, fit.tiers, fit.leading)
        return Query(history, per_source, allowed, n_served=K, state=state, wish=lean)

    def _terms(self, fitting: Fitting, parts: Sequence[WishPart]) -> FloatArray:
        """(N, len(LEARNED)) what each weight adds to each item, by unit of it: all that leans is a sum
        over the weights."""
        single = (
            replace(fitting, weights=WishWeights(**{**NOTHING, name: 1.0})) for name in LEARNED
        )
        terms = np.stack([one.fit(parts).lean for one in single], axis=1)
        return np.asarray(extended(terms, self.ranker.n_items), np.float32)

    def _catalogue(self, nearness: Nearness) -> Catalogue:
        return Catalogue(
            self.lexicon, self.topics, str, self._encode, nearness.topics_of, self._prepare
        )

    def _fitting(self, weights: WishWeights) -> Fitting:
        spaces = replace(self.spaces, encode=self._encode)
        cosines = WordCosines(self.ranker, spaces, self.lexicon.n_items)
        nearness = Nearness(self.lexicon, self.topics, cosines.text, cosines.media, self._encode)
        return Fitting(nearness, self._no_likeness, _no_index, weights)

    def _no_likeness(self, item_id: str) -> Likeness:
        return Likeness.none(self.lexicon.n_items)

    def _encode(self, words: str) -> FloatArray:
        self._prepare([words])
        return self._encoded[words]

    def _prepare(self, words: Sequence[str]) -> None:
        new = [one for one in dict.fromkeys(words) if one not in self._encoded]
        if new:
            self._encoded.update(zip(new, self.encoder.encode_queries(new), strict=True))


def _no_index(item_id: str) -> int | None:
    """Pretended wishes name no item."""
    return None


def _in_deviations(ranked: Ranked) -> FloatArray:
    """(C,) what the ranker thinks without the wish, as `Lean.added` measures it."""
    plain = ranked.scored.scores - ranked.wished
    return np.asarray(plain / (plain.std() or 1), np.float32)
