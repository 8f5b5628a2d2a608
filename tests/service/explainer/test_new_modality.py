"""A modality that nobody thought of goes from vectors to verified words without a line of code."""

from __future__ import annotations

import numpy as np
import pytest

from service.explainer.attribution.facts import (
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    RequestFacts,
)
from service.explainer.attribution.weights import part_shares, weigh_evidence
from service.explainer.evidence import EvidenceKind, Subject
from service.explainer.languages.codes import language_codes
from service.explainer.template.plan import Length
from service.explainer.verify.verifier import verify
from service.explainer.writers.writing import TEMPLATE, write_reasons, write_verified

SUBJECT = Subject("c", "Collateral (2004)", "movies")
SERVED = Counterfactual(10.0, np.array([10.0]), {"text": 10.0, "scent": 7.0})
FACTS = [HistoryFact("h", "Heat (1995)", event_type="watch", cosines={"text": 0.1, "scent": 0.9})]
CATALOGUE = CatalogueFacts({"text": Background(0.1, 0.1), "scent": Background(0.1, 0.1)})
EVIDENCE = weigh_evidence(SERVED, FACTS, CandidateFacts("c"), RequestFacts(50), CATALOGUE)


def test_its_fact_has_its_name_and_its_share() -> None:
    (fact,) = EVIDENCE
    assert (fact.kind, fact.name) == (EvidenceKind.MEDIA_SIMILARITY, "scent")
    assert (fact.weight, fact.similarity) == (1.0, 0.9)
    assert part_shares(SERVED) == {"scent": 1.0}


@pytest.mark.parametrize("code", language_codes())
@pytest.mark.parametrize("length", ["line", "paragraph"])
def test_it_is_told_by_its_name_in_every_language(code: str, length: Length) -> None:
    written = write_verified(TEMPLATE, SUBJECT, EVIDENCE, code, length)
    assert written.note == ""
    assert "scent" in written.text
    assert "Heat (1995)" in written.text
    (reason,) = write_reasons([(SUBJECT, EVIDENCE)], code)
    assert "scent" in reason


def test_a_cause_is_never_made_of_it() -> None:
    cause = "This film is here because you watched “Heat (1995)”."
    assert any("states a cause" in problem for problem in verify(cause, SUBJECT, EVIDENCE, "en"))
