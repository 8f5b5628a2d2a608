"""Phrasing: the words of a reply. Says what a reply holds and nothing else."""

from __future__ import annotations

from typing import Protocol

from service.dialogue.languages.loading import language_of
from service.dialogue.languages.sentences import Sentences
from service.dialogue.reply import About, Reply
from service.dialogue.understood import Chips
from service.explainer.text import clean


class Phrasing(Protocol):
    """Who writes the replies."""

    def words(self, reply: Reply) -> str:
        """The words of a reply, in its language; the results are shown beside them."""
        ...


class Templates:
    """Every reply by the sentences of its language."""

    def words(self, reply: Reply) -> str:
        """One line, but for help."""
        sentences = language_of(reply.language).sentences
        slots = {
            "said": self._said(reply, sentences),
            "place": str(reply.place),
            "title": clean(reply.title),
            "text": self._text(reply, sentences),
            "n": f"{reply.n:,}",
        }
        said = [sentences.replies[reply.about].format(**slots)]
        if reply.expired:
            said.insert(0, sentences.expired)
        if reply.about is About.NOTHING_FITS:
            said.append(self._blocked(reply, sentences))
        return _joined(said)

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

    def _text(self, reply: Reply, sentences: Sentences) -> str:
        """Why, or what would change it."""
        explanation = reply.explanation
        if explanation is None:
            return ""
        if reply.about is not About.CHANGE:
            return explanation.text
        change = explanation.change
        history = "" if change is None else change.text or sentences.nothing_to_change
        return _joined([history, sentences.take_off.format(place=reply.place)])

    def _blocked(self, reply: Reply, sentences: Sentences) -> str:
        """Which parts leave nothing, and the way back."""
        chips = Chips(sentences, reply.titles)
        parts = [chips.quoted(chip) for chip in chips.filters(reply.blocking.parts)]
        if not parts:
            return sentences.nothing_left
        if reply.blocking.together:
            return sentences.blocked_together.format(chips=sentences.chips.join(parts))
        return sentences.blocked_by.format(chips=sentences.either.join(parts))


def _joined(sentences: list[str]) -> str:
    """Sentences one after the other, with a space where the mark before does not bring its own."""
    joined = ""
    for sentence in filter(None, sentences):
        joined += sentence if not joined or joined[-1] in "。！？" else f" {sentence}"
    return joined
