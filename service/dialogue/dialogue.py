"""Dialogue: one conversation, as a stack of answers that go on from one another.

Every wish is a Recommend that refines the answer before; reasons are Explain, by recommendation id. A
backend over gRPC that keeps the ids can do the same. Knows no words of any language, and no terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from unicodedata import category

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
from service.dialogue.command import Command, Verb
from service.dialogue.hearing import WISH, heard
from service.dialogue.languages.loading import languages
from service.dialogue.reply import NOT_BLOCKED, About, Blocking, Reply
from service.dialogue.understood import FILTERS
from service.errors import (
    DeadlinePassed,
    ItemNotFound,
    ModelNotFound,
    NotServing,
    Overloaded,
    RecommendationNotFound,
    ServedByOtherEncoders,
)
from service.wishes.reading import PartKind, WishPart

MAX_CHARS = 1_000
"""Of an utterance."""
MOST_BLOCKING = 5
"""Filters that are tried without, the last said first, where nothing fits."""
EXPIRED = frozenset(
    error.reason for error in (RecommendationNotFound, ServedByOtherEncoders, ModelNotFound)
)
"""Reasons by which the answer before cannot be gone on from."""
BUSY = frozenset(error.reason for error in (Overloaded, NotServing, DeadlinePassed))
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~])?")


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
        said = _plain(text)
        if len(said) > MAX_CHARS:
            return self._reply(About.TOO_LONG, WISH, n=MAX_CHARS)
        command, code = heard(said)
        self._code = code or self._code
        try:
            return self._do(command, said)
        except Exception as error:
            if _reason(error) not in BUSY:
                raise
            return self._reply(About.BUSY, command)

    def _do(self, command: Command, said: str) -> Reply:
        match command.verb:
            case Verb.WISH:
                return self._wish(command, said)
            case Verb.WHY | Verb.CHANGE:
                return self._explain(command)
            case Verb.UNDO:
                return self._undo(command)
            case Verb.SHOW:
                return self._show(command)
            case Verb.MORE:
                return self._more(command)
            case Verb.START_OVER:
                self.chain.clear()
                return self._reply(About.STARTED_OVER, command)
            case Verb.HELP:
                return self._reply(About.HELP, command)
            case Verb.QUIT:
                return self._reply(About.BYE, command)

    def _wish(self, command: Command, said: str) -> Reply:
        before = self._at.answer if self._at else None
        refines = "" if before is None else before.recommendation_id
        request = replace(
            self.asking, wish=said, refine_recommendation_id=refines, language=self._speaks
        )
        expired = False
        try:
            answer = self.backend.recommend(request)
        except Exception as error:
            if not refines or _reason(error) not in EXPIRED:
                raise
            self.chain.clear()
            before, expired = None, True
            request = replace(request, refine_recommendation_id="")
            answer = self.backend.recommend(request)
        blocking = NOT_BLOCKED if answer.results else self._blocking(request, answer)
        self.chain.append(Turn(request, answer, blocking))
        reply = self._listed(About.LIST, command)
        return replace(reply, unknown=_unknown(answer, before), expired=expired)

    def _show(self, command: Command) -> Reply:
        if not self.chain:
            request = replace(self.asking, language=self._speaks)
            self.chain.append(Turn(request, self.backend.recommend(request)))
        return self._listed(About.LIST, command)

    def _more(self, command: Command) -> Reply:
        """The same request for more, so that one answer holds every rank that was shown."""
        if self._at is None:
            return self._show(command)
        shown = self._at.answer.results
        k = min(len(shown) + (self.asking.k or DEFAULT_K), MAX_K)
        request = replace(self._at.request, k=k)
        try:
            answer = self.backend.recommend(request)
        except Exception as error:
            return self._expired(command, error)
        if len(answer.results) <= len(shown):
            return self._reply(About.NO_MORE if shown else About.EMPTY, command)
        self.chain.append(Turn(request, answer))
        reply = self._listed(About.MORE, command)
        if _ids(answer.results[: len(shown)]) != _ids(shown):  # somebody chose something since
            return replace(reply, about=About.LIST)
        return replace(reply, results=answer.results[len(shown) :], place=len(shown) + 1)

    def _undo(self, command: Command) -> Reply:
        if not self.chain:
            return self._reply(About.NOTHING_TO_UNDO, command)
        self.chain.pop()
        if not self.chain:
            return self._reply(About.EMPTIED, command)
        return self._listed(About.UNDONE, command)

    def _explain(self, command: Command) -> Reply:
        if self._at is None:
            return self._reply(About.NO_LIST, command)
        answer = self._at.answer
        if not answer.results:
            return self._reply(About.EMPTY, command)
        result = _named(command, answer.results)
        if result is None:
            return self._reply(About.WHICH, command, n=len(answer.results))
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
            if _reason(error) == ItemNotFound.reason:
                return self._reply(About.GONE, command, place=result.rank, title=title)
            return self._expired(command, error)
        reply = self._reply(about, command, place=result.rank, title=title)
        return replace(reply, explanation=explanation, notes=self._untold(explanation.degraded))

    def _expired(self, command: Command, error: Exception) -> Reply:
        """Start over, where that is what the error says; else the error."""
        if _reason(error) not in EXPIRED:
            raise error
        self.chain.clear()
        return replace(self._reply(About.EXPIRED, command), expired=True)

    def _blocking(self, request: RecommendRequest, answer: Recommendation) -> Blocking:
        """What of the wish leaves nothing, found out by asking without it."""
        parts = answer.wish.parts if answer.wish else ()
        filters = {part.text: part for part in parts if part.kind in FILTERS}

        def frees(texts: Sequence[str]) -> bool:
            without = replace(request, without_wish_parts=texts, k=1, explain=False)
            return bool(self.backend.recommend(without).results)

        alone = [filters[text] for text in list(filters)[-MOST_BLOCKING:] if frees([text])]
        if alone:
            return Blocking(alone)
        if len(filters) > 1 and frees(list(filters)):
            return Blocking(list(filters.values()), together=True)
        return NOT_BLOCKED

    def _listed(self, about: About, command: Command) -> Reply:
        """A reply with the whole list of the answer that the conversation is at."""
        assert self._at is not None
        answer = self._at.answer
        reply = self._reply(about if answer.results else About.NOTHING_FITS, command)
        return replace(
            reply,
            results=answer.results,
            refines=self._at.request.refine_recommendation_id,
            blocking=self._at.blocking,
            titles=self._titles(answer),
            notes=self._untold(answer.degraded),
        )

    def _reply(
        self,
        about: About,
        command: Command | None = None,
        *,
        place: int = 0,
        title: str = "",
        n: int = 0,
    ) -> Reply:
        return Reply(
            about=about,
            language=self._speaks,
            verb=None if command is None else command.verb,
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
            if _reason(error) != ItemNotFound.reason:
                raise
            return item_id

    def _untold(self, notes: Sequence[str]) -> list[str]:
        """Those that were not told in this conversation; they are now."""
        untold = [note for note in notes if note not in self._told]
        self._told.update(untold)
        return untold


def _plain(text: str) -> str:
    """The text without what a terminal sends besides, such as arrows and colours."""
    sendable = _ESCAPE.sub(" ", text.encode("utf-8", "replace").decode())
    return "".join(
        one if one.isspace() or category(one) != "Cc" else " " for one in sendable
    ).strip()


def _reason(error: Exception) -> str:
    """Why it was refused, by name: of our own error, or of what the client makes of it."""
    return str(getattr(error, "reason", ""))


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
