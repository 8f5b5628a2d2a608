"""`palate tune`: search for better hyper-parameters of the ranker, and write them as a settings
file."""

from __future__ import annotations

import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, local
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.api.messages import TrainProgress
    from service.config import Settings
    from service.models.training_data import TrainingData
    from service.operations.tuning import Trial, Tuning


def duration(text: str) -> float:
    """Minutes, 0 or more."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not minutes >= 0:  # also true of NaN
        raise typer.BadParameter(f"{text!r} is not a number of minutes, 0 or more.")
    return minutes


def tune(
    trials: Annotated[
        int, typer.Option(min=1, help="Most configurations tried, the present one included.")
    ] = 20,
    minutes: Annotated[
        float,
        typer.Option(parser=duration, metavar="MINUTES", help="No trial begins after this time."),
    ] = 60.0,
    metric: Annotated[
        str,
        typer.Option(
            help="What is to be high: palate/<slice>/ndcg@10, as `palate train --json` names them."
        ),
    ] = "palate/all/ndcg@10",
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of the search and of every training.")
    ] = 0,
    out: Annotated[
        Path, typer.Option(callback=local, metavar="FILE", help="Where the settings go.")
    ] = Path("palate.tuned.toml"),
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there.")
    ] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Search for a better ranker configuration; without one nothing is written (exit code 1).
    Ctrl-C keeps the best."""
    settings = settings_of(data, config)
    require_data(settings)
    _require_exact_counts(settings)
    _require_writable(out, force)
    from encoders.pytorch import require_pytorch

    require_pytorch("`palate tune`")
    from service.operations.tuned_file import tuned_toml, write_whole
    from service.operations.tuning import measure_on, require_optuna, search, summary

    require_optuna()
    with output.progress(as_json, lines=True) as step:

        def keep(found: Tuning) -> None:
            """A search that is killed has lost nothing but the trial under way."""
            step(f"trials: best so far {found.best.value:.4f}", len(found.trials), trials)
            if found.improved:
                write_whole(out, tuned_toml(found, data=summary(data_read), seed=seed))

        def tell(progress: TrainProgress) -> None:
            step(f"this trial: {progress.stage}", progress.done, progress.total)

        step("trials", 0, trials)
        data_read = _read(settings)
        found = search(
            measure_on(data_read, seed, tell),
            settings.ranker,
            metric=metric,
            trials=trials,
            seconds=60 * minutes,
            seed=seed,
            on_trial=keep,
        )
        keep(found)  # Ctrl-C may have come while it was doing so
    if as_json:
        output.emit(_as_json(found))
    else:
        _show(found)
    if found.interrupted:
        output.remark(f"stopped by hand after {len(found.trials)} of {trials} trials")
    elif len(found.trials) < trials:
        output.remark(
            f"time is up after {len(found.trials)} of {trials} trials; --minutes gives more"
        )
    if not found.improved:
        output.remark(f"nothing did better than the {found.before}, so {out} is not written")
        return IN_PART
    output.remark(
        f"settings: {out}; put its [ranker] section into palate.toml, then `palate train`"
    )
    return IN_PART if found.interrupted else DONE


def _require_exact_counts(settings: Settings) -> None:
    """What a search finds is of the log as it is, and would be told without noise."""
    if settings.privacy.is_private:
        from service.errors import ConfigError

        raise ConfigError(
            "privacy.epsilon is set: settings that are found on people's events would tell of them without noise, and "
            "most of [ranker] is not read by a private model; tune without privacy.epsilon, on data that may be told"
        )


def _require_writable(out: Path, force: bool) -> None:
    """What would fail after an hour fails now."""
    if out.is_dir():
        raise typer.BadParameter(f"--out {out} is a folder; name a file.")
    if out.exists() and not force:
        raise typer.BadParameter(
            f"--out {out} exists; name another file, or replace it with --force."
        )
    if not os.access(out.parent, os.W_OK):
        raise typer.BadParameter(
            f"--out {out}: {out.parent} is not a folder that can be written to."
        )


def _read(settings: Settings) -> TrainingData:
    """All that is needed; the folder is free again for a server while the search goes on."""
    from service.operations.tuning import read_data
    from service.storage.workspace import Workspace

    workspace = Workspace.open(settings)
    try:
        return read_data(workspace)
    finally:
        workspace.close()


def _show(found: Tuning) -> None:
    rows = [
        [
            str(number),
            "" if trial.value is None else f"{trial.value:.4f}",
            f"{trial.seconds:.0f}",
            _remark(found, trial),
            ", ".join(f"{name} {getattr(trial.config, name):g}" for name in found.names),
        ]
        for number, trial in enumerate(found.trials, start=1)
    ]
    figures = ["trial", found.metric.rpartition("/")[2], "seconds"]
    columns = [*figures, "", "configuration"]
    output.table(
        columns, rows, title=f"{found.metric} on held-out events", right=figures, whole=[""]
    )
    for number, trial in enumerate(found.trials, start=1):
        if trial.failed:
            output.say(f"trial {number} could not be trained: {trial.failed}")


def _remark(found: Tuning, trial: Trial) -> str:
    if trial.failed:
        return "failed"
    if trial is found.best:
        return "best"
    return "present" if trial is found.first else ""


def _as_json(found: Tuning) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "improved": found.improved,
        "interrupted": found.interrupted,
        "best": found.trials.index(found.best) + 1,
        "trials": [
            {"trial": number, **asdict(trial)} for number, trial in enumerate(found.trials, start=1)
        ],
    }
