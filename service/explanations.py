"""Explanations: a served context to evidence, and evidence to words.

Owns how a context becomes the scorer's input again, and that evidence is told before anybody writes. Knows no gRPC and
no candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.base import FloatArray
from indexer.catalog import Item
from service.config import ExplainSettings
from service.explainer.evidence import Evidence, Subject
from service.explainer.writers import Writer, write_reasons
from service.models import Loaded
from service.ranker.history import History
from service.ranker.interactions import IntArray
from service.ranker.signals import Scale
from service.reasons import Case, Evidences, PastEvent, subject_of
from service.requests import Explanation
from service.served import ServedContext
from service.writing import Writing


@dataclass(frozen=True, slots=True, eq=False)
class Lookups:
    """What an explanation asks the rest of the recommender."""

    items: Callable[[IntArray], list[Item]]
    exists: Callable[[int], bool]
    """Whether an item index is in the catalogue still."""
    encode_query: Callable[[str], FloatArray]
    catalogue: Callable[[], Iterable[Item]]
    """Every item."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One result of one answer, to be explained by one writer."""

    context: ServedContext
    loaded: Loaded
    """The ranker that served it."""
    index: int
    """Of the item."""
    explored: bool
    writer: Writer
    language: str


class Explanations:
    """What is usual in the catalogue is measured once per ranker."""

    def __init__(self, settings: ExplainSettings, writing: Writing, lookups: Lookups) -> None:
        self._settings, self._writing, self._look = settings, writing, lookups
        self._evidences: tuple[Loaded, Evidences] | None = None

    def explain(self, question: Question, tell: Callable[[Explanation], None]) -> Explanation:
        """The whole; `tell` gets it without words as soon as the evidence is there."""
        context, language = question.context, question.language
        (item,) = self._look.items(np.array([question.index]))
        ((evidence),) = self.evidence(question.loaded, context, np.array([question.index]), [item], [question.explored])
        wordless = Explanation(
            item_id=item.item_id,
            text="",
            writer=question.writer.name,
            evidence=evidence,
            model_version=context.model_version,
            language=language,
            title=item.title,
        )
        tell(wordless)
        written = self._writing.write(question.writer, subject_of(item), evidence, language)
        notes = [written.note] if written.note else []
        return replace(wordless, text=written.text, writer=written.writer, degraded=notes)

    def reasons(
        self,
        loaded: Loaded,
        context: ServedContext,
        indices: IntArray,
        items: Sequence[Item],
        explored: Sequence[bool],
        language: str,
    ) -> list[str]:
        """One line per result."""
        evidence = self.evidence(loaded, context, indices, items, explored)
        pairs: list[tuple[Subject, Sequence[Evidence]]] = [
            (subject_of(item), found) for item, found in zip(items, evidence, strict=True)
        ]
        return write_reasons(pairs, language or self._settings.language)

    def evidence(
        self, loaded: Loaded, context: ServedContext, indices: IntArray, items: Sequence[Item], explored: Sequence[bool]
    ) -> list[list[Evidence]]:
        """Evidence of results of one answer, through the ranker that served it."""
        return self._evidences_of(loaded).of(self._case(loaded, context), indices, items, explored)

    def _case(self, loaded: Loaded, context: ServedContext) -> Case:
        """The context as the ranker sees it, without the items that have left the catalogue since."""
        codes = loaded.vocabulary.event_types
        n_items, exists = loaded.ranker.n_items, self._look.exists
        alive = [i for i, index in enumerate(context.history) if index < n_items and exists(index)]
        taste = None
        if context.taste:
            taste = loaded.ranker.project_text(self._look.encode_query(context.taste))
        history = History(
            np.array([context.history[i] for i in alive], dtype=np.int64),
            np.array([codes.get(context.event_types[i], 0) for i in alive], dtype=np.int64),
            np.array([context.liked[i] for i in alive], dtype=bool),
            taste,
        )
        past = [
            PastEvent(item, context.event_types[i], context.values[i], context.liked[i])
            for item, i in zip(self._look.items(history.items), alive, strict=True)
        ]
        return Case(
            history=history,
            past=past,
            scale=Scale(np.array(context.scale_shift, np.float32), np.array(context.scale_spread, np.float32)),
            profiled=context.profiled,
            taste=context.taste,
            rule=context.rule,
            n_events_known=context.n_events_known,
        )

    def _evidences_of(self, loaded: Loaded) -> Evidences:
        if self._evidences is None or self._evidences[0] is not loaded:
            everything = list(self._look.catalogue())
            self._evidences = (loaded, Evidences(loaded.ranker, everything, self._settings.new_days))
        return self._evidences[1]
