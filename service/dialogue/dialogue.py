"""Dialogue: one conversation, as a stack of answers that go on from one another.

Every wish is a Recommend that refines the answer before; reasons are Explain, by recommendation id. A
backend over gRPC that keeps the ids can do the same. Knows no words of any language, and no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from indexer.catalog.item import Item
from service.api.messages import (
    DEFAULT_K,
    MAX_K,
    ExplainRequest,
    Recommendation,
    RecommendRequest,
    ScoredItem,
)
from service.api.services import ExplainService, RecommendService
from service.dialogue.blocking import blocking_parts
from service.dialogue.command import Command, Verb
from service.dialogue.hearing import heard, plain
from service.dialogue.languages.loading import languages
from service.dialogue.refusals import has_expired, is_busy, item_is_gone
from service.dialogue.reply import NOT_BLOCKED, About, Blocking, Reply
from service.wishes.reading import PartKind, WishPart

MAX_CHARS = 1_000
"""Of an utterance."""


class Answering(RecommendService, ExplainService, Protocol):
    """What of a backend a conversation needs."""

    def get_item(self, item_id: str, /) -> Item:
        """One item; ItemNotFound where there is none of that id."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer that the conversation was at."""

    request: RecommendRequest
    answer: Recommendation
    blocking: Blocking = NOT_BLOCKED
    """What leaves nothing, where the answer is empty."""


