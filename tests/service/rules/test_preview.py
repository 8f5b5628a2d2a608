"""A preview: what rules do, known in advance, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.recommender import Recommender
from service.rules.rule import PlacementRule
from tests.service.world import NOW, filled

SPACE = 'categories = "Space"'


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = filled(tmp_path_factory.mktemp("preview"))
    yield recommender
    recommender.close()


def rule(kind: str, filter: str = SPACE, **fields: object) -> PlacementRule:
    return PlacementRule.model_validate({"name": "r", "kind": kind, "filter": filter, **fields})


def test_rules_that_do_nothing_cost_nothing(palate: Recommender) -> None:
    found = palate.preview_rules([rule("boost", "price > 1000")], people=20)
    assert (found.people, found.lists_changed, found.places_changed) == (20, 0.0, 0.0)
    assert (found.change, found.change_low, found.change_high) == (0.0, 0.0, 0.0)
    assert found.ndcg_before == found.ndcg_after > 0
    assert found.rules[0].items == 0


def test_what_buries_everything_that_people_want_costs_what_they_gained(
    palate: Recommender,
) -> None:
    """Even users are about space alone, and so are half of all lists."""
    found = palate.preview_rules([rule("bury", strength=10)], people=1000)
    assert found.people == 30
    (effect,) = found.rules
    assert (effect.items, effect.share_before > 0.45) == (20, True)
    assert effect.share_after < effect.share_before / 2
    assert found.change_high < 0
    assert found.ndcg_after < found.ndcg_before


def test_a_floor_gives_its_items_their_share(palate: Recommender) -> None:
    found = palate.preview_rules([rule("floor", "price > 34", least=2, within=10)], people=30)
    assert found.rules[0].share_after >= 0.2 > found.rules[0].share_before


def test_people_are_drawn_by_the_seed(palate: Recommender) -> None:
    one, again, other = (
        palate.preview_rules([rule("pin", place=1)], people=5, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_calibration_brings_lists_closer_to_all_that_people_liked(tmp_path: Path) -> None:
    """The more, the stronger it is. Of 38 people 8 liked six films about space and two about love; what
    the others have is as they like it."""
    palate = filled(tmp_path)
    for number in range(8):
        liked = [2 * number + 1, 2 * number + 3, *(2 * n for n in range(number, number + 6))]
        palate.record_events(
            [
                Event(f"mixed{number}", f"i{item}", "rating", 5.0, NOW + step)
                for step, item in enumerate(liked)
            ]
        )
    found = [
        palate.preview_rules([rule("calibrate", "", strength=strength)], people=100)
        for strength in (0.1, 0.5, 10.0)
    ]
    palate.close()
    before, after = (
        {one.miscalibration_before for one in found},
        [one.miscalibration_after for one in found],
    )
    assert len(before) == 1
    assert before.pop() >= after[0] > after[1] > after[2]
    assert after[0] > 100 * after[2]
    assert (found[2].people, found[2].lists_changed) == (38, 8 / 38)
    assert found[2].ndcg_after < found[2].ndcg_before


def test_a_rule_that_moves_no_list_leaves_the_divergence(palate: Recommender) -> None:
    found = palate.preview_rules([rule("boost", "price > 1000")], people=20)
    assert found.miscalibration_before == found.miscalibration_after
