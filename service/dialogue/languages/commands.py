"""Commands of one language: tables of phrases, and an utterance compared with them.

What follows "why" is read by the grammar of wishes, which knows "the second one" and "第2个".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.dialogue.command import Command, Verb
from service.wishes.clause import Grammar
from service.wishes.languages.text import fold

MAX_CHARS = 200
"""Of a command; what is longer is a wish."""
_AROUND = " \t.!?,;:…。！？，；：、~"
_QUOTES = "\"'《》"
_RANK = re.compile(r"(?:no\.? ?|nr\.? ?|#)?(\d{1,3})(?:st|nd|rd|th)?")


@dataclass(frozen=True, slots=True, eq=False)
class Commands:
    """The commands of one language. Patterns are of folded text, without apostrophes and the marks
    around it; group `which` holds the words for an item."""

    phrases: Mapping[str, Verb]
    polite: re.Pattern[str]
    """What may stand before or after a phrase and says nothing."""
    why: tuple[re.Pattern[str], ...]
    change: tuple[re.Pattern[str], ...]
    grammar: Grammar

    def read(self, text: str) -> Command | None:
        """The command; None where the utterance is none of this language."""
        if len(text) > MAX_CHARS:
            return None
        said = " ".join(fold(text).replace("'", "").split()).strip(_AROUND)
        plain = self.polite.sub("", said).strip(_AROUND)
        verb = self.phrases.get(said) or self.phrases.get(plain)
        if verb is not None:
            return Command(verb)
        for verb, patterns in ((Verb.CHANGE, self.change), (Verb.WHY, self.why)):
            for pattern in patterns:
                if match := pattern.fullmatch(plain):
                    return self._about(verb, match["which"].strip(_AROUND + _QUOTES))
        return None

    def _about(self, verb: Verb, which: str) -> Command:
        """The verb with the one place that these words name; with the words where they do not."""
        if rank := _RANK.fullmatch(which):
            return Command(verb, int(rank[1]))
        parsed = self.grammar.parse(which)
        if len(parsed.references) == 1 and not parsed.clauses and parsed.references[0].place:
            return Command(verb, parsed.references[0].place)
        return Command(verb, title=which)


def phrases_of(table: Mapping[Verb, str]) -> dict[str, Verb]:
    """A table written the other way round: verbs, and their phrases parted by commas."""
    return {
        " ".join(phrase.split()): verb
        for verb, phrases in table.items()
        for phrase in phrases.split(",")
    }
