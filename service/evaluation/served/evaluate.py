"""Evaluation at the served answer: train on a protocol's past, ask for its future, and ask the
baselines the same.

Read this first of `service.evaluation.served`. Protocols and figures are `service.evaluation`'s,
baselines `service.ranker`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from service.api.messages import Progress, TrainProgress
from service.errors import ConfigError
from service.evaluation.answers import Answers, Recommend, ask, from_scores
from service.evaluation.evaluate import measure
from service.evaluation.pictures import OURS, Learning
from service.evaluation.report import Report
from service.evaluation.served.dataset import Dataset
from service.evaluation.served.plan import Plan
from service.evaluation.served.run import Run, run_of
from service.evaluation.served.sandbox import Training, sandbox
from service.ranker.item_item.baselines import UNAVAILABLE, fit_baselines
from service.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ServedEvaluation:
    """What was found, on what, and how the model learned."""

    report: Report
    about: Mapping[str, str]
    """What was measured, for people to read, in the order to be shown."""
    left_out: Sequence[str]
    """Baselines that could not be fitted here, a sentence per reason."""
    learning: Learning
    """Of the first seed."""


def evaluate_served(
    workspace: Workspace, plan: Plan, progress: Progress = lambda _: None
) -> ServedEvaluation:
    """The plan's questions answered by Palate and by the baselines.

    Raises InvalidInput for a domain that is not there, ConfigError for a baseline that was asked
    for by name and cannot be fitted, NoTrainedModel where the protocol finds nothing to train on or
    to ask.
    """
    dataset = Dataset.of(workspace, plan.domain)
    runs = [run_of(plan, dataset, seed) for seed in plan.seeds]
    ours, baselines = _Asked(plan, dataset), _Asked(plan, dataset)
    left_out: dict[str, str] = {}
    trainings: list[Training] = []
    for run in runs:
        tell = progress if plan.repeats == 1 else _under(f"seed {run.seed}", progress)
        # Baselines first: what cannot be fitted is said before the training.
        left_out |= _ask_baselines(baselines, run, tell)
        trainings.append(_ask_ours(ours, workspace, run, tell))
    report = measure(
        {**ours.answers, **baselines.answers},
        plan.k,
        n_items=len(dataset.rows),
        vectors=dataset.text,
        seed=plan.seed,
    )
    reasons = _by_reason(left_out)
    about = _about(workspace, plan, dataset, runs, trainings) | (
        {"left out": " ".join(reasons)} if reasons else {}
    )
    return ServedEvaluation(report, about, reasons, trainings[0].learning)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Systems of one kind and what they have answered so far."""

    plan: Plan
    dataset: Dataset
    answers: dict[str, list[Answers]] = field(default_factory=dict)

    def ask(
        self,
        systems: Mapping[str, Recommend],
        run: Run,
        before: Callable[..., None],
        tell: Progress,
    ) -> None:
        """Every round's cases, to every system; `before` is told of a round's cases when it
        begins."""
        done, total = 0, len(systems) * sum(map(len, run.rounds))

        def count(more: int) -> None:
            nonlocal done
            done += more
            tell(TrainProgress("ask", done, total))

        counts = run.train.item_counts()
        for cases in run.rounds:
            before(cases)
            for name, recommend in systems.items():
                lists = ask(
                    recommend,
                    cases,
                    self.plan.k,
                    n_items=len(self.dataset.rows),
                    domains=self.dataset.domains,
                    on_progress=count,
                )
                self.answers.setdefault(name, []).append(Answers(cases, lists, counts))


def _ask_baselines(asked: _Asked, run: Run, tell: Progress) -> Mapping[str, str]:
    """Fit them on the run's past and ask; those that cannot be fitted, and why."""
    plan = asked.plan
    if plan.baselines is not None and not plan.baselines:
        return {}
    tell(TrainProgress("baselines", 0, 1))
    try:
        fitted = fit_baselines(
            run.train, asked.dataset.text, names=plan.baselines, frontier=plan.wants_frontier
        )
    except UNAVAILABLE as error:
        raise ConfigError(str(error)) from None
    systems = {
        name: from_scores(baseline.scores, plan.k, domains=asked.dataset.domains)
        for name, baseline in fitted.baselines.items()
    }
    asked.ask(systems, run, lambda _: None, _under("baselines", tell))
    return fitted.left_out


def _ask_ours(asked: _Asked, workspace: Workspace, run: Run, tell: Progress) -> Training:
    """Train a copy on the run's past and ask it, once per exploration."""
    plan = asked.plan
    with sandbox(workspace, asked.dataset, run.train, plan.without) as copy:
        training = copy.train(tell, run.seed)
        several = len(plan.exploration) > 1
        systems = {
            f"{OURS} (exploration {value:g})" if several else OURS: copy.served(plan.k, value)
            for value in plan.exploration
        }
        asked.ask(systems, run, lambda cases: copy.record_history(cases, run.train), tell)
    return training


def _under(title: str, progress: Progress) -> Progress:
    """Progress whose stages are named after what they belong to."""
    return lambda one: progress(replace(one, stage=f"{title}: {one.stage}"))


def _by_reason(left_out: Mapping[str, str]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, why in left_out.items():
        reasons.setdefault(why, []).append(name)
    return [f"{', '.join(names)}: {why}" for why, names in reasons.items()]


def _about(
    workspace: Workspace,
    plan: Plan,
    dataset: Dataset,
    runs: Sequence[Run],
    trainings: Sequence[Training],
) -> dict[str, str]:
    chosen = {
        "domain": plan.domain,
        "source": plan.source,
        "target": plan.target,
        "without": _listed(plan.without),
    }
    if plan.protocol == "cold-users":
        chosen["events known"] = _listed(plan.n_events)
    return {
        "protocol": plan.protocol,
        **{name: value for name, value in chosen.items() if value},
        "seed": _listed(plan.seeds),
        "exploration": _listed(f"{value:g}" for value in plan.exploration),
        "catalogue": f"{len(dataset.rows):,} items",
        "training": f"{_listed(f'{len(run.train):,}' for run in runs)} events",
        "training time": f"{_listed(f'{training.seconds:.0f}' for training in trainings)} s",
        "check": _listed("refused" if one.refused else "serves" for one in trainings),
        "cases": f"{sum(len(cases) for run in runs for cases in run.rounds):,}",
        "model": _listed(training.version for training in trainings),
        **{f"{modality} encoder": name for modality, name in workspace.fingerprints.items()},
    }


def _listed(values: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(map(str, values)))
