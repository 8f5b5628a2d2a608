"""Training of the whole ranker: first stage on the past, second stage on what came next, then both
on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of
every user, some items and some users are hidden from a first pass; the second stage learns on
those, and meets warm and cold items, people known and new, as it will meet them when it serves.
Then the first stage is fitted again on the whole log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ContentSpace, ItemFeatures
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.ranker import Ranker, content_of
from service.ranker.second_stage.blend import (
    Blend,
    BlendNet,
    TrainingList,
    fit_beginner_events,
    fit_cold_lift,
    fit_net,
)
from service.ranker.second_stage.signals import View
from service.ranker.sequence.inference import ItemTensors, item_vectors
from service.ranker.sequence.model import ModelShape, SequenceModel
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.tasks import task_shares
from service.ranker.training.cases import (
    MIN_EVENTS,
    Case,
    Hidden,
    arrivals,
    asked_for,
    beginnings,
    next_events,
    with_words,
)
from service.ranker.training.fit import (
    FitReport,
    KeptFits,
    NextEvents,
    Progress,
    fit_sequence_model,
)
from service.ranker.training.validation import (
    COLD_ITEM,
    THINNED,
    lists_of,
    metrics_of,
    proposed_lists,
)

VALIDATION_USERS = 0.2
"""Share of users whose lists judge the second stage instead of training it."""
DROPOUT, BEGINNERS_DROPOUT = 0.1, 0.3
"""Of the second stage's two networks; a few hundred beginners teach the second, so it must
generalise from less."""


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A ranker and how it measured up."""

    ranker: Ranker
    metrics: Mapping[str, float]
    """`<system>/<slice>/ndcg@10` on held-out next events; systems are `palate` and the baselines."""
    first_stage: FitReport
    seed: int


