"""Training of the whole ranker: first stage on the past, second stage on what came next, then both on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of every user, and a
random share of the items, are hidden from a first pass; the second stage learns on those, and meets warm and cold
items as it will meet them when it serves. Then the first stage is fitted again on the whole log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from service.ranker.behaviour import Behaviour
from service.ranker.blend import Blend, TrainingList, dcg, fit_blend, fit_cold_lift
from service.ranker.config import RankerConfig
from service.ranker.fit import (
    FitReport,
    ItemTensors,
    NextEvents,
    Progress,
    fit_sequence_model,
    item_vectors,
)
from service.ranker.history import History
from service.ranker.interactions import BoolArray, IntArray, Interactions
from service.ranker.items import ContentSpace, FloatArray, ItemFeatures
from service.ranker.model import ModelShape, SequenceModel
from service.ranker.ranker import Ranker, content_of
from service.ranker.sequences import Sequences
from service.ranker.signals import Probe, View

MIN_EVENTS = 3
"""Fewer events of a user teach nothing about what comes next."""
VALIDATION_USERS = 0.2
"""Share of users whose lists judge the second stage instead of training it."""
SHORT_HISTORIES = 0.3
"""Share of training lists whose history is cut to 0..5 events, so that the second stage knows beginners."""
WITH_TASTE = 0.3
"""Of those, the share that comes with words: somebody who says what they look for, and then chooses it."""
K = 10
STATES_AT_ONCE = 256
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen one: a sampled softmax at a fifth of the cost."""


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class NextEvent:
    """One case: the history visible before an event, and the item of that event."""

    user: int
    history: History
    target: int


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A held-out case of a user who judges: its list (None where no source proposed what was chosen), and how many
    unseen items each baseline ranks above what was chosen."""

    chosen: TrainingList | None
    is_cold: bool
    baseline_ranks: Mapping[str, int]


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
    held_out = holdout(interactions, config)
    if not held_out.any():
        raise TooFewEvents(
            f"no user has {MIN_EVENTS} events yet ({len(interactions):,} events of {interactions.n_users:,} users); "
            "record more events, until then Palate ranks by content, item-kNN and popularity"
        )
    hidden = pseudo_cold_items(interactions, config, rng)
    past = interactions.select(~held_out & ~hidden[interactions.item])
    cases = next_events(interactions, held_out, config)
    judges = rng.random(interactions.n_users) < VALIDATION_USERS
    if progress:
        progress("co-engagement", 0, 2)
    rehearsal, first = _first_stage(
        past, projected, space, config, version, seed, progress, _early_stopping(cases, hidden, rng)
    )
    lists, judged = _lists(rehearsal, cases, judges, config, rng, progress)
    validation = [one.chosen for one in judged if one.chosen is not None]
    stopping = [one.thinned(THINNED, rng) for one in validation]
    blend = fit_blend(lists, stopping, hidden=config.blend_hidden, seed=seed)
    content_gain = dcg(np.array([one.baseline_ranks["content_knn"] for one in judged if one.is_cold]), K).sum()
    blend.cold_lift = fit_cold_lift(blend, validation, config.cold_budget, float(content_gain))
    metrics = _metrics(blend, judged)
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


def holdout(interactions: Interactions, config: RankerConfig) -> BoolArray:
    """(E,) true for the newest events of each user that train the second stage: at most `holdout_share` of the
    history and `holdout_events` of them, at least one where the user has MIN_EVENTS."""
    lengths = np.diff(interactions.by_user())
    wanted = np.minimum(np.maximum((lengths * config.holdout_share).astype(np.int64), 1), config.holdout_events)
    wanted[lengths < MIN_EVENTS] = 0
    held: BoolArray = interactions.positions_from_end() < wanted[interactions.user]
    return held


def pseudo_cold_items(interactions: Interactions, config: RankerConfig, rng: np.random.Generator) -> BoolArray:
    """(N,) a random share of the items with events, hidden from the first stage's rehearsal."""
    warm = np.flatnonzero(interactions.item_counts())
    hidden = np.zeros(interactions.n_items, bool)
    hidden[rng.choice(warm, int(config.pseudo_cold * len(warm)), replace=False)] = True
    return hidden


def next_events(interactions: Interactions, held_out: BoolArray, config: RankerConfig) -> list[NextEvent]:
    """Every held-out event with the history before it; events on items met before are no news and are left out."""
    bounds = interactions.by_user()
    cases = []
    for event in np.flatnonzero(held_out):
        user, target = int(interactions.user[event]), int(interactions.item[event])
        start = max(int(bounds[user]), int(event) - config.feature_history)
        before = interactions.item[start:event]
        if target not in before:
            cases.append(
                NextEvent(user, History.of(before, interactions.event_type[start:event].astype(np.int64)), target)
            )
    return cases


