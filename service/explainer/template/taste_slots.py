"""Taste slots: one fact about a taste, with its examples, as the phrases that a pattern can use.

It does not select patterns.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.language import Language
from service.explainer.languages.taste_words import lift
from service.explainer.template.slots import Slots, attribute_key, printable_name


class TasteSlots(Slots):
    """Phrases about one person in one language; nothing they name is the subject of the text."""

    def __init__(self, language: Language, style: int) -> None:
        """`style` says which of several equal words to prefer."""
        super().__init__(language, Subject("", ""), style)

    def of_taste(self, fact: Evidence, examples: Sequence[Evidence]) -> dict[str, str]:
        """Slot -> phrase; what cannot be said is empty."""
        words = self._language.taste
        value = self._value(words.value_of(fact))
        if not value:
            return {}
        key = attribute_key(fact, self._language)
        phrases = self._attribute_words(fact)
        noun = printable_name(fact.name, self._language)
        said = {"value": value, "noun": noun, "also": "", "both": ""}
        titles = list(dict.fromkeys(self._title(example) for example in examples))
        return {
            # a category or a director says by itself what it is; the length of a sleeve does not
            "value": value if key else "",
            "sg": phrases.sg.format(**said),
            "pl": phrases.pl.format(**said),
            "titles": self._join([title for title in titles if title]),
            "times": words.times.format(n=lift(fact.lift)) if fact.lift else "",
            "since": words.month_of(fact.since),
            "than": words.comparison(fact, key),
            "count": self._count(fact.count),
            "total": self._count(fact.total),
            "earlier_count": self._count(fact.earlier_count),
            "earlier_total": self._count(fact.earlier_total),
        }
