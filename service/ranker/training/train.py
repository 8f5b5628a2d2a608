"""Training of the whole ranker: first stage on the past, second stage on what came next, then the
first again on everything.

The second stage must not learn from scores that have seen its answers. So the newest events of
every user, some items and some users are hidden from a provisional ranker; the second stage learns
on those, and meets warm and cold items, people known and new, as it will when it serves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from service.ranker.candidates import CandidateSource, sources_of
from service.ranker.catalog.state import CatalogState
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.ranker import Ranker, without_training
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import ModelShape
from service.ranker.sequence.tasks import task_shares
from service.ranker.training.calibration_strength import fit_calibration
from service.ranker.training.cases import (
    RankingCase,
    cold_start_cases,
    new_in_domain_cases,
    next_event_cases,
    sampled_by_weight,
    with_taste,
)
from service.ranker.training.check import (
    INCUMBENT,
    UNTRAINED,
    Asked,
    Checked,
    checked,
    served_cases,
    served_gains,
    withheld_events,
)
from service.ranker.training.cold_items import fit_cold_item_boost
from service.ranker.training.early_stopping import NextEvents
from service.ranker.training.first_stage import counted, fit_first_stage
from service.ranker.training.fit import FitReport, KeptFits, StageProgress, fit_sequence_model
from service.ranker.training.hidden import MIN_EVENTS, Hidden
from service.ranker.training.item_tensors import ItemTensors
from service.ranker.training.second_stage import fit_second_stage
from service.ranker.training.validation import (
    COLD_ITEM,
    WARM,
    RehearsedCase,
    metrics_of,
    proposed_lists,
)
from service.ranker.training.worth import worth_of_calibration, worth_of_parts

SHORTEST, LONGEST = 20, 200
"""Bounds of the number of events that the sequence model reads, where the data decides it."""
EARLY_STOPPING_CASES = 1_000
"""At most so many next events decide when the sequence model has been trained enough."""


Shown = Callable[[Ranker, Sequence[RankingCase]], None]
"""Who is shown the finished ranker and the cases of its check, while it knows nothing of them."""


class TooFewEvents(ValueError):
    """The log cannot train a ranker yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A ranker and how it measured up."""

    ranker: Ranker
    metrics: Mapping[str, float]
    """`<system>/<slice>/ndcg@10` with `/low` and `/high` of a 95 % interval; systems are `palate`,
    what else could serve, and the baselines. `all` and `warm` are of the check, the other slices
    (all of them, where no event could be withheld) of the rehearsal that the second stage learned
    from. `worth/<part>/<slice>` is what parts of the second stage add there."""
    checked: Checked
    """What `ranker` and the others gained on events that nothing was trained on."""
    first_stage: FitReport
    """Of the provisional ranker."""
    seed: int


def train_ranker(
    interactions: Interactions,
    items: ItemFeatures,
    config: RankerConfig,
    *,
    version: str,
    event_weights: FloatArray | None = None,
    seed: int = 0,
    progress: StageProgress | None = None,
    kept: KeptFits | None = None,
    sources: Sequence[CandidateSource] | None = None,
    incumbent: Asked | None = None,
    shown: Shown | None = None,
) -> Trained:
    """Fit everything. `event_weights` (n_event_types,) say how much an event counts that is to be
    predicted, by default all alike; what came before it is read whatever its weight. With `kept`, a
    training that was interrupted goes on and gives what it would have given. `sources` propose the
    candidates that the second stage learns from, by default those that come with Palate.
    `incumbent` serves now, and is asked in the check too. What learns from the ranker's lists beside
    it is `shown` them. Raises TooFewEvents where nobody has
    MIN_EVENTS events, and TrainingDiverged.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    space = ContentSpace.fit(items, config.content_dim)
    projected = space.project(items)
    sources = sources or sources_of(projected.modalities)
    sampled = sampled_by_weight(interactions, event_weights, rng.spawn(1)[0])
    sampled &= items.live[interactions.item]  # what is gone cannot be recommended to anybody
    withheld = withheld_events(interactions, sampled, rng.spawn(1)[0])
    training = _Training(
        interactions.select(~withheld),
        int(interactions.event_type.max(initial=0)) + 1,
        projected,
        space,
        config,
        version,
        event_weights,
        seed,
        progress,
        kept,
    )
    ranker, rehearsed, report = _fitted(training, sampled[~withheld], sources, rng)
    served = served_cases(ranker, interactions, withheld, sources, progress)
    listed = [one.listed for one in served if one.listed]
    ranker.blend.cold_item_boost = fit_cold_item_boost(
        ranker.blend,
        [one.proposed for one in listed],
        proposed_lists([one for one in rehearsed if one.slice in (WARM, COLD_ITEM)]),
        config.cold_budget,
    )
    ranker.calibration = fit_calibration(ranker.blend, listed)
    others: dict[str, Asked] = {UNTRAINED: _Untrained(without_training(ranker), sources)}
    if incumbent:
        others[INCUMBENT] = incumbent
    result = checked(ranker.blend, ranker.calibration, served, others)
    if shown:
        shown(ranker, [one.case for one in served])
    if withheld.any():
        training.tell("co-engagement, all events", 0, 1)
        _count_all(ranker, interactions)
        training.tell("co-engagement, all events", 1, 1)
    metrics = {
        **metrics_of(ranker.blend, rehearsed),
        **result.metrics(),
        **worth_of_parts(ranker.blend, rehearsed),
        **worth_of_calibration(ranker.blend, ranker.calibration, served),
    }
    return Trained(ranker, metrics, result, report, seed)


