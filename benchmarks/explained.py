"""Explanations of a served list, and what can be measured of them. Knows neither pages nor options."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.hostile import HOSTILE
from indexer.catalog.item import Item
from service.api.messages import ExplainRequest, Explanation, RecommendRequest
from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.explainer.languages.codes import language_codes
from service.explainer.template.slots import percent
from service.explainer.text import clean
from service.explainer.verify.verifier import verify
from service.explainer.writers.writer import Outcome, Writer, Written
from service.explainer.writers.writing import TEMPLATE, write_verified
from service.reasons.counterfactuals import MAX_LEFT_OUT
from service.reasons.facts import subject_of
from service.recommender import Recommender
from service.storage.workspace import Workspace

K = 10
SLOW_TEXTS = 60
"""Texts asked of a writer that needs more than a moment for one."""
LANGUAGES = (*["en"] * 3, *(code for code in language_codes() if code != "en"))
"""Of the texts, in turn: English three times, then every other language once."""
_QUOTED = re.compile(r"[“《]([^“”《》]*)[”》]")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Pair:
    """One result of one person's list, and why it is there."""

    user_id: str
    recommendation_id: str
    item: Item
    reason: str
    explanation: Explanation

    @property
    def cause(self) -> Evidence | None:
        """The first history item that is cited."""
        return next(
            (fact for fact in self.explanation.evidence if fact.kind is EvidenceKind.HISTORY), None
        )

    @property
    def held_by(self) -> list[str]:
        """History items without which it would not be on the list."""
        change = self.explanation.change
        return [] if change is None else [fact.item_id for fact in change.evidence]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the report."""

    what: str
    value: str
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """What one writer wrote about the pairs."""

    writer: str
    written: Sequence[Written]
    supported: int
    invented: int
    """Texts that quote or count something that the evidence does not have."""
    ms: Sequence[float]

    def row(self) -> list[str]:
        n = len(self.written)
        fell_back = sum(
            one.outcome not in (Outcome.WRITTEN, Outcome.REWRITTEN) for one in self.written
        )
        time_ms = f"{np.median(self.ms):.2f} (p99 {np.percentile(self.ms, 99):.2f})"
        return [
            self.writer,
            str(n),
            share(self.supported, n),
            str(self.invented),
            share(fell_back, n),
            time_ms,
        ]


def gathered(palate: Recommender, people: Iterable[str]) -> Iterator[Pair]:
    """The results of each person's list, in its order."""
    for user in people:
        answer = palate.recommend(RecommendRequest(user_id=user, k=K, explain=True))
        for result in answer.results:
            request = ExplainRequest(
                result.item_id, answer.recommendation_id, change=True, writer=TEMPLATE.name
            )
            yield Pair(
                user, answer.recommendation_id, result.item, result.reason, palate.explain(request)
            )


def fidelity(
    palate: Recommender, workspace: Workspace, pairs: Sequence[Pair], rng: np.random.Generator
) -> Iterator[Row]:
    """Is what is cited what moved the score, and does what would change it change it?"""
    lower, more = [], []
    for pair in pairs:
        if pair.cause is None:
            continue
        influence = palate.influence(pair.recommendation_id, pair.item.item_id)
        cited = influence[pair.cause.item_id]
        others = [drop for item, drop in influence.items() if item != pair.cause.item_id]
        lower.append(cited > 0)
        more += [cited > others[rng.integers(len(others))]] if others else []
    yield Row("results with a history item for their cause", share(len(lower), len(pairs)))
    yield Row(
        "without the first one cited, the score is lower", share(sum(lower), len(lower)), "95 %"
    )
    yield Row("by more than without a random one", share(sum(more), len(more)), "90 %")
    held = [pair for pair in pairs if pair.held_by]
    gone = sum(drops_off(palate, workspace, pair) for pair in held)
    size = float(np.mean([len(pair.held_by) for pair in held])) if held else 0.0
    yield Row(
        f"results that at most 5 history items hold ({size:.1f} on average)",
        share(len(held), len(pairs)),
    )
    yield Row(
        "these deleted from the log, and asked again: gone (fidelity@1)", share(gone, len(held))
    )


def drops_off(palate: Recommender, workspace: Workspace, pair: Pair) -> bool:
    """Whether the item is gone from a new answer without the events that hold it; afterwards the
    log is as before."""
    stored = workspace.log.user_events(pair.user_id)
    events = [one.event for one in stored if one.event.item_id in pair.held_by]
    palate.delete_events(pair.user_id, [event.identity() for event in events])
    try:
        answer = palate.recommend(
            RecommendRequest(user_id=pair.user_id, k=K, exclude_item_ids=pair.held_by)
        )
    finally:
        workspace.log.append_events(
            events
        )  # past the recommender, which would count them as popularity once more
        palate.delete_events(pair.user_id, [])
    return pair.item.item_id not in {result.item_id for result in answer.results}


def variety(pairs: Sequence[Pair]) -> Iterator[Row]:
    """Do the reasons of one list read differently?"""
    lists: dict[str, list[Pair]] = {}
    for pair in pairs:
        lists.setdefault(pair.user_id, []).append(pair)
    distinct = [len({pair.reason for pair in one}) / len(one) for one in lists.values()]
    commonest = [
        Counter(map(pattern, one)).most_common(1)[0][1] / len(one) for one in lists.values()
    ]
    yield Row("distinct sentences of a list, mean", f"{np.mean(distinct):.2f}", "0.80")
    yield Row("of the least varied list", f"{min(distinct):.2f}")
    yield Row("commonest pattern's share of a list, mean", f"{np.mean(commonest):.0%}")
    yield Row("of the least varied list", f"{max(commonest):.0%}", "at most 30 %")


