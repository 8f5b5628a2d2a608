"""Training of the whole ranker: first stage on the past, second stage on what came next, then both on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of every user, some items
and some users are hidden from a first pass; the second stage learns on those, and meets warm and cold items, people
known and new, as it will meet them when it serves. Then the first stage is fitted again on the whole log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from service.ranker.behaviour import Behaviour
from service.ranker.blend import Blend, BlendNet, TrainingList, fit_beginner_events, fit_cold_lift, fit_net, ndcg
from service.ranker.cases import MIN_EVENTS, Case, Hidden, beginnings, next_events, with_words
from service.ranker.config import RankerConfig
from service.ranker.fit import (
    FitReport,
    ItemTensors,
    NextEvents,
    Progress,
    fit_sequence_model,
    item_vectors,
)
from service.ranker.interactions import BoolArray, IntArray, Interactions
from service.ranker.items import ContentSpace, FloatArray, ItemFeatures
from service.ranker.model import ModelShape, SequenceModel
from service.ranker.ranker import Ranker, content_of
from service.ranker.sequences import Sequences
from service.ranker.signals import Probe, View

VALIDATION_USERS = 0.2
"""Share of users whose lists judge the second stage instead of training it."""
BEGINNER_BUDGET = 0.02
"""Ranking beginners by what they will like at all may cost at most this share of the NDCG on next events."""
DROPOUT, BEGINNERS_DROPOUT = 0.1, 0.3
"""Of the second stage's two networks; a few hundred beginners teach the second, so it must generalise from less."""
BASELINES = ("popularity", "recent_popularity", "co_occurrence", "item_knn_recent", "ease_recent", "content_knn")
"""Systems the trained ranker is compared with on the same hidden events."""
WARM, COLD_ITEM, COLD_USER = "warm", "cold_item", "cold_user"
K = 10
STATES_AT_ONCE = 256
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen ones: a sampled softmax at a fifth of the cost."""


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A hidden case of a user who judges: its list (None where no source proposed what was chosen), and what each
    baseline gains, NDCG@K."""

    proposed: TrainingList | None
    slice: str
    baselines: Mapping[str, float]


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
    seed: int = 0,
    progress: Progress | None = None,
) -> Trained:
    """Fit everything. Raises TooFewEvents where nobody has MIN_EVENTS events."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    space = ContentSpace.fit(items, config.content_dim)
    projected = space.project(items)
    hidden = Hidden.draw(interactions, config, rng)
    if not hidden.events.any():
        raise TooFewEvents(
            f"no user has {MIN_EVENTS} events yet ({len(interactions):,} events of {interactions.n_users:,} users); "
            "record more events, until then Palate ranks by content, item-kNN and popularity"
        )
    upcoming = next_events(interactions, hidden.events, config)
    if progress:
        progress("co-engagement", 0, 2)
    rehearsal, first = _first_stage(
        hidden.past(interactions), projected, space, config, version, seed, progress,
        _early_stopping(upcoming, hidden, rng),
    )  # fmt: skip
    first_events = beginnings(interactions, hidden.users, config.blend_lists // 3, rng)
    first_events = with_words(first_events, rehearsal.view.content.text, rehearsal.view.behaviour.neighbours, rng)
    blend, metrics = _second_stage(rehearsal, upcoming, first_events, rng, seed, progress)
    if progress:
        progress("co-engagement", 1, 2)
    ranker, _ = _first_stage(
        interactions,
        projected,
        space,
        config,
        version,
        seed,
        progress,
        None,
        start=rehearsal.model,
        epochs=first.epochs,
    )
    ranker.blend = blend
    return Trained(ranker, metrics, first, seed)


def _early_stopping(cases: Sequence[Case], hidden: Hidden, rng: np.random.Generator, most: int = 600) -> NextEvents:
    """Validation of the first stage: next events of people it knows on items it knows."""
    known = [case for case in cases if not hidden.items[case.chosen[0]] and not hidden.users[case.user]]
    picked = [known[i] for i in rng.permutation(len(known))[:most]]
    return NextEvents(
        Sequences([c.history.items for c in picked], [c.history.event_types for c in picked]),
        np.array([c.chosen[0] for c in picked], dtype=np.int64),
    )


def _first_stage(
    interactions: Interactions,
    projected: ItemFeatures,
    space: ContentSpace,
    config: RankerConfig,
    version: str,
    seed: int,
    progress: Progress | None,
    validation: NextEvents | None,
    *,
    start: SequenceModel | None = None,
    epochs: int = 0,
) -> tuple[Ranker, FitReport]:
    """Sequence model and behaviour from one log. With `start`, its weights are taken up for half as many epochs."""
    content = content_of(projected)
    behaviour = Behaviour.fit(interactions, content.text, config, solve_ease=True)
    has_id = behaviour.counts > 0
    model = SequenceModel(config, shape_of(interactions, projected, config)) if start is None else start
    tensors = ItemTensors(projected, projected.n_items)
    tensors.hide_ids(~has_id)
    report = fit_sequence_model(
        model,
        interactions,
        tensors,
        config,
        epochs=config.max_epochs if start is None else max(1, epochs // 2),
        seed=seed,
        validation=validation,
        progress=progress,
        stage="sequence model" if start is None else "sequence model, all events",
    )
    vectors = item_vectors(model, tensors, np.arange(projected.n_items))
    ranker = Ranker(
        version=version,
        config=config,
        space=space,
        view=View(content, behaviour, vectors),
        blend=Blend.prior(),
        model=model,
        id_rows=np.where(has_id, np.arange(projected.n_items), -1),
    )
    return ranker, report


def shape_of(interactions: Interactions, projected: ItemFeatures, config: RankerConfig) -> ModelShape:
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
        n_event_types=int(interactions.event_type.max(initial=0)) + 1,
        max_history=longest,
    )


def _second_stage(
    rehearsal: Ranker,
    upcoming: Sequence[Case],
    beginners: Sequence[Case],
    rng: np.random.Generator,
    seed: int,
    progress: Progress | None,
) -> tuple[Blend, dict[str, float]]:
    """The blend, and how it measures up on the users who judge."""
    config = rehearsal.config
    n_users = 1 + max(case.user for case in (*upcoming, *beginners))
    judges = rng.random(n_users) < VALIDATION_USERS
    lists, judged = _lists(rehearsal, upcoming, judges, rng, "second stage", progress)
    first_lists, first_judged = _lists(rehearsal, beginners, judges, rng, "second stage, beginners", progress)
    validation, first_validation = _proposed_lists(judged), _proposed_lists(first_judged)
    blend = Blend(_fit(lists, validation, DROPOUT, config, rng, seed))
    if first_lists and first_validation:
        blend.beginners = _fit(first_lists, first_validation, BEGINNERS_DROPOUT, config, rng, seed)
        soon = [replace(case, chosen=case.chosen[:1]) for case in beginners if judges[case.user]]
        _, soon_judged = _lists(rehearsal, soon, judges, rng, "second stage, how long to begin", progress)
        by_next = [*validation, *_proposed_lists(soon_judged)]
        blend.beginner_events = fit_beginner_events(blend, by_next, config.beginner_events, BEGINNER_BUDGET)
    content_gain = sum(one.baselines["content_knn"] for one in judged if one.slice == COLD_ITEM)
    blend.cold_lift = fit_cold_lift(blend, validation, config.cold_budget, content_gain)
    return blend, _metrics(blend, [*judged, *first_judged])


def _fit(
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    dropout: float,
    config: RankerConfig,
    rng: np.random.Generator,
    seed: int,
) -> BlendNet:
    thinned = [one.thinned(THINNED, rng) for one in validation]
    return fit_net(lists, thinned, hidden=config.blend_hidden, dropout=dropout, seed=seed)


def _lists(
    ranker: Ranker,
    cases: Sequence[Case],
    judges: BoolArray,
    rng: np.random.Generator,
    stage: str,
    progress: Progress | None,
) -> tuple[list[TrainingList], list[Judged]]:
    """Candidates of cases: those to train on, thinned, and those to judge by."""
    most = ranker.config.blend_lists
    train = _drawn([case for case in cases if not judges[case.user]], most, rng)
    everything = [*train, *_drawn([case for case in cases if judges[case.user]], most // 3, rng)]
    lists: list[TrainingList] = []
    judged: list[Judged] = []
    for start in range(0, len(everything), STATES_AT_ONCE):
        part = everything[start : start + STATES_AT_ONCE]
        states = ranker.states([case.history for case in part])
        for number, (case, state) in enumerate(zip(part, states, strict=True), start=start):
            probe = ranker.probe(case.history, state)
            proposed = _list(ranker, probe, case.chosen)
            if number >= len(train):
                judged.append(_judged(proposed, probe, case))
            elif proposed is not None:
                lists.append(proposed.thinned(THINNED, rng))
        if progress:
            progress(stage, min(start + STATES_AT_ONCE, len(everything)), len(everything))
    return lists, judged


def _drawn(cases: Sequence[Case], most: int, rng: np.random.Generator) -> list[Case]:
    return [cases[i] for i in rng.permutation(len(cases))[:most]]


def _list(ranker: Ranker, probe: Probe, chosen: IntArray) -> TrainingList | None:
    """Signals of what the sources propose; None where nothing of it was chosen.

    Putting a chosen item in by force would teach the second stage that what no source proposes is what people choose.
    """
    candidates = np.setdiff1d(_proposed(ranker, probe, ranker.config.candidates), probe.history.items)
    places = np.flatnonzero(np.isin(candidates, chosen))
    if not len(places):
        return None
    scored = ranker.score_list(probe, candidates)
    return TrainingList(scored.signals, scored.scale, places, len(chosen) - len(places))


def _proposed_lists(judged: Sequence[Judged]) -> list[TrainingList]:
    return [one.proposed for one in judged if one.proposed is not None]


def _judged(proposed: TrainingList | None, probe: Probe, case: Case) -> Judged:
    behaviour = probe.view.behaviour
    scores = {
        "popularity": behaviour.counts.astype(np.float32),
        "recent_popularity": behaviour.recent.astype(np.float32),
        "co_occurrence": probe.together_all,
        "item_knn_recent": probe.knn_recent,
        "ease_recent": probe.ease_recent,
        "content_knn": probe.text_recent,
    }
    gains = {
        name: ndcg(_ranks(scores[name], probe.history.items, case.chosen), len(case.chosen), K) for name in BASELINES
    }
    return Judged(proposed, _slice_of(case, behaviour.counts), gains)


def _slice_of(case: Case, counts: IntArray) -> str:
    if case.beginner:
        return COLD_USER
    return WARM if counts[case.chosen[0]] else COLD_ITEM


def _proposed(ranker: Ranker, probe: Probe, n: int) -> IntArray:
    proposals = ranker.propose(probe, n) | ranker.propose_by_vectors(probe, n)
    return np.unique(np.concatenate([*proposals.values(), np.zeros(0, np.int64)]))


def _metrics(blend: Blend, judged: Sequence[Judged]) -> dict[str, float]:
    """NDCG@10 over the full catalogue on the judging cases, for Palate and the baselines the same log gives: of next
    events all, warm and cold_item, and of beginners cold_user.

    What no source proposed is a miss for Palate.
    """
    gains = {
        "palate": [
            0.0 if (one := case.proposed) is None else one.gain(blend.score(one.signals, one.scale), K)
            for case in judged
        ]
    } | {name: [case.baselines[name] for case in judged] for name in BASELINES}
    metrics: dict[str, float] = {}
    for name, values in gains.items():
        for slice_name, members in (
            ("all", (WARM, COLD_ITEM)),
            (WARM, (WARM,)),
            (COLD_ITEM, (COLD_ITEM,)),
            (COLD_USER, (COLD_USER,)),
        ):
            counted = [gain for gain, case in zip(values, judged, strict=True) if case.slice in members]
            if counted:
                metrics[f"{name}/{slice_name}/ndcg@{K}"] = round(float(np.mean(counted)), 5)
    return metrics


def _ranks(scores: FloatArray, seen: IntArray, items: IntArray) -> IntArray:
    """(P,) how many unseen items score above each of `items`; equal scores count half."""
    unseen = np.ones(len(scores), bool)
    unseen[seen] = False
    ascending = np.sort(scores[unseen])
    above = len(ascending) - np.searchsorted(ascending, scores[items], side="right")
    level = len(ascending) - above - np.searchsorted(ascending, scores[items], side="left") - 1
    ranks: IntArray = above + level // 2
    return ranks
