"""Training of the whole ranker: first stage on the past, second stage on what came next, then both on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of every user, and a
random share of the items, are hidden from a first pass; the second stage learns on those, and meets warm and cold
items as it will meet them when it serves. Then the first stage is fitted again on the whole log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from service.ranker.behaviour import Behaviour
from service.ranker.blend import Blend, TrainingList, fit_blend, fit_cold_lift
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
TASTE_ONLY = 0.3
"""Of those, the share that sees words (the text of one liked item) in place of events."""
K = 10


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class NextEvent:
    """One case: the history visible before an event, and the item of that event."""

    user: int
    history: History
    target: int


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
    lists, validation = _lists(rehearsal, cases, judges, config, rng, progress)
    blend = fit_blend(lists, [one for one, _ in validation if one is not None], hidden=config.blend_hidden, seed=seed)
    blend.cold_lift = fit_cold_lift(blend, [one for one, _ in validation if one is not None], config.cold_budget)
    metrics = _metrics(rehearsal, blend, validation)
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
    cases: Sequence[NextEvent], hidden: BoolArray, rng: np.random.Generator, most: int = 2000
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
) -> tuple[list[TrainingList], list[tuple[TrainingList | None, NextEvent]]]:
    """Signals of the candidates of next events: for training (some histories cut short), and for judging (as they are,
    None where no source proposed what was chosen)."""
    train = [case for case in cases if not judges[case.user]]
    judge = [case for case in cases if judges[case.user]]
    train = [_shortened(train[i], ranker, rng) for i in rng.permutation(len(train))[: config.blend_lists]]
    judge = [judge[i] for i in rng.permutation(len(judge))[: max(1, config.blend_lists // 4)]]
    lists: list[TrainingList | None] = []
    total = len(train) + len(judge)
    chunk = 256
    everything = [*train, *judge]
    for start in range(0, total, chunk):
        if progress:
            progress("second stage", start, total)
        part = everything[start : start + chunk]
        for case, state in zip(part, ranker.states([case.history for case in part]), strict=True):
            lists.append(_list(ranker, case, state, config.candidates))
    if progress:
        progress("second stage", total, total)
    found = [one for one in lists[: len(train)] if one is not None]
    return found, list(zip(lists[len(train) :], judge, strict=True))


def _list(ranker: Ranker, case: NextEvent, state: FloatArray, n: int) -> TrainingList | None:
    """Signals of what the sources propose; None where that is not what was chosen.

    Putting the chosen item in by force would teach the second stage that what no source proposes is what people choose.
    """
    probe = ranker.probe(case.history, state)
    candidates = np.setdiff1d(_proposed(ranker, probe, n), case.history.items)
    place = int(np.searchsorted(candidates, case.target))
    if place == len(candidates) or candidates[place] != case.target:
        return None
    scored = ranker.score_list(probe, candidates)
    return TrainingList(scored.signals, scored.scale, place)


def _proposed(ranker: Ranker, probe: Probe, n: int) -> IntArray:
    proposals = ranker.propose(probe, n) | ranker.propose_by_vectors(probe, n)
    return np.unique(np.concatenate([*proposals.values(), np.zeros(0, np.int64)]))


def _shortened(case: NextEvent, ranker: Ranker, rng: np.random.Generator) -> NextEvent:
    """The same case for a beginner, sometimes: the last 0..5 events, or only the words of one of them."""
    if rng.random() >= SHORT_HISTORIES or not len(case.history):
        return case
    if rng.random() < TASTE_ONLY:
        words = ranker.view.content.text[int(rng.choice(case.history.items[-5:]))]
        return NextEvent(case.user, History.of(np.zeros(0, np.int64), taste=words), case.target)
    return NextEvent(case.user, case.history.last(int(rng.integers(0, 6))), case.target)


def _metrics(
    ranker: Ranker, blend: Blend, validation: Sequence[tuple[TrainingList | None, NextEvent]]
) -> dict[str, float]:
    """NDCG@10 over the full catalogue on the judging lists, for Palate and the baselines the same log gives.

    A target that no source proposed counts as a miss for Palate.
    """
    if not validation:
        return {}
    behaviour, content = ranker.view.behaviour, ranker.view.content
    ranks: dict[str, list[int]] = {name: [] for name in ("palate", *BASELINES)}
    cold = []
    for one, case in validation:
        scores = None if one is None else blend.score(one.signals, one.scale)
        ranks["palate"].append(K if one is None or scores is None else int((scores > scores[one.chosen]).sum()))
        probe = ranker.probe(case.history)
        history = case.history.items
        profile = ranker.probe(case.history.last(10), probe.state).text_profile
        for name, baseline in (
            ("popularity", behaviour.counts.astype(np.float32)),
            ("recent_popularity", behaviour.recent.astype(np.float32)),
            ("item_knn_recent", probe.knn_recent),
            ("ease_recent", probe.ease_recent),
            ("content_knn", np.zeros(len(content.text), np.float32) if profile is None else content.text @ profile),
        ):
            ranks[name].append(_rank(baseline, history, case.target))
        cold.append(behaviour.counts[case.target] == 0)
    is_cold = np.array(cold)
    metrics: dict[str, float] = {}
    for name, values in ranks.items():
        gain = np.where(np.array(values) < K, 1 / np.log2(np.array(values) + 2.0), 0.0)
        for slice_name, members in (("all", np.ones(len(gain), bool)), ("warm", ~is_cold), ("cold_item", is_cold)):
            if members.any():
                metrics[f"{name}/{slice_name}/ndcg@{K}"] = round(float(gain[members].mean()), 5)
    return metrics


BASELINES = ("popularity", "recent_popularity", "item_knn_recent", "ease_recent", "content_knn")
"""Systems the trained ranker is compared with on the same held-out events."""


def _rank(scores: FloatArray, seen: IntArray, target: int) -> int:
    """How many unseen items score above the target; equal scores count half."""
    unseen = np.ones(len(scores), bool)
    unseen[seen] = False
    above = int((scores[unseen] > scores[target]).sum())
    level = int((scores[unseen] == scores[target]).sum()) - 1
    return above + level // 2
