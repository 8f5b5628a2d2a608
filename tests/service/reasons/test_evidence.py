"""From a served context to the explainer's facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from encoders.arrays import FloatArray
from indexer.log.event_log import AspectRecord
from service.api.messages import ExplainRequest
from service.aspects.content import content_hash
from service.aspects.reading import Aspects
from service.explainer.evidence import EvidenceKind
from service.ranker.data.history import History
from service.reasons.closeness import TasteVectors
from service.reasons.counterfactuals import ExplainedList
from service.reasons.crowd import Crowds
from service.reasons.described_taste import DescribedTaste
from service.reasons.evidence import Evidences, ResultEvidence
from service.reasons.facts import PastEvent
from service.recommender import Recommender
from tests.service.world import filled, items


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Untrained: co-engagement, words and popularity rank."""
    recommender = filled(tmp_path_factory.mktemp("reasons"))
    yield recommender
    recommender.close()


def explained_to(palate: Recommender, liked: list[int]) -> ExplainedList:
    """Somebody who rated items i0, i2, ..., as `liked` says."""
    catalogue = items()
    n = len(liked)
    history = History(
        np.arange(0, 2 * n, 2), np.zeros(n, np.int64), np.zeros(n), np.array(liked, bool)
    )
    past = [PastEvent(catalogue[2 * i], "rating", None, bool(one)) for i, one in enumerate(liked)]
    return ExplainedList(
        history, past, palate.ranker.query_scores(history).scale, True, "", "", len(liked)
    )


def evidences_of(palate: Recommender) -> Evidences:
    crowds = Crowds(palate.workspace.log, palate.liking)
    return Evidences(palate.ranker, items(), crowds, 30.0, Aspects(palate.workspace.log))


def causes(finding: ResultEvidence) -> dict[str, float]:
    return {
        fact.item_id: fact.score_drop
        for fact in finding.evidence
        if fact.kind is EvidenceKind.HISTORY
    }


def test_reasons_in_short_are_some_of_the_causes_and_as_strong(palate: Recommender) -> None:
    explained, wanted = explained_to(palate, [1] * 12), np.array([24, 26, 28])
    evidences = evidences_of(palate)
    shown = [items()[i] for i in wanted]
    full = evidences.of(explained, wanted, shown, [False] * 3)
    short = evidences.of(explained, wanted, shown, [False] * 3, in_short=True)
    for few, all_ in zip(map(causes, short), map(causes, full), strict=True):
        assert few
        shared = few.keys() & all_.keys()
        assert {one: few[one] for one in shared} == pytest.approx(
            {one: all_[one] for one in shared}, abs=1e-5
        )
        assert max(few.values()) <= max(all_.values()) + 1e-5


def test_where_nothing_was_liked_there_are_no_causes_in_short(palate: Recommender) -> None:
    evidences = evidences_of(palate)
    (finding,) = evidences.of(
        explained_to(palate, [0] * 4), np.array([24]), [items()[24]], [False], in_short=True
    )
    assert causes(finding) == {}


def test_what_a_model_said_of_both_is_evidence_and_told_as_its_word(palate: Recommender) -> None:
    """Of the catalogue, i0 and i24 alone are called so."""
    log, catalogue = palate._workspace.log, items()
    log.put_aspects(
        [
            AspectRecord(
                content_hash(item), "mood", ("weightless",), item.item_id, "films", "m", "1", 0, 0.0
            )
            for item in (catalogue[0], catalogue[24])
        ]
    )
    try:
        evidences = evidences_of(palate)
        shown = [catalogue[24], catalogue[26]]
        found = evidences.of(explained_to(palate, [1] * 4), np.array([24, 26]), shown, [False] * 2)
        said, other = (
            [fact for fact in one.evidence if fact.kind is EvidenceKind.ASPECT] for one in found
        )
        assert [(fact.name, fact.value, fact.item_id) for fact in said] == [
            ("mood", "weightless", "i0")
        ]
        assert other == []
        request = ExplainRequest(user_id="u0", item_id="i24")
        assert EvidenceKind.ASPECT in [fact.kind for fact in palate.explain(request).evidence]
    finally:
        log.delete_aspects()


def claims(
    palate: Recommender, described: DescribedTaste, asked: FloatArray, against: FloatArray | None
) -> list[int]:
    """Items that are called close to words of these vectors, whoever the user is."""
    explained = replace(
        explained_to(palate, [1]),
        taste="words",
        described=TasteVectors(described, asked, against),
    )
    evidences, wanted = evidences_of(palate), np.arange(40)
    found = evidences.of(explained, wanted, items(), [False] * 40, in_short=True)
    return [
        place
        for place, one in enumerate(found)
        if any(fact.kind is EvidenceKind.TASTE for fact in one.evidence)
    ]


def test_words_that_mean_nothing_here_are_close_to_a_fiftieth_of_the_catalogue_at_most(
    palate: Recommender,
) -> None:
    rng, text = np.random.default_rng(0), palate.ranker.snapshot.content.text
    counts = []
    for _ in range(50):
        words = rng.normal(size=text.shape[1]).astype(np.float32)
        counts.append(
            len(claims(palate, DescribedTaste("mimsy", ()), words / np.linalg.norm(words), None))
        )
    assert max(counts) <= 1  # of 40 items; the closest alone
    assert np.mean(counts) / 40 <= 0.02


def test_nothing_is_called_close_to_words_that_ask_for_nothing(palate: Recommender) -> None:
    text = palate.ranker.snapshot.content.text
    explained = replace(explained_to(palate, [1]), taste="no rockets")
    explained = replace(
        explained, described=TasteVectors(DescribedTaste("", ("rockets",)), None, text[0])
    )
    (finding,) = evidences_of(palate).of(explained, np.array([10]), [items()[10]], [False])
    assert not any(fact.kind is EvidenceKind.TASTE for fact in finding.evidence)


def test_nothing_is_called_close_that_is_close_to_what_the_words_rule_out(
    palate: Recommender,
) -> None:
    vector = palate.ranker.snapshot.content.text[4]
    assert claims(palate, DescribedTaste("space", ()), vector, None) == [4]
    assert claims(palate, DescribedTaste("space", ("mimsy",)), vector, vector) == []
