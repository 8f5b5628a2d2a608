"""The report on fairness: planted exposure, groups of people, and a catalogue that narrows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.catalog.event import Event, EventPolicy
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.api.fairness import ExposureGroup, FairnessReport, FairnessRequest, UserGrouping
from service.online.fairness_reading import read_fairness
from service.online.item_groups import DAY_S
from service.ranker.data.arrays import IntArray
from tests.service.online.planted import T0, answer, event

N = 20
REQUEST = FairnessRequest(provider="attributes.brand", windows=4)


@pytest.fixture
def log() -> Iterator[EventLog]:
    """20 items: two of every brand, half of them `x` and half `y`; i0 and i1 were chosen by many."""
    with open_event_log("sqlite://") as log:
        log.put_items(
            [
                Item(
                    f"i{n}",
                    categories=("x" if n < N // 2 else "y",),
                    attributes={"brand": f"b{n // 2}"},
                    created_at=T0 - 2 * DAY_S,
                )
                for n in range(N)
            ]
        )
        log.append_events(
            [Event(f"p{n}", f"i{n % 2}", "like", None, T0 - 10) for n in range(20)]
            + [Event("p", f"i{n}", "like", None, T0 - 10) for n in range(2, 8)]
        )
        yield log


def report(log: EventLog, request: FairnessRequest = REQUEST) -> FairnessReport:
    return read_fairness(log, EventPolicy(), 7.0, request)


def groups(found: FairnessReport, kind: str) -> dict[str, ExposureGroup]:
    (by,) = (one for one in found.exposure if one.kind == kind)
    return {group.name: group for group in by.groups}


def test_exposure_is_attention_beside_the_catalogue_and_what_was_chosen(log: EventLog) -> None:
    """Everybody is shown i0 first and i19 third: 1 and 1/2, so two thirds of attention are of `x`."""
    log.put_served_batch([answer(f"r{n}", f"u{n}", [0], at=T0) for n in range(3)])
    log.put_served_batch([answer(f"s{n}", f"u{n}", [19], at=T0 + 1, start=2) for n in range(3)])
    found = report(log)
    x = groups(found, "category")["x"]
    assert x.exposure is not None
    assert x.to_catalogue is not None
    assert (x.items, x.of_catalogue, x.of_choices) == (10, 0.5, 1.0)
    assert x.exposure.value == pytest.approx(2 / 3)
    assert x.to_catalogue.value == pytest.approx(4 / 3)
    popularity = groups(found, "popularity")
    head = popularity["head (top tenth)"]
    assert head.exposure is not None
    assert head.to_choices is not None
    assert (head.items, head.of_choices) == (2, 20 / 26)
    assert head.to_choices.value == pytest.approx((2 / 3) / (20 / 26))
    assert popularity["never chosen"].impressions == 3
    assert groups(found, "age")["1 to 7 days"].of_catalogue == 1.0
    (provider,) = (one for one in found.exposure if one.kind == "provider")
    assert provider.unexposed == 8
    assert (found.people, found.impressions, found.items) == (3, 6, N)
    assert found.effective_items is not None
    # Of the pairs of places of two people (1 + 1/2)^2 attention, 1^2 + (1/2)^2 is of one item.
    assert found.effective_items.value == pytest.approx(2.25 / 1.25)


def test_where_clients_say_what_was_shown_only_that_is_exposed(log: EventLog) -> None:
    log.put_served_batch([answer(f"r{n}", f"u{n}", [0, 12]) for n in range(3)])
    log.append_events([event(f"u{n}", 0, "shown", f"r{n}") for n in range(3)])
    found = report(log)
    assert found.impressions == 3
    assert groups(found, "category")["y"].impressions == 0


def test_a_group_that_clicks_less_is_told_from_the_others(log: EventLog) -> None:
    """40 people: of one half everybody clicks, of the other one in four."""
    people = [f"u{n}" for n in range(40)]
    log.put_served_batch([answer(f"r-{user}", user, [0, 1]) for user in people])
    log.append_events(
        [event(u, 0, "click", f"r-{u}") for n, u in enumerate(people) if n < 20 or n % 4 == 0]
    )
    for n, user in enumerate(people):
        log.put_user(user, {"country": "nl" if n < 20 else "be"}, "")
    request = FairnessRequest(
        group_by="country", groupings=[UserGrouping("file", dict.fromkeys(people[:5], "a"))]
    )
    found = report(log, request)
    users = {one.kind: one.groups for one in found.users}
    be, nl = users["country"]
    assert (be.figures.name, be.figures.people, be.figures.clicks) == ("be", 20, 5)
    assert be.ctr_difference is not None
    assert nl.ctr_difference is not None
    assert be.ctr_difference.value == pytest.approx(0.125 - 0.5)
    assert be.ctr_difference.high < 0 < nl.ctr_difference.low
    assert nl.ctr_difference.value == -be.ctr_difference.value
    assert [one.figures.name for one in users["file"]] == ["a", "(no group)"]
    assert [one.figures.people for one in users["known of them"]] == [40, 0, 0]
    assert nl.head is not None
    assert nl.head.value == 1.0


def served(log: EventLog, items_of: list[int], seed: int = 0) -> None:
    """Of four weeks, each person's list of three among the first so many items."""
    rng = np.random.default_rng(seed)
    for week, n_items in enumerate(items_of):
        lists: list[IntArray] = [rng.permutation(n_items)[:3] for _ in range(60)]
        log.put_served_batch(
            [
                answer(f"w{week}-{n}", f"u{n}", one.tolist(), at=T0 + week * 7 * DAY_S + n)
                for n, one in enumerate(lists)
            ]
        )


