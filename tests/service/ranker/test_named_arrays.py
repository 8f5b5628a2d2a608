"""The names of a ranker's arrays: those in files that are there, which must not change."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.config import RankerConfig
from service.ranker.named_arrays import MATRICES, arrays_of, blend_of, config_of, space_of
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.second_stage.signals import UnknownSignals
from tests.service.ranker.planted import checkerboard, mixed_features


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return untrained_ranker(mixed_features(40), checkerboard(), RankerConfig(content_dim=4))


def test_arrays_have_the_names_that_checkpoints_have(ranker: Ranker) -> None:
    names = set(arrays_of(ranker))
    assert {f"{name}.indptr" for name in MATRICES} < names
    assert {"content.idf", "has_id", "neighbours", "blend.linear.weight", "space.text.mean"} < names


def test_space_and_blend_are_made_of_them_again(ranker: Ranker) -> None:
    arrays, modalities = arrays_of(ranker), list(ranker.modalities)
    space = space_of(arrays, modalities)
    vector = np.random.default_rng(0).normal(size=6).astype(np.float32)
    np.testing.assert_array_equal(space.project_text(vector), ranker.project_text(vector))
    blend = blend_of(config_of(ranker), arrays, modalities, ())
    assert [one.name for one in blend.signals] == [one.name for one in ranker.blend.signals]
    np.testing.assert_array_equal(
        blend.net.weights["linear.weight"], ranker.blend.net.weights["linear.weight"]
    )
    assert blend.cold_start_net is None


def test_a_second_stage_of_other_signals_is_refused(ranker: Ranker) -> None:
    arrays, config = arrays_of(ranker), config_of(ranker)
    with pytest.raises(UnknownSignals):
        blend_of({**config, "signals": ["ghost"]}, arrays, ranker.modalities, ())
    with pytest.raises(ValueError, match=r"blend reads .* signals, 2 are named"):
        blend_of({**config, "signals": config["signals"][:2]}, arrays, ranker.modalities, ())
