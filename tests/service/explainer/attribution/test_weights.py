"""Planted counterfactual scores, whose shares are known by arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.explainer.attribution.facts import (
    Background,
    CandidateFacts,
    CatalogueFacts,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.limits import AttributionLimits
from service.explainer.attribution.weights import part_shares, weigh_evidence
from service.explainer.evidence import EvidenceKind
from tests.service.explainer.attribution.planted import (
    CATALOGUE,
    KNOWN_USER,
    PLAIN,
    history,
    of,
    scores,
)


def test_history_weights_are_shares_of_the_drops() -> None:
    evidence = weigh_evidence(
        scores(10, 7, 9, 4), history("a", "b", "c1"), PLAIN, KNOWN_USER, CATALOGUE
    )
    assert [(e.kind, e.item_id) for e in evidence] == [
        (EvidenceKind.HISTORY, i) for i in ("c1", "a", "b")
    ]
    assert [e.weight for e in evidence] == pytest.approx([6 / 10, 3 / 10, 1 / 10])
    assert [e.score_drop for e in evidence] == pytest.approx([6, 3, 1])
    assert evidence[0].title == "C1"


def test_an_item_whose_absence_raises_the_score_is_not_a_reason() -> None:
    evidence = weigh_evidence(scores(10, 8, 12), history("a", "b"), PLAIN, KNOWN_USER, CATALOGUE)
    assert [(e.item_id, e.weight) for e in evidence] == [("a", 1.0)]


def test_arithmetic_noise_is_not_a_reason() -> None:
    assert weigh_evidence(scores(1000, 999.95), history("a"), PLAIN, KNOWN_USER, CATALOGUE) == []
    assert len(weigh_evidence(scores(1000, 999.5), history("a"), PLAIN, KNOWN_USER, CATALOGUE)) == 1


def test_a_disliked_item_is_never_cited_but_its_drop_counts_in_the_sum() -> None:
    facts = [HistoryFact("a"), HistoryFact("b", liked=False, co_engaged=99, cosines={"text": 1.0})]
    evidence = weigh_evidence(scores(10, 9, 7), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [e.item_id for e in evidence] == ["a"]
    assert evidence[0].weight == pytest.approx(0.25)


def test_the_candidate_itself_is_not_its_own_reason() -> None:
    assert weigh_evidence(scores(10, 1), history("c"), PLAIN, KNOWN_USER, CATALOGUE) == []


def test_of_several_events_on_one_item_the_one_missed_most_is_cited() -> None:
    facts = [
        HistoryFact("a", event_type="view"),
        HistoryFact("a", event_type="purchase"),
        HistoryFact("b"),
    ]
    evidence = weigh_evidence(scores(10, 9, 8, 9), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [(e.item_id, e.event_type, e.weight) for e in evidence] == [
        ("a", "purchase", 0.5),
        ("b", "", 0.25),
    ]


def test_scores_that_are_not_numbers_move_nothing() -> None:
    evidence = weigh_evidence(
        scores(1, math.nan, -math.inf, 0), history("a", "b", "d"), PLAIN, KNOWN_USER, CATALOGUE
    )
    assert [(e.item_id, e.weight) for e in evidence] == [("d", 1.0)]


def test_popularity_and_history_share_the_movement() -> None:
    item = replace(PLAIN, popularity_count=120, popularity_percentile=0.97)
    window = replace(CATALOGUE, popularity_window_days=30)
    evidence = weigh_evidence(
        scores(10, 9, popularity=7, text=2), history("a"), item, KNOWN_USER, window
    )
    assert [e.kind for e in evidence] == [EvidenceKind.POPULARITY, EvidenceKind.HISTORY]
    assert [e.weight for e in evidence] == pytest.approx([0.75, 0.25])
    assert (evidence[0].count, evidence[0].window_days, evidence[0].percentile) == (120, 30, 0.97)


def test_where_no_single_item_is_missed_the_modalities_take_their_place() -> None:
    facts = [
        HistoryFact("a", cosines={"text": 0.9}, co_engaged=7),
        HistoryFact("b", cosines={"text": 0.8}),
    ]
    evidence = weigh_evidence(
        scores(10, 10, 10, text=4, behaviour=8), facts, PLAIN, KNOWN_USER, CATALOGUE
    )
    assert [(e.kind, e.item_id, e.weight) for e in evidence] == [
        (EvidenceKind.TEXT_SIMILARITY, "a", 0.75),
        (EvidenceKind.CO_ENGAGEMENT, "a", 0.25),
        (EvidenceKind.TEXT_SIMILARITY, "b", 0.0),
    ]


def test_shares_of_parts_are_relative_to_each_other() -> None:
    assert part_shares(scores(10, text=7, image=11, behaviour=9)) == {
        "text": 0.75,
        "behaviour": 0.25,
    }
    assert part_shares(scores(10, image=11)) == {}


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="1 scores for 2 history items"):
        weigh_evidence(scores(1, 1), history("a", "b"), PLAIN, KNOWN_USER, CATALOGUE)
    with pytest.raises(ValueError, match=r"unknown parts \['sound'\]; parts are \['text', "):
        weigh_evidence(scores(1, sound=2), [], PLAIN, KNOWN_USER, CATALOGUE)


FLOATS = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, 0.0])


@given(
    full=FLOATS,
    rows=st.lists(
        st.tuples(FLOATS, st.booleans(), st.integers(0, 20), st.floats(-1, 1)), max_size=12
    ),
    parts=st.dictionaries(st.sampled_from([str(p) for p in Part]), FLOATS),
    popularity=st.floats(0, 1),
)
def test_weights_are_ordered_shares_whatever_the_scores(
    full: float,
    rows: list[tuple[float, bool, int, float]],
    parts: dict[str, float],
    popularity: float,
) -> None:
    facts = [
        HistoryFact(
            f"h{i % 5}", liked=liked, co_engaged=people, cosines={"text": cosine}, categories=("x",)
        )
        for i, (_, liked, people, cosine) in enumerate(rows)
    ]
    item = CandidateFacts("c", ("x",), {}, 10, popularity, 1.0, 0.9)
    asked = RequestFacts(0, rule="r", exploration=True)
    evidence = weigh_evidence(
        scores(full, *(r[0] for r in rows), **parts), facts, item, asked, CATALOGUE
    )
    weights = [e.weight for e in evidence]
    assert all(w >= 0 for w in weights)
    assert sum(weights) <= 1 + 1e-9
    assert weights == sorted(weights, reverse=True)
    cited = [e.item_id for e in of(EvidenceKind.HISTORY, evidence)]
    assert len(cited) == len(set(cited)) <= AttributionLimits().max_history
    assert all(e.score_drop > 0 and e.weight > 0 for e in of(EvidenceKind.HISTORY, evidence))


def test_the_difference_of_two_scores_is_moved_by_what_moves_one_of_them_more() -> None:
    """a speaks for both alike, b for the first alone, c for the second alone."""
    this, other = scores(10, 8, 7, 10, text=9, image=8), scores(9, 7, 9, 5, text=9)
    facts = [HistoryFact("a"), HistoryFact("b"), HistoryFact("c")]
    gap = this.minus(other)
    assert (gap.full_score, gap.without_part) == (1, {"text": 0})
    evidence = weigh_evidence(gap, facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [(fact.item_id, fact.score_drop) for fact in of(EvidenceKind.HISTORY, evidence)] == [
        ("b", 3.0)
    ]
    assert this.missed() == [True, True, False]


def test_a_modality_outside_the_enum_has_its_share_and_its_fact_weighs() -> None:
    backgrounds = {"text": Background(0.1, 0.1), "video": Background(0.1, 0.1)}
    catalogue = CatalogueFacts({**backgrounds, "motion": Background(0.1, 0.1)})
    facts = [HistoryFact("a", cosines={"video": 0.9, "motion": 0.8})]
    counterfactual = scores(10, 10, video=4, motion=8, popularity=10)
    assert part_shares(counterfactual) == {"video": 0.75, "motion": 0.25}
    evidence = weigh_evidence(counterfactual, facts, PLAIN, KNOWN_USER, catalogue)
    assert [(e.kind, e.name, e.weight, e.score_drop) for e in evidence] == [
        (EvidenceKind.MEDIA_SIMILARITY, "video", 0.75, 6.0),
        (EvidenceKind.MEDIA_SIMILARITY, "motion", 0.25, 2.0),
    ]


def test_a_modality_counts_nothing_where_a_history_item_is_missed() -> None:
    catalogue = CatalogueFacts({"video": Background(0.1, 0.1)})
    facts = [HistoryFact("a", cosines={"video": 0.9})]
    evidence = weigh_evidence(scores(10, 9, video=2), facts, PLAIN, KNOWN_USER, catalogue)
    assert [(e.kind, e.weight) for e in evidence] == [
        (EvidenceKind.HISTORY, 1.0),
        (EvidenceKind.MEDIA_SIMILARITY, 0.0),
    ]
