"""The simulation of a data folder: people fitted to its log live through rounds of each policy.

    log -> taste (fitting) -> people (crowd) -> a list each, a take or none, leaving (rounds)
        -> figures beside greedy (measures)

This file is wiring. The model of the folder serves as it is; nothing is trained or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from service.api.messages import Progress, TrainProgress
from service.errors import NoTrainedModel
from service.evaluation.metrics import exposure
from service.evaluation.report import Report
from service.models.training_data import TrainingData
from service.ranker.data.interactions import Interactions
from service.recommender import Recommender
from service.simulation.assumptions import MEANINGS
from service.simulation.crowd import Crowd, people_of
from service.simulation.fitting import Taste, fit_taste
from service.simulation.measures import MEASURES, Before, over_rounds, report_of
from service.simulation.palate_list import Served
from service.simulation.person import TRAITS, Person
from service.simulation.plan import Plan
from service.simulation.policies import GREEDY, policy_of
from service.simulation.rounds import NONE, Course, run
from service.simulation.traits import ItemTraits

TRAIT_MEANINGS: Mapping[str, str] = {
    "taste": "cosine with what was taken before, by who else took it",
    "content": "cosine with what was taken before, by its words",
    "popularity": "log(1 + events); holds what people were shown as well",
    "habit": "share of the item's cluster in all that was taken before",
    "phase": "the same among the last twenty takes or so: what one is into",
    "repetition": "the same among the last few: below 0 satiation, above 0 momentum",
    "discovery": "whether the cluster was discovered lately",
}


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """What was assumed, what was estimated, and what came of it."""

    about: Mapping[str, str]
    """What was simulated, for people to read, in the order to be shown."""
    assumptions: Sequence[Mapping[str, object]]
    """`name`, `value` and `meaning` of each."""
    estimates: Sequence[Mapping[str, object]]
    """`name`, `value`, `error` and `meaning` of each; the error is None where there is none."""
    report: Report
    measures: Mapping[str, str]
    """What each figure is, by the name of its metric."""
    curves: Mapping[str, Mapping[str, Sequence[float]]]
    """By policy, by what is measured after each round."""
    exposure: Mapping[str, Sequence[float]]
    """By policy, share of places by tenth of the catalogue, the least chosen first."""


def simulate(
    recommender: Recommender, plan: Plan, progress: Progress = lambda _: None
) -> Simulated:
    """The plan on the data of a recommender that serves nobody else: popularity counts on in its
    memory. NoTrainedModel where no trained model serves, or the log is too small to tell."""
    model = recommender.model
    if not model.ranker.trained:
        raise NoTrainedModel()
    progress(TrainProgress("fit", 0, 2))
    workspace = recommender.workspace
    data = TrainingData.read_coded(
        workspace, recommender.ids, model.vocabulary, model.alignments, model.ranker.n_items
    )
    log = data.interactions
    taste = fit_taste(log, data.features, plan.assumptions, plan.seed)
    progress(TrainProgress("fit", 1, 2))
    crowd = Crowd(ItemTraits.of(log, data.features, plan.seed), taste, plan.assumptions, plan.seed)
    n_known = model.ranker.config.feature_history
    people = people_of(log, crowd, plan.people, n_known)
    crowd = crowd.calibrated(people, plan.k)
    progress(TrainProgress("fit", 2, 2))
    served = Served(
        model.ranker,
        recommender.ranking.sources.of(model),
        int(np.bincount(log.event_type).argmax()),
        plan.assumptions.round_hours,
    )
    courses = {}
    for name in plan.compared:
        courses[name] = _course(name, plan, served, crowd, people, log, progress)
    report = report_of(courses, Before(people, crowd.traits), GREEDY)
    return Simulated(
        about=_about(model.ranker.version, data, plan, taste, people),
        assumptions=_assumptions(plan),
        estimates=_estimates(crowd),
        report=report,
        measures={figure.metric: MEASURES[figure.metric] for figure in report.figures},
        curves=over_rounds(courses),
        exposure={
            name: exposure(_lists(course), crowd.traits.counts, plan.k).tolist()
            for name, course in courses.items()
        },
    )


def _course(
    name: str,
    plan: Plan,
    served: Served,
    crowd: Crowd,
    people: Sequence[Person],
    log: Interactions,
    progress: Progress,
) -> Course:
    """One policy, from the log as it is."""
    done, total = plan.compared.index(name) * plan.rounds, len(plan.compared) * plan.rounds

    def tell(rounds: int) -> None:
        progress(TrainProgress(f"rounds: {name}", done + rounds, total))

    try:
        policy = policy_of(name, served, crowd, plan.k)
        return run(policy, people, crowd, n_rounds=plan.rounds, k=plan.k, on_round=tell)
    finally:
        served.ranker.catalog.recount(log)


def _lists(course: Course) -> Sequence[Sequence[int]]:
    shown = course.shown[course.there]  # (lists, k)
    return [[item for item in one if item != NONE] for one in shown.tolist()]


def _about(
    version: str, data: TrainingData, plan: Plan, taste: Taste, people: Sequence[Person]
) -> dict[str, str]:
    log = data.interactions
    return {
        "model": version,
        "catalogue": f"{data.n_present:,} items",
        "log": f"{len(log):,} events of {log.n_users:,} people",
        "simulated": f"{len(people):,} people, {plan.rounds:,} rounds, lists of {plan.k}",
        "seed": str(plan.seed),
        "fitted on": f"{taste.n_cases:,} choices of {taste.n_people:,} people",
        "explained of held-out choices": f"{taste.explained:.3f} "
        f"({taste.explained_by_popularity:.3f} by popularity alone); 0 is chance, 1 certainty",
    }


def _assumptions(plan: Plan) -> list[Mapping[str, object]]:
    return [
        {"name": name, "value": value, "meaning": MEANINGS[name]}
        for name, value in asdict(plan.assumptions).items()
        if value is not None
    ]


def _estimates(crowd: Crowd) -> list[Mapping[str, object]]:
    taste = crowd.taste
    weights = [
        {
            "name": name,
            "value": float(value),
            "error": None if name in taste.was_set else float(error),
            "meaning": TRAIT_MEANINGS[name],
        }
        for name, value, error in zip(TRAITS, taste.weights, taste.errors, strict=True)
    ]
    memory = "what is left of the last few takes after a further one; the likeliest of those tried"
    pull = "what being shown adds, in logits, for take_rate to hold"
    clusters = "of content, found by k-means"
    return [
        *weights,
        {"name": "memory", "value": taste.memory, "error": None, "meaning": memory},
        {"name": "pull", "value": crowd.pull, "error": None, "meaning": pull},
        {"name": "clusters", "value": crowd.traits.n_clusters, "error": None, "meaning": clusters},
    ]
