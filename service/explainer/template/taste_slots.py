"""Taste slots: one fact about a taste, with its examples, as the phrases a pattern can use.

It does not choose patterns.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.language import Language
from service.explainer.languages.taste_words import lift
from service.explainer.template.slots import Slots, attribute_key, printable_name


class TasteSlots(Slots):
    """Phrases about one person in one language; nothing they name is the subject of the text."""

    def __init__(self, language: Language, taste: int) -> None:
        """`taste` is which of several equal words to prefer."""
        super().__init__(language, Subject("", ""), taste)

    def of_taste(self, fact: Evidence, examples: Sequence[Evidence]) -> dict[str, str]:
        """What cannot be said is empty."""
        words = self._language.taste
        value = self._value(words.value_of(fact))
        if not value:
            return {}
        phrases = self._attribute_words(fact)
        said = {
            "value": value,
            "noun": printable_name(fact.name, self._language),
            "also": "",
            "both": "",
        }
        quoted = list(dict.fromkeys(self._title(example) for example in examples))
        return {
            "value": value if self._stands_alone(fact) else "",
            "sg": phrases.sg.format(**said),
            "pl": phrases.pl.format(**said),
            "titles": self._join([title for title in quoted if title]),
            "times": words.times.format(n=lift(fact.lift)) if fact.lift else "",
            "since": words.month_of(fact.since),
            "than": words.comparison(fact, attribute_key(fact, self._language)),
            "count": self._count(fact.count),
            "total": self._count(fact.total),
            "earlier_count": self._count(fact.earlier_count),
            "earlier_total": self._count(fact.earlier_total),
        }

    def _stands_alone(self, fact: Evidence) -> bool:
        """Whether the value says by itself what it is: a category or a director, not the length of
        a sleeve."""
        return attribute_key(fact, self._language) != ""