@dataclass(eq=False)
class Dialogue:
    """One conversation."""

    backend: Answering
    asking: RecommendRequest
    """For whom, how many, of which domains: what all requests have in common."""
    language: str = ""
    """Code of the language of all replies; empty means that of each utterance."""
    chain: list[Turn] = field(default_factory=list)
    """The answer that it is at, and those that `undo` goes back to, oldest first."""
    _code: str = ""
    _told: set[str] = field(default_factory=set)

    def greeting(self) -> Reply:
        """What is said before the first utterance."""
        return self._reply(About.GREETING)

    def farewell(self) -> Reply:
        """What is said where somebody leaves without a word."""
        return self._reply(About.BYE)

    def hear(self, text: str) -> Reply:
        """The reply to an utterance. What the backend refuses for another reason than that an answer
        has expired, or that it is busy, comes out as its error."""
        said = plain(text)
        if len(said) > MAX_CHARS:
            return replace(self._reply(About.TOO_LONG, n=MAX_CHARS), verb=Verb.WISH)
        command, code = heard(said)
        self._code = code or self._code
        try:
            reply = self._do(command, said)
        except Exception as error:
            if not is_busy(error):
                raise
            reply = self._reply(About.BUSY)
        return replace(reply, verb=command.verb)

    def _do(self, command: Command, said: str) -> Reply:
        match command.verb:
            case Verb.WISH:
                return self._wish(said)
            case Verb.WHY | Verb.CHANGE:
                return self._explain(command)
            case Verb.UNDO:
                return self._undo()
            case Verb.SHOW:
                return self._show()
            case Verb.MORE:
                return self._more()
            case Verb.START_OVER:
                self.chain.clear()
                return self._reply(About.STARTED_OVER)
            case Verb.HELP:
                return self._reply(About.HELP)
            case Verb.QUIT:
                return self._reply(About.BYE)

    def _wish(self, said: str) -> Reply:
        before = self._at.answer if self._at else None
        refines = "" if before is None else before.recommendation_id
        request = replace(
            self.asking, wish=said, refine_recommendation_id=refines, language=self._speaks
        )
        expired = False
        try:
            answer = self.backend.recommend(request)
        except Exception as error:
            if not refines or not has_expired(error):
                raise
            self.chain.clear()
            before, expired = None, True
            request = replace(request, refine_recommendation_id="")
            answer = self.backend.recommend(request)
        blocking = blocking_parts(self.backend, request, answer)
        self.chain.append(Turn(request, answer, blocking))
        reply = self._listed(About.LIST)
        return replace(reply, unknown=_unknown(answer, before), expired=expired)

    def _show(self) -> Reply:
        if not self.chain:
            request = replace(self.asking, language=self._speaks)
            self.chain.append(Turn(request, self.backend.recommend(request)))
        return self._listed(About.LIST)

    def _more(self) -> Reply:
        """The same request for more, so that one answer holds every rank that was shown."""
        if self._at is None:
            return self._show()
        shown = self._at.answer.results
        k = min(len(shown) + (self.asking.k or DEFAULT_K), MAX_K)
        request = replace(self._at.request, k=k)
        try:
            answer = self.backend.recommend(request)
        except Exception as error:
            return self._expired(error)
        if len(answer.results) <= len(shown):
            return self._reply(About.NO_MORE if shown else About.EMPTY)
        self.chain.append(Turn(request, answer))
        reply = self._listed(About.MORE)
        if _ids(answer.results[: len(shown)]) != _ids(shown):  # somebody chose something since
            return replace(reply, about=About.LIST)
        return replace(reply, results=answer.results[len(shown) :], place=len(shown) + 1)

    def _undo(self) -> Reply:
        if not self.chain:
            return self._reply(About.NOTHING_TO_UNDO)
        self.chain.pop()
        if not self.chain:
            return self._reply(About.EMPTIED)
        return self._listed(About.UNDONE)

    def _explain(self, command: Command) -> Reply:
        if self._at is None:
            return self._reply(About.NO_LIST)
        answer = self._at.answer
        if not answer.results:
            return self._reply(About.EMPTY)
        result = _named(command, answer.results)
        if result is None:
            return self._reply(About.WHICH, n=len(answer.results))
        request = ExplainRequest(
            item_id=result.item_id,
            recommendation_id=answer.recommendation_id,
            language=self._speaks,
            change=command.verb is Verb.CHANGE,
        )
        about = About.CHANGE if request.change else About.WHY
        title = result.item.title or result.item_id
        try:
            explanation = self.backend.explain(request)
        except Exception as error:
            if item_is_gone(error):
                return self._reply(About.GONE, place=result.rank, title=title)
            return self._expired(error)
        reply = self._reply(about, place=result.rank, title=title)
        return replace(reply, explanation=explanation, notes=self._untold(explanation.degraded))

    def _expired(self, error: Exception) -> Reply:
        """Start over, where that is what the error says; else the error."""
        if not has_expired(error):
            raise error
        self.chain.clear()
        return replace(self._reply(About.EXPIRED), expired=True)

    def _listed(self, about: About) -> Reply:
        """A reply with the whole list of the answer that the conversation is at."""
        assert self._at is not None
        answer = self._at.answer
        reply = self._reply(about if answer.results else About.NOTHING_FITS)
        return replace(
            reply,
            results=answer.results,
            refines=self._at.request.refine_recommendation_id,
            blocking=self._at.blocking,
            titles=self._titles(answer),
            notes=self._untold(answer.degraded),
        )

    def _reply(self, about: About, *, place: int = 0, title: str = "", n: int = 0) -> Reply:
        """`hear` says of which verb."""
        return Reply(
            about=about,
            language=self._speaks,
            answer=None if self._at is None else self._at.answer,
            place=place,
            title=title,
            n=n,
        )

    @property
    def _at(self) -> Turn | None:
        return self.chain[-1] if self.chain else None

    @property
    def _speaks(self) -> str:
        return self.language or self._code or languages()[0].code

    def _titles(self, answer: Recommendation) -> dict[str, str]:
        """Of the items that the wish names."""
        parts = answer.wish.parts if answer.wish else ()
        shown = {
            result.item_id: result.item.title
            for turn in self.chain
            for result in turn.answer.results
        }
        named = dict.fromkeys(part.item_id for part in parts if part.item_id)
        return {one: shown.get(one) or self._title(one) for one in named}

    def _title(self, item_id: str) -> str:
        try:
            return self.backend.get_item(item_id).title or item_id
        except Exception as error:
            if not item_is_gone(error):
                raise
            return item_id

    def _untold(self, notes: Sequence[str]) -> list[str]:
        """Those that were not told in this conversation; they are now."""
        untold = [note for note in notes if note not in self._told]
        self._told.update(untold)
        return untold


def _named(command: Command, results: Sequence[ScoredItem]) -> ScoredItem | None:
    """The result at the place, or with the title, that was said; the first where neither was."""
    if command.title:
        said = command.title.casefold()
        titled = [result for result in results if said in result.item.title.casefold()]
        return titled[0] if titled else None
    place = 1 if command.place is None else command.place
    rank = place if place >= 0 else len(results) + 1 + place
    return next((result for result in results if result.rank == rank), None)


def _unknown(answer: Recommendation, before: Recommendation | None) -> list[WishPart]:
    """What was not understood of what was said last."""
    earlier = before.wish.parts if before is not None and before.wish is not None else ()
    known = {part.text for part in earlier if part.kind is PartKind.NOT_UNDERSTOOD}
    parts = answer.wish.parts if answer.wish else ()
    return [p for p in parts if p.kind is PartKind.NOT_UNDERSTOOD and p.text not in known]


def _ids(results: Sequence[ScoredItem]) -> list[str]:
    return [result.item_id for result in results]
