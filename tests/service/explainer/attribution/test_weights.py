"""Planted counterfactual scores, whose shares are known by arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.explainer.attribution.facts import (
    AttributeValue,
    Background,
    CandidateFacts,
    CatalogueFacts,
    Counterfactual,
    HistoryFact,
    Part,
    RequestFacts,
)
from service.explainer.attribution.limits import AttributionLimits
from service.explainer.attribution.weights import part_shares, weigh_evidence
from service.explainer.evidence import Evidence, EvidenceKind

KNOWN_USER = RequestFacts(n_events_known=50)
PLAIN = CandidateFacts("c")
CATALOGUE = CatalogueFacts(
    {"text": Background(0.1, 0.1), "image": Background(0.4, 0.05)}, taste=Background(0.0, 0.1)
)


def scores(full: float, *without: float, **parts: float) -> Counterfactual:
    return Counterfactual(full, np.asarray(without, dtype=np.float32), parts)


def history(*ids: str) -> list[HistoryFact]:
    return [HistoryFact(i, title=i.upper(), event_type="watch") for i in ids]


def of(kind: EvidenceKind, evidence: list[Evidence]) -> list[Evidence]:
    return [e for e in evidence if e.kind is kind]


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


@pytest.mark.parametrize(("people", "cited"), [(4, []), (5, [5])])
def test_fewer_than_five_people_are_never_mentioned(people: int, cited: list[int]) -> None:
    facts = [HistoryFact("a", co_engaged=people)]
    evidence = weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [e.count for e in of(EvidenceKind.CO_ENGAGEMENT, evidence)] == cited


def test_similarity_counts_against_the_background_not_by_itself() -> None:
    facts = [
        HistoryFact("a", cosines={"text": 0.45, "image": 0.45})
    ]  # z = 3.5 among texts, 1 among pictures
    evidence = weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [(e.kind, e.similarity, e.weight) for e in evidence] == [
        (EvidenceKind.TEXT_SIMILARITY, 0.45, 0.0)
    ]
    unknown = replace(CATALOGUE, backgrounds={"text": Background()})
    assert weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, unknown) == []


def test_a_category_of_half_the_catalogue_says_nothing() -> None:
    shares = replace(CATALOGUE, category_share={"Drama": 0.45, "Film-Noir": 0.01, "Crime": 0.12})
    names = ("Drama", "Crime", "Film-Noir", "(no genres listed)")
    facts = [HistoryFact("a", categories=names), HistoryFact("b", categories=names)]
    evidence = weigh_evidence(
        scores(3, 2.5, 2), facts, replace(PLAIN, categories=names), KNOWN_USER, shares
    )
    shared = of(EvidenceKind.CATEGORY, evidence)
    assert [(e.value, e.count, e.item_id) for e in shared] == [
        ("Film-Noir", 2, "b"),
        ("Crime", 2, "b"),
    ]


def test_a_category_no_more_common_in_the_history_than_anywhere_says_nothing() -> None:
    shares = replace(CATALOGUE, category_share={"Crime": 0.25})
    facts = [HistoryFact(str(i), categories=("Crime",) if i == 0 else ()) for i in range(4)]
    item = replace(PLAIN, categories=("Crime",))
    assert weigh_evidence(scores(1, 1, 1, 1, 1), facts, item, KNOWN_USER, shares) == []


def test_comma_separated_attributes_are_compared_element_by_element() -> None:
    item = replace(
        PLAIN,
        attributes={"cast": "Tom Hanks, Tim Allen", "director": ("John Lasseter",), "year": 1995.0},
    )
    facts = [
        HistoryFact(
            "a",
            attributes={
                "cast": "John Ratzenberger,tom  hanks",
                "director": "Joe Johnston",
                "year": "1995",
            },
        ),
        HistoryFact("b", attributes={"director": "Lee Unkrich, John Lasseter"}),
    ]
    evidence = weigh_evidence(scores(1, 1, 1), facts, item, KNOWN_USER, CATALOGUE)
    shared = {(e.name, e.value, e.item_id) for e in of(EvidenceKind.ATTRIBUTE, evidence)}
    assert shared == {
        ("cast", "Tom Hanks", "a"),
        ("director", "John Lasseter", "b"),
        ("year", "1995", "a"),
    }


def test_an_attribute_value_of_a_fifth_of_the_catalogue_says_nothing() -> None:
    shares = replace(CATALOGUE, attribute_share={("rating", "R"): 0.2, ("studio", "Pixar"): 0.002})
    facts = [HistoryFact("a", attributes={"rating": "R", "studio": "Pixar"})]
    item = replace(PLAIN, attributes={"rating": "R", "studio": "Pixar"})
    evidence = weigh_evidence(scores(1, 1), facts, item, KNOWN_USER, shares)
    assert [(e.name, e.value) for e in evidence] == [("studio", "Pixar")]


def test_prose_and_flags_are_not_shared_attributes() -> None:
    attributes: dict[str, AttributeValue] = {
        "blurb": "A long story of love, loss and a great many other things",
        "on_sale": True,
    }
    facts = [HistoryFact("a", attributes=attributes)]
    assert (
        weigh_evidence(
            scores(1, 1), facts, replace(PLAIN, attributes=attributes), KNOWN_USER, CATALOGUE
        )
        == []
    )


@pytest.mark.parametrize(
    ("request_facts", "name", "count"),
    [
        (RequestFacts(n_events_known=0), "no_history", 0),
        (RequestFacts(n_events_known=4), "short_history", 4),
        (RequestFacts(n_events_known=80, profiled=False), "not_used", 0),
    ],
)
def test_cold_start_names_what_is_unknown(
    request_facts: RequestFacts, name: str, count: int
) -> None:
    evidence = weigh_evidence(scores(1), [], PLAIN, request_facts, CATALOGUE)
    assert [(e.kind, e.name, e.count) for e in evidence] == [(EvidenceKind.COLD_START, name, count)]


def test_newness_taste_rule_and_exploration_are_carried_with_their_words() -> None:
    item = replace(PLAIN, days_since_created=3.7, taste_cosine=0.5)
    asked = RequestFacts(
        n_events_known=9, taste="slow science fiction", rule="price < 20", exploration=True
    )
    evidence = weigh_evidence(scores(4, taste=1, newness=3), [], item, asked, CATALOGUE)
    assert [(e.kind, e.weight, e.name, e.count) for e in evidence] == [
        (EvidenceKind.TASTE, 0.75, "slow science fiction", 0),
        (EvidenceKind.NEWNESS, 0.25, "", 3),
        (EvidenceKind.EXPLORATION, 0.0, "", 0),
        (EvidenceKind.RULE, 0.0, "price < 20", 0),
    ]


def test_an_old_or_little_chosen_item_is_neither_new_nor_popular() -> None:
    item = replace(PLAIN, days_since_created=31, popularity_count=500, popularity_percentile=0.89)
    assert weigh_evidence(scores(1), [], item, KNOWN_USER, CATALOGUE) == []
    few = replace(PLAIN, popularity_count=4, popularity_percentile=1.0)
    assert weigh_evidence(scores(1), [], few, KNOWN_USER, CATALOGUE) == []


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
    asked = RequestFacts(0, taste="t", rule="r", exploration=True)
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


@pytest.mark.parametrize(
    ("count", "percentile", "lift", "told"),
    [(5, 0.9, 2.0, [5]), (4, 0.9, 2.0, []), (5, 0.89, 2.0, []), (5, 0.9, 1.9, [])],
)
def test_a_trend_needs_people_rank_and_a_rise(
    count: int, percentile: float, lift: float, told: list[int]
) -> None:
    candidate = replace(PLAIN, recent_count=count, recent_percentile=percentile, recent_lift=lift)
    evidence = weigh_evidence(scores(1), [], candidate, KNOWN_USER, CATALOGUE)
    assert [fact.count for fact in of(EvidenceKind.TREND, evidence)] == told


def test_sponsorship_is_told_weighs_nothing_and_is_nothing_in_common() -> None:
    candidate = replace(PLAIN, sponsor="Acme", attributes={"sponsored": "Acme"})
    facts = [HistoryFact("a", attributes={"sponsored": "Acme"})]
    evidence = weigh_evidence(scores(2, 1), facts, candidate, KNOWN_USER, CATALOGUE)
    assert [(fact.kind, fact.name, fact.weight) for fact in evidence] == [
        (EvidenceKind.HISTORY, "", 1.0),
        (EvidenceKind.SPONSORSHIP, "Acme", 0.0),
    ]


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