def test_lists_that_narrow_to_the_head_are_told_as_growing(log: EventLog) -> None:
    served(log, [20, 15, 10, 5])
    found = report(log)
    assert {one.figure: one.verdict for one in found.trends} == {
        "gini": "grows",
        "effective_items": "grows",
        "head": "grows",
    }
    effective = [one.effective_items.value for one in found.windows if one.effective_items]
    assert effective == pytest.approx([20, 15, 10, 5], rel=0.15)


def test_lists_that_stay_as_they_are_are_not(log: EventLog) -> None:
    served(log, [20, 20, 20, 20])
    assert {one.verdict for one in report(log).trends} == {"may be level"}


def test_more_traffic_is_not_less_concentration(log: EventLog) -> None:
    """Four weeks of the same lists, the last two with four times as many people. The Gini coefficient
    of all places would fall."""
    rng = np.random.default_rng(0)
    for week, n_people in enumerate([20, 20, 80, 80]):
        log.put_served_batch(
            [
                answer(
                    f"w{week}-{n}", f"u{n}", rng.permutation(20)[:3].tolist(), at=T0 + week * DAY_S
                )
                for n in range(n_people)
            ]
        )
    found = report(log)
    assert {one.verdict for one in found.trends} == {"may be level"}
    assert [one.answers for one in found.windows] == [20, 20, 80, 80]


def test_a_time_in_between_leaves_out_what_was_before(log: EventLog) -> None:
    log.put_served_batch([answer("r1", "u", [0]), answer("r2", "v", [1], at=T0 + 100)])
    found = report(log, FairnessRequest(since=T0 + 50))
    assert (found.answers, found.impressions) == (1, 1)


def test_a_folder_without_answers_or_choices_says_so(log: EventLog) -> None:
    assert report(log).notes == ["nothing was shown then of what is kept"]
    with open_event_log("sqlite://") as empty:
        empty.put_items([Item("a"), Item("b")])
        empty.put_served_batch([answer("r1", "u", [0]), answer("r2", "v", [1])])
        empty.delete_items(["b"])
        found = report(empty)
    said = " ".join(found.notes)
    assert "nobody chose anything" in said
    assert "1 items that were shown are not in the catalogue" in said
    assert "no event names one of these answers" in said
    assert found.windows == []
