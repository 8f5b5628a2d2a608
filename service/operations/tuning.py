"""A search for hyper-parameters of the ranker: configurations near the present one, each trained
and measured on the same validation cases.

Owns the search space, the budget and what was tried; rankers that were trained on the way are
thrown away. Writes nothing. Which configuration is tried next is optuna's to say (the extra
`tune`): a tree-structured Parzen estimator, Bergstra et al., NIPS 2011.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from service.api.messages import Progress
from service.errors import ConfigError, InvalidInput, NoTrainedModel
from service.models.fitting import by_stage
from service.models.training_data import TrainingData
from service.ranker.config import RankerConfig
from service.ranker.training.train import TooFewEvents, train_ranker
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

METRIC = "palate/all/ndcg@10"
OURS = "palate/"
RANDOM_TRIALS = 5
"""Trials before the estimator has seen enough to propose; the present configuration is the first of
them."""
DIGITS = 3
"""Significant digits of what is tried: a file for people, and more would be noise."""

Measure = Callable[[RankerConfig], Mapping[str, float]]
"""Trains with a configuration and gives its metrics by name. A failure of the training, not of the
program, is an ArithmeticError, MemoryError or RuntimeError."""


def read_data(workspace: Workspace) -> TrainingData:
    """Everything at once: the workspace may be closed, and serve, while the search goes on."""
    return TrainingData.read(workspace, ItemIds(workspace.log.item_indices()))


def summary(data: TrainingData) -> str:
    """How much there is to train on, for people."""
    table = data.interactions
    return f"{data.n_present:,} items, {len(table):,} events of {table.n_users:,} users"


def measure_on(data: TrainingData, seed: int, progress: Progress = lambda _: None) -> Measure:
    """Training with this seed. It decides which events are held out, so every trial is measured on
    the same ones."""

    def measure(config: RankerConfig) -> Mapping[str, float]:
        try:
            trained = train_ranker(
                data.interactions,
                data.features,
                config,
                version="tune",
                event_weights=data.event_weights,
                seed=seed,
                progress=by_stage(progress),
            )
        except TooFewEvents as error:
            raise NoTrainedModel("there is too little to train on", str(error)) from error
        return trained.metrics

    return measure


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration, and what became of it."""

    config: RankerConfig
    value: float | None
    """The metric; None where training failed."""
    seconds: float
    failed: str = ""
    """Why training failed."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """All that was tried, the present configuration first. At least that one was trained."""

    metric: str
    names: tuple[str, ...]
    """Fields of the configuration that were searched."""
    trials: tuple[Trial, ...] = ()
    interrupted: bool = False
    """Whether somebody ended the search with Ctrl-C."""

    @property
    def first(self) -> Trial:
        """The configuration that the search began with."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The earliest of the best."""
        return max(self.trials, key=lambda trial: -math.inf if trial.value is None else trial.value)

    @property
    def improved(self) -> bool:
        """Whether another configuration did better than the first."""
        return self.best is not self.first

    @property
    def before(self) -> str:
        """What the first trial is called."""
        return "defaults" if self.first.config == RankerConfig() else "present settings"


def require_optuna() -> None:
    """ConfigError where no search could be made."""
    try:
        import optuna  # noqa: F401
    except ImportError:
        raise ConfigError("`palate tune` needs optuna: pip install 'palate[tune]'") from None


def search(
    measure: Measure,
    start: RankerConfig,
    *,
    metric: str = METRIC,
    trials: int = 20,
    seconds: float = 3600.0,
    seed: int = 0,
    on_trial: Callable[[Tuning], None] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> Tuning:
    """Try `start`, then up to `trials - 1` configurations around it, and none after `seconds`.

    A trial under way is not cut short. Ctrl-C ends the search and keeps what was found; before the
    first trial is over it goes up to the caller. ConfigError where `start` itself cannot be
    trained, InvalidInput where training gives no such metric.
    """
    if not metric.startswith(OURS):
        raise InvalidInput(
            "metric", metric, f"is not of the ranker that is tuned; its metrics begin with {OURS}"
        )
    require_optuna()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_TRIALS)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = space(start)
    study.enqueue_trial({name: getattr(start, name) for name in distributions})
    found = Tuning(metric, tuple(distributions))
    deadline = clock() + seconds
    try:
        while not found.trials or (len(found.trials) < trials and clock() < deadline):
            asked = study.ask(distributions)
            config = _configured(start, asked.params) if found.trials else start
            trial = _tried(measure, config, metric, clock)
            if trial.failed and not found.trials:
                raise ConfigError(
                    f"the present [ranker] settings cannot be trained ({trial.failed}), so there is "
                    "nothing to compare with; change them"
                )
            found = replace(found, trials=(*found.trials, trial))
            study.tell(
                asked,
                trial.value,
                None if trial.value is not None else optuna.trial.TrialState.FAIL,
            )
            on_trial(found)
    except KeyboardInterrupt:
        if not found.trials:
            raise
        found = replace(found, interrupted=True)
    return found


def space(start: RankerConfig) -> dict[str, BaseDistribution]:
    """What is searched, and between which bounds; wider where `start` lies outside.

    Left out is what decides which events are held out, as trials would not be comparable then
    (`holdout_share`, `holdout_events`, `pseudo_cold`, `pseudo_cold_users`, `blend_lists`,
    `feature_history`), and what costs time in serving (`candidates`, `neighbours`).
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    def one_of(name: str, choices: Sequence[int]) -> CategoricalDistribution:
        return CategoricalDistribution(sorted({*choices, getattr(start, name)}))

    def between(name: str, low: float, high: float, *, log: bool = False) -> FloatDistribution:
        present = getattr(start, name)
        if log and present <= 0:
            raise InvalidInput(f"ranker.{name}", present, "must be above 0 to be tuned")
        return FloatDistribution(min(low, present), max(high, present), log=log)

    return {
        "dim": one_of("dim", [dim for dim in (32, 64, 96, 128) if dim % start.n_heads == 0]),
        "n_blocks": IntDistribution(min(1, start.n_blocks), max(3, start.n_blocks)),
        "dropout": between("dropout", 0.0, 0.5),
        "id_dropout": between("id_dropout", 0.0, 0.5),
        "negatives": one_of("negatives", (512, 1024, 2048)),
        "learning_rate": between("learning_rate", 5e-4, 8e-3, log=True),
        "weight_decay": between("weight_decay", 0.0, 0.1),
        "recency_decay": between("recency_decay", 0.5, 1.0),
    }


def _configured(start: RankerConfig, values: Mapping[str, Any]) -> RankerConfig:
    rounded: dict[str, Any] = {
        name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for name, value in values.items()
    }
    return replace(start, **rounded)


def _tried(
    measure: Measure, config: RankerConfig, metric: str, clock: Callable[[], float]
) -> Trial:
    started = clock()
    try:
        metrics = measure(config)
    # torch says RuntimeError where memory runs out
    except (ArithmeticError, MemoryError, RuntimeError) as error:
        return Trial(config, None, clock() - started, str(error) or type(error).__name__)
    return Trial(config, _value(metrics, metric), clock() - started)


def _value(metrics: Mapping[str, float], metric: str) -> float:
    names = sorted(name for name in metrics if name.startswith(OURS))
    if not names:
        raise NoTrainedModel("too few events are held out to measure on", "record more events")
    if metric not in names:
        raise InvalidInput("metric", metric, f"is not measured here; there are {', '.join(names)}")
    return metrics[metric]
