"""What rules do to a list: answers known in advance, and what holds of every list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.ranker.data.arrays import IntArray
from service.ranker.placement import Boost, Cap, Floor, Pin, Placement

N = 12


def members(*items: int) -> np.ndarray:
    return np.isin(np.arange(N), items)


def arranged(placement: Placement, order: Sequence[int], n: int) -> list[int]:
    """Of a list of all items, whose places are their indices."""
    return placement.arranged(np.arange(N), np.array(order), n).tolist()


ORDER = list(range(N))
EVEN = members(0, 2, 4, 6, 8, 10)


def by_pairs(items: IntArray) -> IntArray:
    """Groups of two neighbours; the last two are in none."""
    return np.where(items < N - 2, items // 2, -1)


def test_without_rules_of_place_the_order_stays() -> None:
    boost = Boost("ours", EVEN, 1.0)
    assert arranged(Placement(boosts=[boost]), ORDER, 4) == ORDER


def test_boost_and_bury_are_deviations_of_the_scores() -> None:
    placement = Placement(boosts=[Boost("ours", members(1), 2.0), Boost("old", members(2), -0.5)])
    scores = np.array([0.0, 2.0, 4.0], np.float32)
    added = placement.added(np.array([0, 1, 2]), scores)
    np.testing.assert_allclose(added, np.array([0, 2.0, -0.5]) * scores.std(), rtol=1e-6)
    assert placement.added(np.array([1, 2]), np.ones(2, np.float32)).tolist() == [2.0, -0.5]
    assert placement.added(np.array([N + 3]), np.ones(1, np.float32)).tolist() == [0.0]


def test_caps_and_burying_want_nothing_high() -> None:
    cap = Cap("few", EVEN, 1, 5, by_pairs)
    assert not Placement(boosts=[Boost("old", EVEN, -1.0)], caps=[cap]).raises
    for raising in (
        Placement(boosts=[Boost("ours", EVEN, 1.0)]),
        Placement(pins=[Pin("new", EVEN, 3)]),
        Placement(floors=[Floor("own", EVEN, 1, 5)]),
    ):
        assert raising.raises


def test_the_best_of_a_pin_stands_at_its_place_and_nowhere_before() -> None:
    pin = Pin("new", members(5, 9), 3)
    assert arranged(Placement(pins=[pin]), ORDER, 4)[:4] == [0, 1, 5, 2]
    first = Pin("first", members(0), 3)
    assert arranged(Placement(pins=[first]), ORDER, 4)[:4] == [1, 2, 0, 3]


def test_two_pins_take_two_items_and_one_place_is_one_pins() -> None:
    pins = [Pin("a", members(5, 6), 1), Pin("b", members(5, 6), 2), Pin("c", members(7), 2)]
    assert arranged(Placement(pins=pins), ORDER, 4)[:4] == [5, 6, 0, 1]


def test_a_floor_takes_places_only_where_it_must() -> None:
    floor = Floor("ours", members(8, 9, 10, 11), least=2, within=5)
    placement = Placement(floors=[floor])
    assert arranged(placement, ORDER, 5)[:5] == [0, 1, 2, 8, 9]
    assert arranged(placement, [8, 0, 1, 9, 2, 3, 4, 5, 6, 7, 10, 11], 5)[:5] == [8, 0, 1, 9, 2]
    assert arranged(placement, ORDER, 10)[:10] == [0, 1, 2, 8, 9, 3, 4, 5, 10, 11]


def test_a_cap_holds_for_each_group_on_each_stretch() -> None:
    cap = Cap("variety", np.ones(N, bool), most=1, within=3, groups=by_pairs)
    assert arranged(Placement(caps=[cap]), ORDER, 6)[:6] == [0, 2, 4, 1, 3, 5]
    some = Cap("variety", members(0, 2, 3), most=1, within=3, groups=by_pairs)
    assert arranged(Placement(caps=[some]), ORDER, 4)[:4] == [0, 1, 2, 3]


def test_what_cannot_be_held_is_let_go() -> None:
    cap = Cap("none", np.ones(N, bool), most=1, within=12, groups=lambda items: items * 0)
    floor = Floor("nobody", members(), least=3, within=3)
    assert arranged(Placement(caps=[cap], floors=[floor]), ORDER, N) == ORDER


def test_a_floor_goes_round_a_cap_where_it_can() -> None:
    cap = Cap("variety", np.ones(N, bool), most=1, within=4, groups=by_pairs)
    floor = Floor("ours", members(1, 9), least=1, within=4)
    found = arranged(Placement(caps=[cap], floors=[floor]), ORDER, 4)[:4]
    assert found == [0, 2, 4, 9]


def test_who_is_responsible_is_a_rule_that_raises() -> None:
    placement = Placement(
        boosts=[Boost("buried", members(1), -1.0), Boost("ours", members(1, 2), 1.0)],
        pins=[Pin("first", members(2), 1)],
    )
    found = [placement.responsible(item) for item in (1, 2, 3, N + 5)]
    assert found == ["ours", "first", "", ""]


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    some = st.lists(st.booleans(), min_size=N, max_size=N).map(np.array)
    pins = st.builds(Pin, st.just("pin"), some, st.integers(1, N))
    floors = st.builds(Floor, st.just("floor"), some, st.integers(1, 3), st.integers(3, 6))
    caps = st.builds(
        Cap, st.just("cap"), some, st.integers(1, 3), st.integers(1, 6), st.just(by_pairs)
    )
    return Placement(
        pins=draw(st.lists(pins, max_size=2)),
        floors=draw(st.lists(floors, max_size=2)),
        caps=draw(st.lists(caps, max_size=2)),
    )


@given(placement=placements(), order=st.permutations(range(N)), n=st.integers(0, N + 2))
def test_nothing_is_lost_and_pages_go_on(placement: Placement, order: list[int], n: int) -> None:
    found = arranged(placement, order, n)
    assert sorted(found) == ORDER
    assert arranged(placement, order, N)[:n] == found[:n]


@given(placement=placements(), order=st.permutations(range(N)))
def test_pins_stand_where_they_are_pinned(placement: Placement, order: list[int]) -> None:
    found = arranged(placement, order, N)
    for pin in placement.pins[:1]:
        if pin.members.any():
            best = next(item for item in order if pin.members[item])
            assert found[pin.place - 1] == best
