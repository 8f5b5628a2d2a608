"""Explanations: a served context to evidence, and evidence to words.

Owns how a context becomes the scorer's input again, and that evidence is told before anybody
writes. Knows no gRPC and no candidates.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from cachetools import LRUCache

from encoders.arrays import FloatArray
from indexer.catalog.event import EventPolicy
from indexer.catalog.item import Item
from service.api.messages import Change, Explanation, Feedback
from service.aspects.reading import Aspects
from service.config import ExplainSettings
from service.explainer.attribution.removal import smallest_removal
from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.explainer.writers.writer import Writer
from service.explainer.writers.writing import TEMPLATE, write_reasons
from service.models.serving_model import ServingModel
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.ranker.stopwatch import Stopwatch
from service.reasons.counterfactuals import ExplainedList
from service.reasons.crowds import Crowds
from service.reasons.evidence import Evidences
from service.reasons.facts import PastEvent, subject_of
from service.reasons.usual import Usual
from service.reasons.writing import Writing
from service.serving.catalog import Catalog
from service.serving.served import ServedContext
from service.serving.wishes import Wishes

MAX_REMOVED = 5
"""History items that are taken away to see what would change."""
MODELS_REMEMBERED = 3
"""Models for which what is usual in the catalogue is kept: the active one and those that answers
from before are explained by."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One result of one answer, to be explained by one writer."""

    context: ServedContext
    model: ServingModel
    """The one that served it."""
    index: int
    """Of the item."""
    explored: bool
    instead_of: int | None
    """Index of an item that it is contrasted with."""
    change: bool
    """Whether to look for what would change it."""
    writer: Writer
    language: str