def train_ranker(
    interactions: Interactions,
    items: ItemFeatures,
    config: RankerConfig,
    *,
    version: str,
    event_weights: FloatArray | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    kept: KeptFits | None = None,
) -> Trained:
    """Fit everything. `event_weights` (n_event_types,) say how much an event counts that is to be
    foretold, by default all alike; what came before it is read whatever its weight. With `kept`, a
    training that was interrupted goes on and gives what it would have given. Raises TooFewEvents
    where nobody has MIN_EVENTS events.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    space = ContentSpace.fit(items, config.content_dim)
    projected = space.project(items)
    hidden = Hidden.draw(interactions, projected.domain, config, rng)
    if not hidden.events.any():
        raise TooFewEvents(
            f"no user has {MIN_EVENTS} events yet ({len(interactions):,} events of {interactions.n_users:,} users); "
            "record more events, until then Palate ranks by content, item-kNN and popularity"
        )
    asked = asked_for(interactions, event_weights, rng.spawn(1)[0])
    upcoming = next_events(interactions, hidden.events & asked, config)
    if not upcoming:
        raise TooFewEvents(
            "nothing is left to foretell: the newest events are repeats, or of types of little weight in events.kinds"
        )
    if progress:
        progress("co-engagement", 0, 2)
    n_event_types, shares = (
        int(interactions.event_type.max()) + 1,
        task_shares(interactions, event_weights),
    )
    past, validation = (
        hidden.past(interactions, projected.domain),
        _early_stopping(upcoming, hidden, rng),
    )
    rehearsal, first = first_stage(
        past,
        projected,
        space,
        SequenceModel(config, shape_of(past, projected, config, n_event_types, shares)),
        lambda model, tensors: fit_sequence_model(
            model, past, tensors, config, epochs=config.max_epochs, seed=seed, event_weights=event_weights,
            validation=validation, progress=progress, kept=kept,
        ),
        config=config,
        version=version,
    )  # fmt: skip
    first_events = [
        *beginnings(interactions, hidden.users, asked, config.blend_lists // 3, rng),
        *arrivals(interactions, projected.domain, hidden, asked, rng),
    ]
    first_events = with_words(
        first_events, rehearsal.view.content.text, rehearsal.view.behaviour.neighbours, rng
    )
    blend, metrics = _second_stage(rehearsal, upcoming, first_events, rng, seed, progress)
    if progress:
        progress("co-engagement", 1, 2)
    assert rehearsal.model is not None
    ranker, _ = first_stage(
        interactions,
        projected,
        space,
        rehearsal.model,
        lambda model, tensors: fit_sequence_model(
            model, interactions, tensors, config, epochs=max(1, first.epochs // 2), seed=seed,
            event_weights=event_weights, progress=progress, stage="sequence model, all events", kept=kept,
        ),
        config=config,
        version=version,
    )  # fmt: skip
    ranker.blend = blend
    return Trained(ranker, metrics, first, seed)


def _early_stopping(
    cases: Sequence[Case], hidden: Hidden, rng: np.random.Generator, most: int = 1_000
) -> NextEvents:
    """Validation of the first stage: next events of people it knows on items it knows."""
    known = [
        case for case in cases if not hidden.items[case.chosen[0]] and not hidden.users[case.user]
    ]
    picked = [known[i] for i in rng.permutation(len(known))[:most]]
    return NextEvents(
        Sequences.of(case.history for case in picked),
        np.array([c.chosen[0] for c in picked], dtype=np.int64),
    )


def first_stage(
    interactions: Interactions,
    projected: ItemFeatures,
    space: ContentSpace,
    model: SequenceModel,
    fit: Callable[[SequenceModel, ItemTensors], FitReport],
    *,
    config: RankerConfig,
    version: str,
    idf: FloatArray | None = None,
) -> tuple[Ranker, FitReport]:
    """A ranker without a second stage: co-engagement of the log, and `model` (n_ids = all items) as
    `fit` trains it.

    `idf` (V,) weighs the tags; by default it is taken from the items.
    """
    content = content_of(projected, idf)
    behaviour = Behaviour.fit(interactions, content.text, config, solve_ease=True)
    has_id = behaviour.counts > 0
    tensors = ItemTensors(projected, projected.n_items)
    tensors.hide_ids(~has_id)
    report = fit(model, tensors)
    ranker = Ranker(
        version=version,
        config=config,
        space=space,
        view=View(content, behaviour, item_vectors(model, tensors, np.arange(projected.n_items))),
        blend=Blend.prior(),
        model=model,
        id_rows=np.where(has_id, np.arange(projected.n_items), -1),
    )
    return ranker, report


def shape_of(
    interactions: Interactions,
    projected: ItemFeatures,
    config: RankerConfig,
    n_event_types: int,
    task_shares: Sequence[float],
) -> ModelShape:
    """Sizes the data decides."""
    lengths = np.diff(interactions.by_user())
    lengths = lengths[lengths > 0]
    longest = config.max_history or int(np.clip(2 * np.median(lengths), 20, 200))
    return ModelShape(
        n_ids=projected.n_items,
        text_dim=projected.text.shape[1],
        image_dim=projected.image.shape[1],
        n_domains=projected.n_domains,
        n_tags=projected.n_tags,
        n_event_types=n_event_types,
        max_history=longest,
        task_shares=task_shares,
    )


def _second_stage(
    rehearsal: Ranker,
    upcoming: Sequence[Case],
    beginners: Sequence[Case],
    rng: np.random.Generator,
    seed: int,
    progress: Progress | None,
) -> tuple[Blend, dict[str, float]]:
    """The blend, and how it measures up on the users who judge.

    Both networks learn from beginners: one, that short histories are no news to it, what they chose
    next, the other what they chose at all.
    """
    assert rehearsal.model is not None
    config, shape = rehearsal.config, rehearsal.model.shape
    n_users = 1 + max(case.user for case in (*upcoming, *beginners))
    judges = rng.random(n_users) < VALIDATION_USERS
    lists, judged = lists_of(rehearsal, upcoming, judges, rng, "second stage", progress)
    first_lists, first_judged = lists_of(
        rehearsal, beginners, judges, rng, "second stage, beginners", progress
    )
    validation, first_validation = proposed_lists(judged), proposed_lists(first_judged)
    blend = Blend(
        _fit([*lists, *_next_events(first_lists)], validation, DROPOUT, config, shape, rng, seed)
    )
    if first_lists and first_validation:
        blend.beginners = _fit(
            first_lists, first_validation, BEGINNERS_DROPOUT, config, shape, rng, seed
        )
        by_next = [*validation, *_next_events(first_validation)]
        blend.beginner_events = fit_beginner_events(blend, by_next, config.beginner_events)
    content_gain = sum(one.baselines["content_knn"] for one in judged if one.slice == COLD_ITEM)
    blend.cold_lift = fit_cold_lift(blend, validation, config.cold_budget, content_gain)
    return blend, metrics_of(blend, [*judged, *first_judged])


def _next_events(beginners: Sequence[TrainingList]) -> list[TrainingList]:
    return [one.next_event() for one in beginners if one.has_next]


def _fit(
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    dropout: float,
    config: RankerConfig,
    shape: ModelShape,
    rng: np.random.Generator,
    seed: int,
) -> BlendNet:
    thinned = [one.thinned(THINNED, rng) for one in validation]
    return fit_net(
        lists,
        thinned,
        hidden=config.blend_hidden,
        dropout=dropout,
        seed=seed,
        task_shares=shape.task_shares,
    )
