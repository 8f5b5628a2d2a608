"""Planted facts and scores, for the tests of this package."""

from __future__ import annotations

import numpy as np

from service.explainer.attribution.facts import (
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    RequestFacts,
)
from service.explainer.evidence import Evidence, EvidenceKind

KNOWN_USER = RequestFacts(n_events_known=50)
PLAIN = CandidateFacts("c")
CATALOGUE = CatalogueFacts(
    {"text": Background(0.1, 0.1), "image": Background(0.4, 0.05)},
)


def scores(full: float, *without: float, **parts: float) -> Counterfactual:
    return Counterfactual(full, np.asarray(without, dtype=np.float32), parts)


def history(*ids: str) -> list[HistoryFact]:
    return [HistoryFact(i, title=i.upper(), event_type="watch") for i in ids]


def of(kind: EvidenceKind, evidence: list[Evidence]) -> list[Evidence]:
    return [e for e in evidence if e.kind is kind]
