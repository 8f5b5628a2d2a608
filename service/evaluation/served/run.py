"""One training and what is asked of it: a protocol's split, for one seed. Knows no systems and no
files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.errors import NoTrainedModel
from service.evaluation import splits
from service.evaluation.served.dataset import Dataset, require_domain
from service.evaluation.served.plan import Plan
from service.evaluation.splits import Case, Split
from service.ranker.data.interactions import Interactions


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Train on this, then ask that."""

    seed: int
    train: Interactions
    rounds: Sequence[Sequence[Case]]
    """Asked one after the other; people's histories only grow from one to the next."""


def run_of(plan: Plan, dataset: Dataset, seed: int) -> Run:
    """NoTrainedModel where the protocol finds nothing to ask."""
    found = _splits(plan, dataset, seed) if len(dataset.table) else []
    rounds = [_sample(split.cases, plan.max_cases, seed) for split in found]
    if not any(rounds):
        raise NoTrainedModel(
            f"protocol {plan.protocol} finds nothing to ask in {len(dataset.table):,} events",
            "record more events",
        )
    return Run(seed, found[0].train, rounds)


def _splits(plan: Plan, dataset: Dataset, seed: int) -> Sequence[Split]:
    """Splits of the same training."""
    table, domains = dataset.table, dataset.domains
    match plan.protocol:
        case "leave-one-out":
            return [splits.leave_one_out(table, domains=domains)]
        case "global-time":
            return [splits.global_time(table, domains=domains)]
        case "cold-items":
            return [splits.cold_items(table, share=plan.cold_share, seed=seed, domains=domains)]
        case "cold-users":
            return _growing(plan, dataset, seed)
        case _:
            require_domain("source", plan.source, domains)
            require_domain("target", plan.target, domains)
            return [
                splits.cross_domain(
                    table, domains=domains, source=plan.source, target=plan.target, seed=seed
                )
            ]


def _growing(plan: Plan, dataset: Dataset, seed: int) -> Sequence[Split]:
    """The same people with more and more of their events known; a slice each, where there are
    several."""
    lengths = sorted(set(plan.n_events))
    found = []
    for known in lengths:
        split = splits.cold_users(
            dataset.table,
            n_events=known,
            longer_than=lengths[-1],
            seed=seed,
            domains=dataset.domains,
        )
        found.append(split if len(lengths) == 1 else _labelled(split, f"events {known}"))
    return found


def _labelled(split: Split, label: str) -> Split:
    """The split with every case in one more slice."""
    return replace(
        split,
        cases=[replace(case, slices={**case.slices, label: case.relevant}) for case in split.cases],
    )


def _sample(cases: Sequence[Case], most: int, seed: int) -> Sequence[Case]:
    if len(cases) <= most:
        return cases
    chosen = np.sort(np.random.default_rng(seed).choice(len(cases), most, replace=False))
    return [cases[i] for i in chosen.tolist()]
