"""Explanations: a served context to evidence, and evidence to words.

Owns how a context becomes the scorer's input again, and that evidence is told before anybody
writes. Knows no gRPC and no candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.event import EventPolicy
from indexer.catalog.item import Item
from service.api.messages import Change, Explanation, Feedback
from service.config import ExplainSettings
from service.explainer.attribution.removal import removal
from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.explainer.writers.writers import TEMPLATE, Writer, write_reasons
from service.models.registry import Loaded
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.reasons.evidence import Case, Evidences, PastEvent, subject_of
from service.reasons.writing import Writing
from service.serving.served import ServedContext

MAX_REMOVED = 5
"""History items that are taken away to see what would change."""


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
    instead_of: int | None
    """Index of an item that it is contrasted with."""
    change: bool
    """Whether to look for what would change it."""
    writer: Writer
    language: str


class Explanations:
    """What is usual in the catalogue is measured once per ranker."""

    def __init__(
        self, settings: ExplainSettings, policy: EventPolicy, writing: Writing, lookups: Lookups
    ) -> None:
        self._settings, self._policy, self._writing, self._look = settings, policy, writing, lookups
        self._evidences: tuple[Loaded, Evidences] | None = None

    def explain(self, question: Question, tell: Callable[[Explanation], None]) -> Explanation:
        """The whole; `tell` gets it without words as soon as the evidence is there."""
        context, language = question.context, question.language
        case, evidences = self._case(question.loaded, context), self._evidences_of(question.loaded)
        indices = np.array(
            [i for i in (question.index, question.instead_of) if i is not None], dtype=np.int64
        )
        items = self._look.items(indices)
        if question.instead_of is None:
            (finding,) = evidences.of(case, indices, items, [question.explored])
        else:
            finding = evidences.contrast(case, indices, items, question.explored)
        subject = subject_of(items[0])
        wordless = Explanation(
            item_id=items[0].item_id,
            text="",
            writer=question.writer.name,
            evidence=finding.evidence,
            model_version=context.model_version,
            language=language,
            title=items[0].title,
            parameters=finding.parameters,
            change=self._change(question, case, evidences, subject) if question.change else None,
            less_of_this=self._less(context, items[0].item_id),
        )
        tell(wordless)
        writer, notes = question.writer, []
        if question.instead_of is not None and writer.name != TEMPLATE.name:
            notes = [
                f"the template always writes about two items, so writer {writer.name} was not asked"
            ]
            writer = TEMPLATE
        written = self._writing.write(writer, subject, finding.evidence, language)
        notes += [written.note] if written.note else []
        return replace(wordless, text=written.text, writer=written.writer, degraded=notes)

    def _change(
        self, question: Question, case: Case, evidences: Evidences, subject: Subject
    ) -> Change | None:
        """The fewest history items without which the item would not be on its list; None where it
        is on none."""
        context, ranker = question.context, question.loaded.ranker
        served = [result.item_index for result in context.results]
        others = [
            i
            for i in (*served, *context.runners_up)
            if i != question.index and self._look.exists(i)
        ]
        if len(others) < len(served):
            return None
        rivals = np.array([question.index, *others], dtype=np.int64)
        events = case.newest_events()  # of each item
        domains = question.loaded.vocabulary.domain_codes(context.domains)

        def left_out(chosen: frozenset[int]) -> IntArray:
            return np.concatenate([events[i] for i in sorted(chosen)])

        def margins(sets: Sequence[frozenset[int]]) -> FloatArray:
            return above(
                evidences.without(case, rivals, [left_out(one) for one in sets]), len(served)
            )

        def falls(chosen: frozenset[int]) -> bool:
            query_scores = ranker.query_scores(
                case.history.without(left_out(chosen))
            )  # on its own scale, as it would be served
            return bool(
                above(ranker.score_list(query_scores, rivals, domains).scores[None], len(served))[0]
                < 0
            )

        chosen = removal(len(events), margins, MAX_REMOVED, falls)
        if not chosen:
            return Change((), "")
        facts = [case.past[int(events[i][-1])].cited(EvidenceKind.CHANGE) for i in sorted(chosen)]
        return Change(facts, self._writing.write(TEMPLATE, subject, facts, question.language).text)

    def _less(self, context: ServedContext, item_id: str) -> Feedback | None:
        """What to record of a user who wants less of this."""
        kinds = self._policy.kinds
        unkindest = min(kinds, key=lambda name: kinds[name].weight, default="")
        if not (context.user_id and context.profiled and unkindest and kinds[unkindest].weight < 0):
            return None
        return Feedback(context.user_id, item_id, unkindest)

    def influence(self, loaded: Loaded, context: ServedContext, index: int) -> Mapping[str, float]:
        """How much lower the item scores without each item of the history (of the newest events),
        on the scale of the answer; negative where it scores higher."""
        case = self._case(loaded, context)
        events, candidate = case.newest_events(), np.array([index], dtype=np.int64)
        full, *without = self._evidences_of(loaded).without(
            case, candidate, [case.history.items[:0], *events]
        )[:, 0]
        ids = [case.past[int(places[-1])].item.item_id for places in events]
        return {item_id: float(full - score) for item_id, score in zip(ids, without, strict=True)}

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
        found = self._evidences_of(loaded).of(
            self._case(loaded, context), indices, items, explored, in_short=True
        )
        pairs: list[tuple[Subject, Sequence[Evidence]]] = [
            (subject_of(item), one.evidence) for item, one in zip(items, found, strict=True)
        ]
        return write_reasons(pairs, language or self._settings.language)

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
            np.array([context.times[i] if context.times else 0.0 for i in alive], dtype=np.float64),
            np.array([context.liked[i] for i in alive], dtype=bool),
            taste,
        )
        usual = loaded.ranker.served_scale(history, context.scale_shift, context.scale_spread)
        domains = loaded.vocabulary.domain_codes(context.domains)
        past = [
            PastEvent(item, context.event_types[i], context.values[i], context.liked[i])
            for item, i in zip(self._look.items(history.items), alive, strict=True)
        ]
        return Case(
            history=history,
            past=past,
            scale=usual.where(history, loaded.ranker.snapshot.content, domains),
            profiled=context.profiled,
            taste=context.taste,
            rule=context.rule,
            n_events_known=context.n_events_known,
        )

    def _evidences_of(self, loaded: Loaded) -> Evidences:
        if self._evidences is None or self._evidences[0] is not loaded:
            everything = list(self._look.catalogue())
            self._evidences = (
                loaded,
                Evidences(loaded.ranker, everything, self._settings.new_days, loaded.medium),
            )
        return self._evidences[1]


def above(scores: FloatArray, n_shown: int) -> FloatArray:
    """(V,) how far the first of C items stays above the place that is shown no more, in each of V
    rows (V, C)."""
    rivals = np.sort(scores[:, 1:], axis=1)[:, -n_shown]
    margins: FloatArray = scores[:, 0] - rivals
    return margins