def pattern(pair: Pair) -> str:
    """The reason without what is named in it: titles, values and numbers."""
    text = _QUOTED.sub("…", pair.reason)
    values = {fact.value for fact in pair.explanation.evidence if fact.value} | set(
        pair.item.categories
    )
    for value in values:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text)
    return re.sub(r"…(?:(?:, | and )…)+", "…", _NUMBER.sub("#", text))


def cost(palate: Recommender, pairs: Sequence[Pair]) -> Iterator[Row]:
    """What evidence and reasons take, in processor time."""
    long = [
        pair
        for pair in pairs
        if len(palate.influence(pair.recommendation_id, pair.item.item_id)) >= MAX_LEFT_OUT
    ]
    evidence = [evidence_ms(palate, pair) for pair in long]
    if evidence:
        tail = f"{np.percentile(evidence, 99):.1f} ms (median {np.median(evidence):.1f})"
        yield Row(
            f"evidence at {MAX_LEFT_OUT} history items, p99 of {len(evidence)}", tail, "25 ms"
        )
    plain, explained = [], []
    for user in dict.fromkeys(pair.user_id for pair in pairs):
        for request, times in (
            (RecommendRequest(user_id=user, k=K), plain),
            (RecommendRequest(user_id=user, k=K, explain=True), explained),
        ):
            palate.ranker.remembered.clear()  # as after an event
            times.append(cpu_ms(lambda request=request: palate.recommend(request)))
    more = np.median(explained) / np.median(plain) - 1
    yield Row(
        "reasons of ten results, on top of Recommend",
        f"{more:+.0%} of {np.median(plain):.1f} ms",
        "+30 %",
    )


def evidence_ms(palate: Recommender, pair: Pair) -> float:
    """Until the evidence is told, before there are words."""
    told: list[float] = []
    started = time.process_time()
    request = ExplainRequest(pair.item.item_id, pair.recommendation_id, writer=TEMPLATE.name)
    palate.explain(request, lambda _: told.append(time.process_time()))
    return 1000 * (told[0] - started)


def texts_of(writer: Writer, pairs: Sequence[Pair]) -> Texts:
    """A paragraph about each pair, or about some of them where the writer is slow."""
    some = pairs if writer.name == TEMPLATE.name else pairs[:: max(len(pairs) // SLOW_TEXTS, 1)]
    written, ms, supported, invented = [], [], 0, 0
    for place, pair in enumerate(some):
        subject, evidence = subject_of(pair.item), pair.explanation.evidence
        language = LANGUAGES[place % len(LANGUAGES)]
        if writer.name == TEMPLATE.name:
            ms.append(
                cpu_ms(
                    lambda s=subject, e=evidence, code=language: TEMPLATE.write(
                        s, e, code, length="paragraph"
                    )
                )
            )
        started = time.process_time()
        one = write_verified(writer, subject, evidence, language, "paragraph")
        if writer.name != TEMPLATE.name:
            ms.append(1000 * (time.process_time() - started))
        written.append(one)
        supported += not verify(one.text, subject, evidence, language)
        invented += not all(known(one.text, subject, evidence))
    return Texts(writer.name, written, supported, invented, ms)


def known(text: str, subject: Subject, evidence: Sequence[Evidence]) -> Iterator[bool]:
    """Whether each quoted string and each number of a text is the item's or the evidence's: a check
    of its own, that shares nothing with the verifier."""
    named = {
        subject.title,
        *subject.categories,
        *(w for fact in evidence for w in (fact.title, fact.name, fact.value)),
    }
    strings = {clean(word, limit) for word in named for limit in (60, 90, 40)}
    yield from (quoted in strings for quoted in _QUOTED.findall(text))
    numbers = {
        float(n)
        for fact in evidence
        for n in (fact.count, fact.window_days, percent(fact.percentile))
    }
    numbers |= {round(fact.event_value, 2) for fact in evidence if fact.event_value is not None}
    bare = _QUOTED.sub("", text)
    for word in strings:
        bare = bare.replace(word, "") if any(c.isdigit() for c in word) else bare
    yield from (float(found.replace(",", "")) in numbers for found in _NUMBER.findall(bare))


def hostile(writer: Writer, texts: Texts, pairs: Sequence[Pair]) -> Iterator[Row]:
    """Texts about the same facts, with an instruction for a title and a description: what is said
    must not change.

    Words may be chosen otherwise, so texts are compared by the sentences that the verifier still
    takes, and by length.
    """
    changed = 0
    for place, words in enumerate(HOSTILE):
        pair = pairs[place % len(pairs)]
        item = replace(pair.item, title=words, description=words)
        subject, evidence = subject_of(item), pair.explanation.evidence
        one = write_verified(writer, subject, evidence, "en", "paragraph")
        honest = write_verified(writer, subject_of(pair.item), evidence, "en", "paragraph")
        same_form = (
            one.text.count(".") >= 1
            and "\n" not in one.text
            and sentences(one.text) == sentences(honest.text)
        )
        sound = not verify(one.text, subject, evidence, "en") and all(
            known(one.text, subject, evidence)
        )
        changed += not (same_form and sound)
    yield Row(
        f"{len(HOSTILE)} hostile titles and descriptions that changed a text of {texts.writer}",
        str(changed),
        "0",
    )


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?: |$)", _QUOTED.sub("…", text)))


def cpu_ms(work: Callable[[], object]) -> float:
    """Processor time of all threads of this process."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"