def _early_stopping(
    cases: Sequence[NextEvent], hidden: BoolArray, rng: np.random.Generator, most: int = 600
) -> NextEvents:
    """Validation of the first stage: next events on items it can know."""
    known = [case for case in cases if not hidden[case.target]]
    picked = [known[i] for i in rng.permutation(len(known))[:most]]
    return NextEvents(
        Sequences([c.history.items for c in picked], [c.history.event_types for c in picked]),
        np.array([c.target for c in picked], dtype=np.int64),
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


def _lists(
    ranker: Ranker,
    cases: Sequence[NextEvent],
    judges: BoolArray,
    config: RankerConfig,
    rng: np.random.Generator,
    progress: Progress | None,
) -> tuple[list[TrainingList], list[Judged]]:
    """Candidates of next events: to train on (some histories cut short), and to judge by (as they are)."""
    train = [case for case in cases if not judges[case.user]]
    judge = [case for case in cases if judges[case.user]]
    train = [_shortened(train[i], ranker, rng) for i in rng.permutation(len(train))[: config.blend_lists]]
    judge = [judge[i] for i in rng.permutation(len(judge))[: max(1, config.blend_lists // 4)]]
    everything = [*train, *judge]
    lists: list[TrainingList] = []
    judged: list[Judged] = []
    for start in range(0, len(everything), STATES_AT_ONCE):
        part = everything[start : start + STATES_AT_ONCE]
        states = ranker.states([case.history for case in part])
        for number, (case, state) in enumerate(zip(part, states, strict=True), start=start):
            probe = ranker.probe(case.history, state)
            chosen = _list(ranker, probe, case.target, config.candidates)
            if number >= len(train):
                judged.append(_judged(chosen, probe, case.target))
            elif chosen is not None:
                lists.append(chosen.thinned(THINNED, rng))
        if progress:
            progress("second stage", min(start + STATES_AT_ONCE, len(everything)), len(everything))
    return lists, judged


def _list(ranker: Ranker, probe: Probe, target: int, n: int) -> TrainingList | None:
    """Signals of what the sources propose; None where that is not what was chosen.

    Putting the chosen item in by force would teach the second stage that what no source proposes is what people choose.
    """
    candidates = np.setdiff1d(_proposed(ranker, probe, n), probe.history.items)
    place = int(np.searchsorted(candidates, target))
    if place == len(candidates) or candidates[place] != target:
        return None
    scored = ranker.score_list(probe, candidates)
    return TrainingList(scored.signals, scored.scale, place)


def _judged(chosen: TrainingList | None, probe: Probe, target: int) -> Judged:
    behaviour = probe.view.behaviour
    scores = {
        "popularity": behaviour.counts.astype(np.float32),
        "recent_popularity": behaviour.recent.astype(np.float32),
        "item_knn_recent": probe.knn_recent,
        "ease_recent": probe.ease_recent,
        "content_knn": probe.text_recent,
    }
    ranks = {name: _rank(scores[name], probe.history.items, target) for name in BASELINES}
    return Judged(chosen, bool(behaviour.counts[target] == 0), ranks)


def _proposed(ranker: Ranker, probe: Probe, n: int) -> IntArray:
    proposals = ranker.propose(probe, n) | ranker.propose_by_vectors(probe, n)
    return np.unique(np.concatenate([*proposals.values(), np.zeros(0, np.int64)]))


def _shortened(case: NextEvent, ranker: Ranker, rng: np.random.Generator) -> NextEvent:
    """The same case for a beginner, sometimes: the last 0..5 events, or 0..2 and words.

    Nobody's words are in the log. The text of an item like the one that was chosen next stands for them.
    """
    if rng.random() >= SHORT_HISTORIES:
        return case
    alike = ranker.view.behaviour.neighbours[case.target]
    if rng.random() >= WITH_TASTE or not len(alike):
        return replace(case, history=case.history.last(int(rng.integers(0, 6))))
    words = ranker.view.content.text[rng.choice(alike)]
    return replace(case, history=replace(case.history.last(int(rng.integers(0, 3))), taste=words))


def _metrics(blend: Blend, judged: Sequence[Judged]) -> dict[str, float]:
    """NDCG@10 over the full catalogue on the judging lists, for Palate and the baselines the same log gives.

    What no source proposed is a miss for Palate.
    """
    if not judged:
        return {}
    ranks = {name: np.array([one.baseline_ranks[name] for one in judged]) for name in BASELINES}
    ranks = {"palate": np.array([_rank_in_list(blend, one.chosen) for one in judged])} | ranks
    is_cold = np.array([one.is_cold for one in judged])
    metrics: dict[str, float] = {}
    for name, places in ranks.items():
        gain = dcg(places, K)
        for slice_name, members in (("all", np.ones(len(gain), bool)), ("warm", ~is_cold), ("cold_item", is_cold)):
            if members.any():
                metrics[f"{name}/{slice_name}/ndcg@{K}"] = round(float(gain[members].mean()), 5)
    return metrics


def _rank_in_list(blend: Blend, one: TrainingList | None) -> int:
    if one is None:
        return K
    scores = blend.score(one.signals, one.scale)
    return int((scores > scores[one.chosen]).sum())


BASELINES = ("popularity", "recent_popularity", "item_knn_recent", "ease_recent", "content_knn")
"""Systems the trained ranker is compared with on the same held-out events."""


def _rank(scores: FloatArray, seen: IntArray, target: int) -> int:
    """How many unseen items score above the target; equal scores count half."""
    unseen = np.ones(len(scores), bool)
    unseen[seen] = False
    above = int((scores[unseen] > scores[target]).sum())
    level = int((scores[unseen] == scores[target]).sum()) - 1
    return above + level // 2
