"""The fit finds satiation where it was planted, and none where none was."""

from __future__ import annotations

import numpy as np
import pytest

from service.errors import NoTrainedModel
from service.ranker.data.interactions import Interactions
from service.simulation.assumptions import Assumptions
from service.simulation.fitting import Taste, fit_taste
from service.simulation.person import TRAITS
from tests.service.simulation import planted

PLANTED = -5.0
REPETITION = TRAITS.index("repetition")


@pytest.fixture(scope="module")
def satiated() -> Taste:
    return fit_taste(planted.log(PLANTED), planted.items(), Assumptions())


def test_planted_satiation_is_estimated(satiated: Taste) -> None:
    assert satiated.memory == planted.MEMORY
    assert abs(satiated.weights[REPETITION] - PLANTED) < 3 * satiated.errors[REPETITION]
    assert satiated.errors[REPETITION] < 0.8


def test_where_none_was_planted_none_is_found() -> None:
    indifferent = fit_taste(planted.log(0.0), planted.items(), Assumptions())
    assert abs(indifferent.weights[REPETITION]) < 3 * indifferent.errors[REPETITION]
    assert indifferent.errors[REPETITION] < 0.5


def test_planted_momentum_is_not_called_satiation() -> None:
    moved = fit_taste(planted.log(3.0), planted.items(), Assumptions())
    assert moved.weights[REPETITION] > 1


def test_the_check_says_how_much_of_held_out_choices_is_explained(satiated: Taste) -> None:
    assert 0.05 < satiated.explained < 1
    assert abs(satiated.explained_by_popularity) < 0.02


def test_a_taste_for_words_explains_almost_everything_where_people_keep_to_them() -> None:
    faithful = fit_taste(planted.tastes(60), planted.items(120), Assumptions())
    assert faithful.explained > 0.3


def test_what_is_set_takes_the_place_of_what_is_estimated(satiated: Taste) -> None:
    given = Assumptions(repetition=-1.0)
    fitted = fit_taste(planted.log(PLANTED), planted.items(), given)
    assert fitted.weights[REPETITION] == -1
    assert fitted.was_set == ["repetition"]
    others = np.arange(len(TRAITS)) != REPETITION
    assert np.array_equal(fitted.weights[others], satiated.weights[others])


def test_the_same_seed_gives_the_same_fit(satiated: Taste) -> None:
    again = fit_taste(planted.log(PLANTED), planted.items(), Assumptions())
    assert np.array_equal(again.weights, satiated.weights)


def test_too_few_events_are_said_to_be_too_few() -> None:
    log = Interactions.build([0, 0, 1, 1], [0, 1, 0, 2], n_items=planted.N_ITEMS)
    with pytest.raises(NoTrainedModel, match=r"4 events of 2 people hold 0 choices .* record more"):
        fit_taste(log, planted.items(), Assumptions())
