"""The first stage as a ranker: item-item models counted on a log, and a sequence model trained on it.

Knows no cases and no second stage.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.catalog.state import CatalogState
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.second_stage.signals import signals_for
from service.ranker.sequence.inference import embed_items
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.shape import PAD
from service.ranker.training.fit import FitReport
from service.ranker.training.item_tensors import ItemTensors


def fit_first_stage(
    interactions: Interactions,
    projected: ItemFeatures,
    space: ContentSpace,
    model: SequenceModel,
    fit: Callable[[ItemTensors], FitReport],
    *,
    config: RankerConfig,
    version: str,
    idf: FloatArray | None = None,
) -> tuple[Ranker, FitReport]:
    """A ranker with a prior blend: item-item models of these interactions, and `model`, which has an
    id for every item and is trained by `fit` on the items' tensors.

    An item without events has none to learn an id from, and is known by its content. `idf` (V,)
    weighs the tags; by default it is taken from the items.
    """
    n_items = projected.n_items
    content = Content.of(projected, idf)
    behaviour, regression = counted(interactions, content, config)
    id_rows = np.where(behaviour.counts > 0, np.arange(n_items), PAD)
    report = fit(ItemTensors(projected, id_rows))
    network = model.network()
    vectors = embed_items(network, projected, id_rows)
    snapshot = CatalogSnapshot(content, behaviour, regression, vectors)
    ranker = Ranker(
        version=version,
        config=config,
        catalog=CatalogState(snapshot, space, network, id_rows),
        blend=Blend.prior(signals_for(content.modalities)),
        model=network,
    )
    return ranker, report


def counted(
    interactions: Interactions, content: Content, config: RankerConfig
) -> tuple[Behaviour, ContentRegression]:
    """What a log says without a sequence model, and what content predicts of that."""
    behaviour = Behaviour.fit(interactions, content.views, config, solve_ease=True)
    weights, counts = behaviour.strongest, behaviour.counts
    return behaviour, ContentRegression.fit(content.views, weights, counts)
