"""A ranker as it serves: the names of its vectors and sources, and where it looks for a taste."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indexer.indexing.shared_space import joint_name
from indexer.stores.store import IMAGE
from service.models.features import Vocabulary
from service.models.serving_model import ServingModel
from service.ranker.config import RankerConfig
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import untrained_ranker
from tests.service.ranker.planted import features


@pytest.fixture(scope="module")
def untrained() -> ServingModel:
    nothing = Interactions.build([], [], n_users=0, n_items=6)
    ranker = untrained_ranker(features(6), nothing, RankerConfig())
    return ServingModel(ranker, Vocabulary({}, {}, {}), {}, counted=0)


def store(*names: str) -> Any:
    """As far as a model asks one."""
    return SimpleNamespace(vector_names=lambda: dict.fromkeys(names, 2))


def test_without_training_there_are_no_vectors_of_its_own(untrained: ServingModel) -> None:
    assert untrained.vector_name == ""


def test_a_taste_is_looked_for_as_the_ranker_sees_pictures(untrained: ServingModel) -> None:
    """Without the alignment's vectors in the store, the encoder's own are asked."""
    swapped: Any = SimpleNamespace(media=lambda vectors: vectors[:, ::-1])
    alignment: Any = SimpleNamespace(version="v1", heads=swapped)
    aligned = replace(untrained, alignments={IMAGE: alignment})
    taste = np.array([1.0, 0.0], np.float32)
    name, vector = aligned.content_query(store(IMAGE, joint_name("v1", IMAGE)), IMAGE, taste)
    assert (name, vector.tolist()) == (joint_name("v1", IMAGE), [0.0, 1.0])
    for model in (aligned, untrained):
        name, vector = model.content_query(store(IMAGE), IMAGE, taste)
        assert (name, vector.tolist()) == (IMAGE, [1.0, 0.0])
