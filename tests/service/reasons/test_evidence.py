"""From a served context to the explainer's facts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.log.event_log import AspectRecord
from service.api.messages import ExplainRequest
from service.aspects.content import content_hash
from service.aspects.reading import Aspects
from service.explainer.evidence import EvidenceKind
from service.ranker.data.history import History
from service.reasons.counterfactuals import ExplainedList
from service.reasons.crowds import Crowds
from service.reasons.evidence import Evidences, ResultEvidence
from service.reasons.facts import PastEvent, catalogue_facts
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
        history, past, palate.ranker.query_scores(history).scale, True, "", len(liked)
    )


def evidences_of(palate: Recommender) -> Evidences:
    crowds, aspects = Crowds(palate.workspace.log, palate.liking), Aspects(palate.workspace.log)
    usual = catalogue_facts(items(), aspects.aspects_of_all(items()))
    return Evidences(palate.ranker, usual, crowds, 30.0, aspects)


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
