"""A ranker as named arrays and a configuration that JSON can say: the names that are in files, which
are never changed, and the parts that are made of them again.

A checkpoint (`service.ranker.checkpoint`) has them by the items of its training, a kept ranker
(`service.ranker.kept_ranker`) by those of the catalogue. Knows no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from service.ranker.data.content_space import ContentSpace, Projection
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.layers import under
from service.ranker.quantization import Arrays
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend, Pool, Pools
from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.second_stage.signals import signals_named
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.shape import PAD

MATRICES = ("ease", "knn", "co_occurrence", "transitions", "co_counts")
"""Of `Behaviour`, by `<name>.data`, `<name>.indices`, `<name>.indptr`."""
BOOST_FADING_OF_EARLIER = 0.5
"""Of a second stage that does not say it."""
NET, COLD_START_NET = "blend", "cold_start"
"""What the arrays of the second stage's networks begin with."""


def config_of(ranker: Ranker) -> dict[str, Any]:
    """What is no array of it."""
    return {
        "version": ranker.version,
        "config": asdict(ranker.config),
        "shape": None if ranker.model is None else asdict(ranker.model.shape),
        "signals": [signal.name for signal in ranker.blend.signals],
        "cold_item_boost": ranker.blend.cold_item_boost,
        "boost_fading": ranker.blend.boost_fading,
        "cold_start_events": ranker.blend.cold_start_events,
        "pools": {kind: pool._asdict() for kind, pool in ranker.blend.pools._asdict().items()},
        "spared_events": ranker.blend.spared_events,
        "calibration": ranker.calibration,
        "n_events": ranker.snapshot.behaviour.n_events,
        "is_released": ranker.snapshot.behaviour.is_released,
        "modalities": list(ranker.modalities),
    }


def arrays_of(ranker: Ranker) -> dict[str, Any]:
    """Its arrays but for the content of items."""
    content, behaviour = ranker.snapshot.content, ranker.snapshot.behaviour
    arrays: dict[str, Any] = {
        "content.idf": content.idf,
        "has_id": ranker.catalog.id_rows != PAD,
        "counts": behaviour.counts,
        "recent": behaviour.recent,
        "neighbours": behaviour.neighbours,
        "closeness": behaviour.closeness,
    }
    for field in fields(ContentRegression):
        arrays[f"regression.{field.name}"] = getattr(ranker.snapshot.regression, field.name)
    networks: dict[str, SequenceNetwork | BlendNetwork | None] = {
        "model": ranker.model,
        NET: ranker.blend.net,
        COLD_START_NET: ranker.blend.cold_start_net,
    }
    for prefix, network in networks.items():
        weights = {} if network is None else network.weights
        arrays |= {f"{prefix}.{name}": weight for name, weight in weights.items()}
    for modality, projection in ranker.catalog.space.projections.items():
        arrays[f"space.{modality}.mean"] = projection.mean
        arrays[f"space.{modality}.components"] = projection.components
    for name in MATRICES:
        arrays |= matrix_arrays(name, getattr(behaviour, name))
    return arrays


def matrix_arrays(name: str, matrix: Any) -> dict[str, Any]:
    """Of a matrix in compressed rows."""
    return {f"{name}.{part}": getattr(matrix, part) for part in ("data", "indices", "indptr")}


def space_of(arrays: Arrays, modalities: Sequence[str]) -> ContentSpace:
    """The projections of these modalities, in their order."""
    return ContentSpace(
        {
            modality: Projection(
                arrays[f"space.{modality}.mean"], arrays[f"space.{modality}.components"]
            )
            for modality in modalities
        }
    )


def blend_of(
    config: Mapping[str, Any],
    arrays: Arrays,
    modalities: Sequence[str],
    task_shares: Sequence[float],
) -> Blend:
    """The second stage. UnknownSignals where this version does not know what it reads."""
    signals = signals_named(config["signals"], modalities)
    net = _net(arrays, NET, len(signals), task_shares)
    assert net is not None
    return Blend(
        signals,
        net,
        config["cold_item_boost"],
        _net(arrays, COLD_START_NET, len(signals), task_shares),
        config["cold_start_events"],
        Pools(**{kind: Pool(**weights) for kind, weights in config["pools"].items()}),
        config.get("spared_events", 0),
        config.get("boost_fading", BOOST_FADING_OF_EARLIER),
    )


def _net(
    arrays: Arrays, name: str, n_signals: int, task_shares: Sequence[float]
) -> BlendNetwork | None:
    """None where there is none of this name."""
    weights = under(arrays, f"{name}.")
    if not weights:
        return None
    if len(weights["mean"]) != n_signals:
        raise ValueError(f"{name} reads {len(weights['mean'])} signals, {n_signals} are named")
    return BlendNetwork(weights, task_shares)