class Explanations:
    """What is usual in the catalogue is measured once per model, for the few that are asked about
    in turn."""

    def __init__(
        self,
        settings: ExplainSettings,
        policy: EventPolicy,
        writing: Writing,
        catalog: Catalog,
        crowds: Crowds,
        encode_query: Callable[[str], FloatArray],
        aspects: Aspects,
        usual: Usual,
        wishes: Wishes,
    ) -> None:
        self._settings, self._policy, self._writing = settings, policy, writing
        self._catalog, self._crowds, self._encode_query = catalog, crowds, encode_query
        self._aspects, self._usual, self._wishes = aspects, usual, wishes
        self._evidences: LRUCache[ServingModel, Evidences] = LRUCache(MODELS_REMEMBERED)
        self._measuring = threading.Lock()

    def explain(
        self,
        question: Question,
        tell: Callable[[Explanation], None] | None = None,
        watch: Stopwatch | None = None,
    ) -> Explanation:
        """The whole; `tell` gets it without words as soon as the evidence is there. `watch` times
        the stages `evidence` and `write`."""
        watch = watch or Stopwatch()
        wordless, subject = self._wordless(question)
        watch.lap("evidence")
        if tell is not None:
            tell(wordless)
        writer, notes = question.writer, []
        if question.instead_of is not None and writer.name != TEMPLATE.name:
            notes.append(
                f"the template always writes about two items, so writer {writer.name} was not asked"
            )
            writer = TEMPLATE
        written = self._writing.write(writer, subject, wordless.evidence, question.language)
        watch.lap("write")
        if written.note:
            notes.append(written.note)
        return replace(wordless, text=written.text, writer=written.writer, degraded=notes)

    def _wordless(self, question: Question) -> tuple[Explanation, Subject]:
        """The evidence, and whom the words that are still missing are to be about."""
        context = question.context
        named = [i for i in (question.index, question.instead_of) if i is not None]
        indices = np.array(named, dtype=np.int64)
        items = self._catalog.items(indices)
        less = self._less(context, items[0].item_id)
        explained = self._explained(question.model, context)
        evidences = self._evidences_of(question.model)
        if question.instead_of is None:
            (finding,) = evidences.of(explained, indices, items, [question.explored])
        else:
            beside = self._with(explained, question, question.instead_of)
            finding = evidences.contrast(beside, indices, items, question.explored)
        subject, change = subject_of(items[0]), None
        if question.change:
            change = self._change(question, explained, evidences, subject)
        wordless = Explanation(
            item_id=items[0].item_id,
            text="",
            writer=question.writer.name,
            evidence=finding.evidence,
            model_version=context.model_version,
            language=question.language,
            title=items[0].title,
            parameters=finding.parameters,
            change=change,
            less_of_this=less,
        )
        return wordless, subject

    def _with(self, explained: ExplainedList, question: Question, index: int) -> ExplainedList:
        """With another item beside the results, that need not be one of them."""
        context = question.context
        if index in explained.served or not (context.wish_parts or context.taste):
            return explained
        other = self._wishes.unserved(context, question.model, index)
        return replace(explained, served={**explained.served, index: other})

    def _change(
        self, question: Question, explained: ExplainedList, evidences: Evidences, subject: Subject
    ) -> Change | None:
        """The fewest history items without which the item would not be on its list: none where
        exploration, calibration or diversity put it there. None where it is on no list."""
        context, ranker = question.context, question.model.ranker
        served = [result.item_index for result in context.results]
        near = [*served, *context.runners_up]
        others = [i for i in near if i != question.index and self._catalog.exists(i)]
        if len(others) < len(served):
            return None
        rivals = np.array([question.index, *others], dtype=np.int64)
        events = explained.events_by_item()  # of each item
        domains = question.model.vocabulary.domain_codes(context.domains)
        added = context.added
        beside = np.array([added.get(int(i), 0.0) for i in rivals], dtype=np.float32)

        def left_out(chosen: frozenset[int]) -> IntArray:
            return np.concatenate([np.zeros(0, np.int64), *(events[i] for i in sorted(chosen))])

        def margins(sets: Sequence[frozenset[int]]) -> FloatArray:
            scores = evidences.without(explained, rivals, [left_out(one) for one in sets])
            return above(scores + beside, len(served))

        if margins([frozenset()])[0] < 0:  # it is not there by its score
            return Change((), "")

        def falls(chosen: frozenset[int]) -> bool:
            # On its own scale, as it would be served.
            without = ranker.query_scores(explained.history.without(left_out(chosen)))
            scores = ranker.score_list(without, rivals, domains).scores
            return bool(above((scores + beside)[np.newaxis], len(served))[0] < 0)

        chosen = smallest_removal(len(events), margins, MAX_REMOVED, falls)
        if not chosen:
            return Change((), "")
        facts = [
            explained.past[int(events[i][-1])].cited(EvidenceKind.CHANGE) for i in sorted(chosen)
        ]
        return Change(facts, self._writing.write(TEMPLATE, subject, facts, question.language).text)

    def _less(self, context: ServedContext, item_id: str) -> Feedback | None:
        """What to record of a user who wants less of this."""
        kinds = self._policy.kinds
        unkindest = min(kinds, key=lambda name: kinds[name].weight, default="")
        if not (context.user_id and context.profiled and unkindest and kinds[unkindest].weight < 0):
            return None
        return Feedback(context.user_id, item_id, unkindest)

    def influence(
        self, model: ServingModel, context: ServedContext, index: int
    ) -> Mapping[str, float]:
        """How much lower the item scores without each item of the history (of the newest events),
        on the scale of the answer; negative where it scores higher."""
        explained = self._explained(model, context)
        candidate = np.array([index], dtype=np.int64)
        events, nothing = explained.events_by_item(), explained.history.items[:0]
        evidences = self._evidences_of(model)
        full, *without = evidences.without(explained, candidate, [nothing, *events])[:, 0]
        ids = [explained.past[int(places[-1])].item.item_id for places in events]
        return {item_id: float(full - score) for item_id, score in zip(ids, without, strict=True)}

    def reasons(
        self,
        model: ServingModel,
        context: ServedContext,
        indices: IntArray,
        items: Sequence[Item],
        language: str,
    ) -> list[str]:
        """One line per result of the context, whose items these are."""
        explored = [result.explored for result in context.results]
        found = self._evidences_of(model).of(
            self._explained(model, context), indices, items, explored, in_short=True
        )
        pairs: list[tuple[Subject, Sequence[Evidence]]] = [
            (subject_of(item), one.evidence) for item, one in zip(items, found, strict=True)
        ]
        return write_reasons(pairs, language or self._settings.language)

    def _explained(self, model: ServingModel, context: ServedContext) -> ExplainedList:
        """The context as the ranker sees it, without the items that have left the catalogue since."""
        codes = model.vocabulary.event_types
        n_items, exists = model.ranker.n_items, self._catalog.exists
        alive = [i for i, index in enumerate(context.history) if index < n_items and exists(index)]
        times = context.times or [0.0] * len(context.history)
        disliked = context.disliked or [not liked for liked in context.liked]
        taste = None
        if context.taste:
            taste = model.ranker.project_text(self._encode_query(context.taste))
        history = History(
            np.array([context.history[i] for i in alive], dtype=np.int64),
            np.array([codes.get(context.event_types[i], 0) for i in alive], dtype=np.int64),
            np.array([times[i] for i in alive], dtype=np.float64),
            np.array([not disliked[i] for i in alive], dtype=bool),
            taste,
        )
        usual = model.ranker.served_scale(history, context.scale_shift, context.scale_spread)
        domains = model.vocabulary.domain_codes(context.domains)
        past = [
            PastEvent(item, context.event_types[i], context.values[i], context.liked[i])
            for item, i in zip(self._catalog.items(history.items), alive, strict=True)
        ]
        return ExplainedList(
            history=history,
            past=past,
            scale=usual.where(history, model.ranker.snapshot.content, domains),
            profiled=context.profiled,
            rule=context.rule,
            n_events_known=context.n_events_known,
            wished=bool(context.wish_parts),
            served={result.item_index: result for result in context.results},
        )

    def _evidences_of(self, model: ServingModel) -> Evidences:
        with self._measuring:
            evidences = self._evidences.get(model)
            if evidences is None:
                evidences = Evidences(
                    model.ranker,
                    self._usual.measured(),
                    self._crowds,
                    self._settings.new_days,
                    self._aspects,
                )
                self._evidences[model] = evidences
            return evidences


def above(scores: FloatArray, n_shown: int) -> FloatArray:
    """(V,) how far the first of C items stays above the place that is shown no more, in each of V
    rows (V, C)."""
    rivals = np.sort(scores[:, 1:], axis=1)[:, -n_shown]
    margins: FloatArray = scores[:, 0] - rivals
    return margins
