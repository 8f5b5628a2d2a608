"""Training of the whole ranker: first stage on the past, second stage on what came next, then both on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of every user, and random
shares of the items and of the users, are hidden from a first pass; the second stage learns on those, and meets warm and
cold items and users as it will meet them when it serves. Then the first stage is fitted again on the whole log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from service.ranker.behaviour import Behaviour
from service.ranker.blend import Blend, TrainingList, dcg, fit_blend, fit_cold_lift
from service.ranker.cases import MIN_EVENTS, Case, Hidden, first_events, next_events, with_words
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
BEGINNERS = 0.3
"""Share of the lists that are of users unknown to the first stage."""
ALL, WARM, COLD_ITEM, COLD_USER = SLICES = ("all", "warm", "cold_item", "cold_user")
"""What is measured apart; cold users are not among all, whose figure decides whether a model serves."""
K = 10
STATES_AT_ONCE = 256
THINNED = 150
"""Candidates kept of a training list, at random, beside the chosen one: a sampled softmax at a fifth of the cost."""


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A held-out case of a user who judges: its list (None where no source proposed what was chosen), and how many
    unseen items each baseline ranks above what was chosen."""

    chosen: TrainingList | None
    is_cold: bool
    is_beginner: bool
    baseline_ranks: Mapping[str, int]

    @property
    def slices(self) -> Sequence[str]:
        if self.is_beginner:
            return (COLD_USER,)
        return (ALL, COLD_ITEM if self.is_cold else WARM)


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
    past = hidden.past(interactions)
    cases = next_events(interactions, hidden, config)
    beginnings = first_events(interactions, hidden, rng)
    judges = rng.random(interactions.n_users) < VALIDATION_USERS
    if progress:
        progress("co-engagement", 0, 2)
    rehearsal, first = _first_stage(
        past, projected, space, config, version, seed, progress, _early_stopping(cases, hidden.items, rng)
    )
    content, behaviour = rehearsal.view.content, rehearsal.view.behaviour
    beginnings = with_words(beginnings, content.text, behaviour.neighbours, rng)
    lists, judged = _lists(rehearsal, cases, beginnings, judges, config, rng, progress)
    validation = [one.chosen for one in judged if one.chosen is not None]
    stopping = [one.thinned(THINNED, rng) for one in validation]
    blend = fit_blend(lists, stopping, hidden=config.blend_hidden, seed=seed)
    known = [one for one in judged if not one.is_beginner]
    by_content = np.array([one.baseline_ranks["content_knn"] for one in known if one.is_cold], dtype=np.int64)
    proposed = [one.chosen for one in known if one.chosen is not None]
    blend.cold_lift = fit_cold_lift(blend, proposed, config.cold_budget, float(dcg(by_content, K).sum()))
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


def _early_stopping(cases: Sequence[Case], hidden: BoolArray, rng: np.random.Generator, most: int = 600) -> NextEvents:
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
    cases: Sequence[Case],
    beginnings: Sequence[Case],
    judges: BoolArray,
    config: RankerConfig,
    rng: np.random.Generator,
    progress: Progress | None,
) -> tuple[list[TrainingList], list[Judged]]:
    """Candidates of next events, some of them beginners': to train on, and to judge by."""

    def drawn(of_judges: bool, wanted: int) -> list[Case]:
        parts = ((cases, 1 - BEGINNERS), (beginnings, BEGINNERS))
        members = [([case for case in part if judges[case.user] == of_judges], share) for part, share in parts]
        return [part[i] for part, share in members for i in rng.permutation(len(part))[: max(1, int(wanted * share))]]

    train, judge = drawn(False, config.blend_lists), drawn(True, config.blend_lists // 4)
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
                judged.append(_judged(chosen, probe, case))
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


def _judged(chosen: TrainingList | None, probe: Probe, case: Case) -> Judged:
    behaviour = probe.view.behaviour
    scores = {
        "popularity": behaviour.counts.astype(np.float32),
        "recent_popularity": behaviour.recent.astype(np.float32),
        "item_knn_recent": probe.knn_recent,
        "ease_recent": probe.ease_recent,
        "content_knn": probe.text_recent,
    }
    ranks = {name: _rank(scores[name], probe.history.items, case.target) for name in BASELINES}
    return Judged(chosen, bool(behaviour.counts[case.target] == 0), case.beginner, ranks)


def _proposed(ranker: Ranker, probe: Probe, n: int) -> IntArray:
    proposals = ranker.propose(probe, n) | ranker.propose_by_vectors(probe, n)
    return np.unique(np.concatenate([*proposals.values(), np.zeros(0, np.int64)]))


def _metrics(blend: Blend, judged: Sequence[Judged]) -> dict[str, float]:
    """NDCG@10 over the full catalogue on the judging lists, for Palate and the baselines the same log gives.

    What no source proposed is a miss for Palate.
    """
    if not judged:
        return {}
    ranks = {name: np.array([one.baseline_ranks[name] for one in judged]) for name in BASELINES}
    ranks = {"palate": np.array([_rank_in_list(blend, one.chosen) for one in judged])} | ranks
    metrics: dict[str, float] = {}
    for name, places in ranks.items():
        gain = dcg(places, K)
        for slice_name in SLICES:
            members = [slice_name in one.slices for one in judged]
            if any(members):
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
