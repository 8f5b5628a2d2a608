"""Phrasing: the words of a reply. Says what a reply holds and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from service.dialogue.languages.loading import language_of
from service.dialogue.languages.sentences import Sentences
from service.dialogue.reply import About, Reply
from service.dialogue.understood import Chips
from service.explainer.text import clean

TEMPLATE = "template"
"""The writer that is not a model."""


@dataclass(frozen=True, slots=True)
class Phrased:
    """A reply in words."""

    text: str
    writer: str = TEMPLATE
    """Who wrote what is said in it of the wish or of the item: `template`, a language model by its
    name, or the writer of the explanation."""
    note: str = ""
    """Why it is not who was asked first; told once in a conversation."""


class Phrasing(Protocol):
    """Who writes the replies of one conversation."""

    def phrase(self, reply: Reply) -> Phrased:
        """The words of a reply, in its language; the results are shown beside them."""
        ...


class Templates:
    """Every reply by the sentences of its language."""

    def phrase(self, reply: Reply) -> Phrased:
        """See `Phrasing.phrase`."""
        why = reply.explanation if reply.about is About.WHY else None
        return Phrased(self.words(reply), TEMPLATE if why is None else why.writer)

    def words(self, reply: Reply, worded: str = "") -> str:
        """One line, but for help. `worded` is what it says of the wish or of the item, in the words
        of somebody else."""
        sentences = language_of(reply.language).sentences
        slots = {
            "said": worded or self._said(reply, sentences),
            "place": str(reply.place),
            "title": clean(reply.title),
            "text": self._text(reply, sentences, worded),
            "n": f"{reply.n:,}",
        }
        said = [sentences.replies[reply.about].format(**slots)]
        if reply.expired:
            said.insert(0, sentences.expired)
        if reply.about is About.NOTHING_FITS:
            said.append(self._blocked(reply, sentences))
        return joined(said)

    def _said(self, reply: Reply, sentences: Sentences) -> str:
        """What was understood, in one line."""
        chips = Chips(sentences, reply.titles)
        firm, leaning, unknown = chips.firm(reply.parts), chips.leaning(reply.parts), ""
        if reply.unknown:
            quoted = [chips.quoted(part.text) for part in reply.unknown]
            unknown = sentences.unknown.format(chips=sentences.chips.join(quoted))
        parts = [sentences.chips.join(firm)] if firm else []
        if leaning:
            parts.append(sentences.leaning.format(chips=sentences.chips.join(leaning)))
        if unknown:
            parts.append(unknown)
        if not parts:
            return sentences.no_wish
        line = sentences.parts.join(parts)
        return f"{line[:1].upper()}{line[1:]}{sentences.end}"

    def _text(self, reply: Reply, sentences: Sentences, worded: str) -> str:
        """Why, or what would change it."""
        explanation = reply.explanation
        if explanation is None:
            return ""
        if reply.about is not About.CHANGE:
            return worded or explanation.text
        change = explanation.change
        history = "" if change is None else change.text or sentences.nothing_to_change
        return joined([worded or history, sentences.take_off.format(place=reply.place)])

    def _blocked(self, reply: Reply, sentences: Sentences) -> str:
        """Which parts leave nothing, and the way back."""
        chips = Chips(sentences, reply.titles)
        parts = [chips.quoted(chip) for chip in chips.filters(reply.blocking.parts)]
        if not parts:
            return sentences.nothing_left
        if reply.blocking.together:
            return sentences.blocked_together.format(chips=sentences.chips.join(parts))
        return sentences.blocked_by.format(chips=sentences.either.join(parts))


def joined(sentences: list[str]) -> str:
    """Sentences one after the other, with a space where the mark before does not bring its own."""
    joined = ""
    for sentence in filter(None, sentences):
        joined += sentence if not joined or joined[-1] in "。！？" else f" {sentence}"
    return joined
