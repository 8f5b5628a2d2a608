from typing import Any

import pytest

from service.errors import InvalidInput
from service.evaluation.served.plan import Plan


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"protocol": "coin-toss"}, "protocol.*one of leave-one-out, "),
        ({"without": ["words"]}, "without.*one of text, image, id, second-stage"),
        ({"baselines": ["magic"]}, "baselines.*one of popularity, "),
        (
            {"protocol": "cross-domain", "domain": "a", "source": "a", "target": "b"},
            "domain.*cannot go with",
        ),
        ({"repeats": 0}, "repeats.*at least 1"),
        ({"exploration": []}, "exploration.*at least one"),
        ({"n_events": [1, -1]}, "n_events.*below 0"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Plan(**given)


def test_every_repeat_has_a_seed_of_its_own() -> None:
    assert list(Plan(seed=7, repeats=3).seeds) == [7, 8, 9]


def test_the_frontier_is_wanted_for_several_explorations_on_cold_items_only() -> None:
    assert Plan(exploration=[0, 1]).wants_frontier
    assert not Plan().wants_frontier
    assert not Plan("leave-one-out", exploration=[0, 1]).wants_frontier
