"""The `local` writer: a small language model selects, sentence by sentence, among phrasings that
are all true.

Left free, a model of this size names the wrong film in three of four tries. So it writes nothing:
the template offers what can be said, and the model says which of a few phrasings reads best after
what was said so far. It can make a text awkward, but not false.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.language import Language
from service.explainer.languages.loading import load_language
from service.explainer.template.composition import compose, hash_selector
from service.explainer.template.phrasing import finish
from service.explainer.template.plan import Length
from service.explainer.template.selection import PhrasingSelector, rotated
from service.explainer.template.slots import cited_title
from service.explainer.writers.writer import WriterFailed

MAX_OPTIONS = 3
"""Phrasings the model compares for one sentence. The hash says which, so that not every text is the
likeliest one."""
MAX_TITLES = 2
TITLE_WORDS = 2
"""What the model reads of a title: time goes with the tokens, and a long title reads alike in every
phrasing."""
MAX_TITLE_CHARACTERS = 20
BUSY_S = 3.0
"""Longest wait for the model while it reads other texts; then the template writes."""

_QUOTED = re.compile(r"(?<=[“《])[^“”《》]+(?=[”》])")


class Scorer(Protocol):
    """Says how well texts read. One thread at a time."""

    def score(self, text: str, option: str) -> float:
        """Mean log-probability per token of the option, as what follows the text."""
        ...


class LocalWriter:
    """Composes what the template composes. The model selects for `timeout_s`, and the hash from
    then on."""

    name = "local"

    def __init__(
        self, scorer: Scorer, timeout_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._scorer, self._timeout_s, self._clock = scorer, timeout_s, clock
        self._turn = threading.Lock()

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """See `Writer.write`. WriterFailed while the model reads other texts for too long."""
        words = load_language(language)
        if not self._turn.acquire(timeout=BUSY_S):
            raise WriterFailed("its model is busy")
        try:
            deadline = self._clock() + self._timeout_s
            selector = LikelihoodSelector(
                self._scorer,
                _opening(subject, evidence, length),
                words,
                hash_selector(subject, evidence, words, length),
                skipped=MAX_OPTIONS if problems else 0,  # asked again, it selects among others
                in_time=lambda: self._clock() < deadline,
            )
            return compose(subject, evidence, words, length, selector).text
        finally:
            self._turn.release()


class LikelihoodSelector:
    """Selects the phrasing that is likeliest after an opening and the sentences so far."""

    def __init__(
        self,
        scorer: Scorer,
        opening: str,
        language: Language,
        by_hash: PhrasingSelector,
        *,
        skipped: int = 0,
        in_time: Callable[[], bool] = lambda: True,
    ) -> None:
        """`skipped` phrasings are passed over. When it is not `in_time` any more, the model is not
        asked."""
        self._scorer, self._text, self._language = scorer, opening, language
        self._by_hash, self._skipped, self._in_time = by_hash, skipped, in_time

    def index(self, salt: int) -> int:
        return self._by_hash.index(salt)

    def pick(self, options: Sequence[str], salt: int) -> str:
        return self._by_hash.pick(options, salt)

    def lead(self, patterns: Sequence[str], facts: Mapping[str, str]) -> str:
        return self.phrase(patterns, facts, 0)

    def phrase(self, patterns: Sequence[str], facts: Mapping[str, str], salt: int) -> str:
        """The likeliest of a few patterns; the first of them where the model is not asked."""
        first = self._by_hash.index(salt) + self._skipped
        few = rotated(patterns, first)[:MAX_OPTIONS]
        said = {pattern: self._said(pattern, facts) for pattern in few}
        likeliest = self._likeliest(few, said) if len(few) > 1 else few[0]
        self._text += said[likeliest]
        return likeliest

    def _likeliest(self, patterns: Sequence[str], said: Mapping[str, str]) -> str:
        likeliest, best = patterns[0], -math.inf
        for pattern in patterns:
            if not self._in_time():
                break
            score = self._scorer.score(self._text, said[pattern])
            if score > best:
                likeliest, best = pattern, score
        return likeliest

    def _said(self, pattern: str, facts: Mapping[str, str]) -> str:
        """What the model reads of a phrasing."""
        sentence = finish([pattern.format(**facts)], self._language)
        return self._language.between_sentences + _brief(sentence)


def _opening(subject: Subject, evidence: Sequence[Evidence], length: Length) -> str:
    """What the model reads first: whom the text is for, and what it is about."""
    titles = [cited_title(fact.item_id, fact.title) for fact in evidence]
    quoted = list(dict.fromkeys(f"“{title}”" for title in titles if title))
    recent = ", ".join(quoted[:MAX_TITLES])
    chose = f"Somebody chose {recent}. " if recent else ""
    if length == "profile":
        return _brief(f"{chose}What their choices say of their taste:")
    return _brief(f"{chose}Why we recommend “{cited_title(subject.item_id, subject.title)}”:")


def _brief(text: str) -> str:
    """The text with what is quoted cut short."""
    return _QUOTED.sub(_cut, text)


def _cut(quoted: re.Match[str]) -> str:
    words = quoted.group().split()[:TITLE_WORDS]
    return " ".join(words)[:MAX_TITLE_CHARACTERS]