def _fitted(
    training: _Training,
    sampled: BoolArray,
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
) -> tuple[Ranker, list[RehearsedCase], FitReport]:
    """The ranker of the training's interactions, the measured cases that were hidden from the
    provisional one, and how that was fitted. `sampled` (E,) may be chosen items of a case."""
    interactions, config, domain = training.interactions, training.config, training.projected.domain
    hidden = Hidden.draw(interactions, domain, config, rng)
    next_events = _next_events(interactions, hidden, sampled, config)
    training.tell("co-engagement", 0, 2)
    past = hidden.past(interactions, domain)
    model = SequenceModel(config, training.shape(past))
    provisional, report = training.first_stage(
        model,
        past,
        "sequence model",
        config.max_epochs,
        _early_stopping(next_events, hidden, rng),
    )
    cold_starts = _cold_starts(training, hidden, sampled, provisional, rng)
    blend, rehearsed = fit_second_stage(
        provisional,
        next_events,
        cold_starts,
        sources,
        rng,
        training.seed,
        training.progress,
    )
    training.tell("co-engagement", 1, 2)
    ranker, _ = training.first_stage(
        model, interactions, "sequence model, all events", max(1, report.epochs // 2)
    )
    ranker.blend = blend
    return ranker, rehearsed, report


def _count_all(ranker: Ranker, interactions: Interactions) -> None:
    """Count the item-item models and popularity anew, on all that happened: what was withheld for the
    check is not withheld from those who are served."""
    catalog, snapshot = ranker.catalog, ranker.snapshot
    behaviour, regression = counted(interactions, snapshot.content, ranker.config)
    recounted = replace(snapshot, behaviour=behaviour, regression=regression)
    ranker.catalog = CatalogState(recounted, catalog.space, ranker.model, catalog.id_rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Untrained:
    """What serves where there is no model."""

    ranker: Ranker
    sources: Sequence[CandidateSource]

    def gains(self, cases: Sequence[RankingCase]) -> FloatArray:
        return served_gains(self.ranker, cases, self.sources)


@dataclass(frozen=True, slots=True, eq=False)
class _Training:
    """What stays the same through one training."""

    interactions: Interactions
    """Without what is withheld for the check."""
    n_event_types: int
    projected: ItemFeatures
    space: ContentSpace
    config: RankerConfig
    version: str
    event_weights: FloatArray | None
    seed: int
    progress: StageProgress | None
    kept: KeptFits | None

    def tell(self, stage: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(stage, done, total)

    def shape(self, past: Interactions) -> ModelShape:
        """Sizes of the sequence model that the data decides, where the provisional ranker is fitted on
        the `past`."""
        longest = self.config.max_history
        if not longest:
            lengths = np.diff(past.by_user())
            longest = int(np.clip(2 * np.median(lengths[lengths > 0]), SHORTEST, LONGEST))
        return ModelShape(
            n_ids=self.projected.n_items,
            modality_dims=self.projected.dims,
            n_domains=self.projected.n_domains,
            n_tags=self.projected.n_tags,
            n_event_types=self.n_event_types,
            max_history=longest,
            task_shares=task_shares(self.interactions, self.event_weights),
        )

    def first_stage(
        self,
        model: SequenceModel,
        interactions: Interactions,
        stage: str,
        epochs: int,
        validation: NextEvents | None = None,
    ) -> tuple[Ranker, FitReport]:
        """A ranker that knows these interactions, without a second stage; `model` is trained in
        place."""

        def fit(tensors: ItemTensors) -> FitReport:
            return fit_sequence_model(
                model,
                interactions,
                tensors,
                self.config,
                epochs=epochs,
                seed=self.seed,
                event_weights=self.event_weights,
                validation=validation,
                progress=self.progress,
                stage=stage,
                kept=self.kept,
            )

        return fit_first_stage(
            interactions,
            self.projected,
            self.space,
            model,
            fit,
            config=self.config,
            version=self.version,
        )


def _next_events(
    interactions: Interactions, hidden: Hidden, sampled: BoolArray, config: RankerConfig
) -> list[RankingCase]:
    """Everybody's newest events as cases, at least one. Raises TooFewEvents."""
    if not hidden.events.any():
        raise TooFewEvents(
            f"no user has {MIN_EVENTS} events yet ({len(interactions):,} events of "
            f"{interactions.n_users:,} users); record more events, until then Palate ranks by "
            "content, item-kNN and popularity"
        )
    cases = next_event_cases(interactions, hidden.events & sampled, config.feature_history)
    if not cases:
        raise TooFewEvents(
            "nothing is left to predict: the newest events are repeats, of types of little weight in "
            "events.kinds, or on items that are gone"
        )
    return cases


def _early_stopping(
    cases: Sequence[RankingCase], hidden: Hidden, rng: np.random.Generator
) -> NextEvents:
    """Validation of the first stage: next events of people it knows on items it knows."""
    known = [
        case for case in cases if not hidden.items[case.chosen[0]] and not hidden.users[case.user]
    ]
    picked = [known[place] for place in rng.permutation(len(known))[:EARLY_STOPPING_CASES]]
    return NextEvents(
        histories=Sequences.of(case.history for case in picked),
        targets=np.array([case.chosen[0] for case in picked], dtype=np.int64),
    )


def _cold_starts(
    training: _Training,
    hidden: Hidden,
    sampled: BoolArray,
    provisional: Ranker,
    rng: np.random.Generator,
) -> list[RankingCase]:
    """Cases of cold-start users and of those new in a domain, some of them with words."""
    interactions, domain = training.interactions, training.projected.domain
    most = training.config.blend_lists // 3
    cases = [
        *cold_start_cases(interactions, hidden.users, sampled, most, rng),
        *new_in_domain_cases(interactions, domain, hidden, sampled, rng),
    ]
    snapshot = provisional.snapshot
    return with_taste(cases, snapshot.content.text, snapshot.behaviour.neighbours, rng)
