"""`palate train` and `palate models`: fit, compare with the baselines, and choose which model
serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Connection, Server
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json
from service.cli.options import share as share_in
from service.cli.session import answering, event_log, open_recommender, require_data, settings_of
from service.models.privacy_metrics import DELTA, EPSILON, KNOWN, SPENT

if TYPE_CHECKING:
    from service.api.messages import (
        ModelInfo,
        ModelTrial,
        Progress,
        ShadowFigures,
        TrainProgress,
    )

models = typer.Typer(
    help="The trained models: list, activate, roll back, try beside the one that serves, shrink.",
    no_args_is_help=True,
)

Version = Annotated[
    str, typer.Argument(metavar="VERSION", help="As `palate models list` shows it.")
]


Share = Annotated[
    str,
    typer.Option(
        metavar="0..1",
        help="Of the people of a canary, of the calls that a shadow is asked.",
    ),
]


def train(
    incremental: Annotated[
        bool,
        typer.Option(
            "--incremental",
            help="Take up the active model and the events since, instead of all anew.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the random numbers.")] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Activate also if a baseline did better.")
    ] = False,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Train a model on the whole log; it serves from then on unless its check is against it (exit
    code 1).

    A training that was interrupted goes on if log, items and settings are the same.
    """
    from service.api.messages import RESUME

    with output.progress(as_json, lines=True) as step:
        last = ""

        def tell(progress: TrainProgress) -> None:
            nonlocal last
            last = progress.message or last
            if progress.stage == RESUME:
                output.remark(progress.message)
            step(progress.stage, progress.done, progress.total or None)

        if server:
            with answering(data, config, server, quiet=True) as backend:
                model = backend.train(tell, seed=seed, force=force, incremental=incremental)
        else:
            model = _train_here(data, config, tell, seed, force, incremental)
    if as_json:
        output.emit(asdict(model))
    else:
        show_metrics(model)
        output.say(
            f"model {model.version}: {last or ('activated' if model.active else 'not activated')}"
        )
    return DONE if model.active else IN_PART


@models.command("list")
def list_models(
    data: Data = None, config: Config = None, server: Server = HERE, as_json: Json = False
) -> int:
    """The models there are, newest first."""
    from service.api.messages import ModelInfo

    found: Sequence[ModelInfo]
    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            found = backend.list_models()
    else:
        settings = settings_of(data, config)
        require_data(settings)
        with event_log(settings) as log:
            found = [
                ModelInfo(r.version, r.created_at, r.active, r.metrics) for r in log.list_models()
            ]
    if as_json:
        output.emit([asdict(model) for model in found])
    elif not found:
        output.say("No model has been trained yet; `palate train` trains one.")
    else:
        _show_models(found)
    return DONE


def _show_models(found: Sequence[ModelInfo]) -> None:
    columns = ["version", "trained (UTC)", "active", "ndcg@10", "best baseline"]
    rows = [
        [
            m.version,
            output.minute(m.created_at),
            m.active,
            m.metrics.get("palate/all/ndcg@10", "not measured" if EPSILON in m.metrics else 0.0),
            _best(m.metrics),
        ]
        for m in found
    ]
    is_private = any(EPSILON in m.metrics for m in found)
    if is_private:
        columns += ["epsilon", "spent until then"]
        for row, m in zip(rows, found, strict=True):
            private = EPSILON in m.metrics
            row += [f"{m.metrics[name]:.3g}" for name in (EPSILON, SPENT)] if private else ["none", ""]  # fmt: skip
    right = ["ndcg@10", "epsilon", "spent until then"] if is_private else ["ndcg@10"]
    output.table(columns, rows, right=right)


@models.command()
def activate(
    version: Version,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Let this model serve from the next call on."""
    with answering(data, config, server, quiet=as_json) as backend:
        return _serving(backend.activate_model(version), as_json)


@models.command()
def rollback(
    data: Data = None, config: Config = None, server: Server = HERE, as_json: Json = False
) -> int:
    """Let the model serve that served before the active one."""
    with answering(data, config, server, quiet=as_json) as backend:
        return _serving(backend.rollback_model(), as_json)


@models.command()
def canary(
    version: Version,
    share: Share = "0.1",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Let this model serve a share of the people, until it is found to be worse or is activated.

    Always the same people, by a hash of their ids. It is returned by itself where clicks, conversions
    or errors are worse than those of the model that serves, and where no event names an answer any more.
    """
    return _try(version, "canary", share, data, config, server, as_json)


@models.command()
def shadow(
    version: Version,
    share: Share = "0.1",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Let this model make lists for a share of the calls, to be compared with those that are served;
    nobody sees them."""
    return _try(version, "shadow", share, data, config, server, as_json)


@models.command()
def trial(
    data: Data = None, config: Config = None, server: Server = HERE, as_json: Json = False
) -> int:
    """How the canary or the shadow goes, or how the last one ended."""
    with answering(data, config, server, quiet=as_json) as backend:
        found = backend.get_trial()
    if as_json:
        output.emit({"trial": None if found is None else asdict(found)})
    elif found is None:
        output.say("No model has been tried yet; `palate models canary VERSION` tries one.")
    else:
        _show_trial(found)
    return DONE


@models.command()
def end(
    data: Data = None, config: Config = None, server: Server = HERE, as_json: Json = False
) -> int:
    """End the canary or the shadow: what serves the others serves everybody."""
    with answering(data, config, server, quiet=as_json) as backend:
        ended = backend.end_trial()
    if as_json:
        output.emit({"trial": asdict(ended)})
    else:
        _show_trial(ended)
    return DONE


@models.command()
def shrink(
    version: Version, data: Data = None, config: Config = None, as_json: Json = False
) -> int:
    """Make a smaller copy of this model, and tell how far it recommends the same; it does not serve
    by itself."""
    settings = settings_of(data, config)
    require_data(settings)
    recommender = open_recommender(settings)
    try:
        shrunk = recommender.shrink_model(version)
    finally:
        recommender.close()
    if as_json:
        output.emit(asdict(shrunk))
        return DONE
    same = shrunk.agreement
    before, after = (f"{size / 1e6:,.1f} MB" for size in (shrunk.bytes_before, shrunk.bytes_after))
    output.say(f"model {shrunk.version}: {after} instead of {before}")
    output.say(
        f"for {same.histories:,} people: {same.overlap:.1%} of the first 10 in common with the model before, rank "
        f"correlation {same.rank_correlation:.4f}; `palate models activate {shrunk.version}` lets it serve"
    )
    return DONE


OURS = ("palate", "untrained", "active")
"""Systems of a training's figures that are no baselines."""


LITTLE_KNOWN = ("cold_user", "stranger", "new_in_domain", "arrival")
"""Slices that have a table of their own: with them one would be wider than a terminal."""


def show_metrics(model: ModelInfo) -> None:
    """Palate beside the baselines: rows are systems, columns are slices of the held-out events."""
    names = [name.split("/") for name in model.metrics if name.endswith("/ndcg@10")]
    systems = list(dict.fromkeys(system for system, *_ in names))
    slices = list(dict.fromkeys(slice_name for _, slice_name, _ in names))
    if EPSILON in model.metrics:
        _show_privacy(model.metrics)
        return
    if not names:
        output.say("Too few events were held out to compare with the baselines.")
        return
    title = "NDCG@10 on held-out events, full catalogue, with 95 % intervals"
    _show_slices(model, systems, [name for name in slices if name not in LITTLE_KNOWN], title)
    title = "NDCG@10 of people of whom the model knew little"
    _show_slices(model, systems, [name for name in slices if name in LITTLE_KNOWN], title)
    if worth := [
        name for name in model.metrics if name.startswith("worth/") and name.count("/") == 2
    ]:
        output.table(
            ["part", "for", "NDCG@10"],
            [
                [part, of.replace("_", " "), _figure(model.metrics, f"worth/{part}/{of}")]
                for _, part, of in (name.split("/") for name in worth)
            ],
            title="What parts of the second stage add on held-out people",
            right=["NDCG@10"],
        )
    if not any(name.startswith("worth/wish_weights/") for name in model.metrics):
        return
    if followed := [name.split("/")[1] for name in model.metrics if name.startswith("wishes/")]:
        who = ["stranger", "known"]
        output.table(
            ["a wish's", *who],
            [
                [name, *(f"{model.metrics[f'wishes/{name}/{one}']:.3f}" for one in who)]
                for name in dict.fromkeys(followed)
            ],
            title="How much a wish is followed, in deviations of the scores of a list",
            right=who,
        )


def _show_privacy(metrics: Mapping[str, float]) -> None:
    """What a private training has told, in the place of what was measured."""
    epsilon, delta, spent = (metrics[name] for name in (EPSILON, DELTA, SPENT))
    output.say(
        f"Differential privacy: this training tells epsilon {epsilon:.3g} of a person at delta {delta:g}, "
        f"all trainings of this folder so far {spent:.3g}."
    )
    output.say(
        f"{metrics[KNOWN]:,.0f} items stand out from the noise. Nothing is measured of a private "
        "training, since figures would tell too; `palate evaluate` does it in a copy, for you alone."
    )


def _show_slices(
    model: ModelInfo, systems: Sequence[str], slices: Sequence[str], title: str
) -> None:
    """A table of these, without systems that have none of them; none for none."""
    rows = [
        [system, *(_figure(model.metrics, f"{system}/{name}/ndcg@10") for name in slices)]
        for system in systems
    ]
    rows = [row for row in rows if any(row[1:])]
    if rows:
        columns = [name.replace("_", " ") for name in slices]
        output.table(["system", *columns], rows, title=title, right=columns)


def _train_here(
    data: Path | None,
    config: Path | None,
    tell: Progress,
    seed: int,
    force: bool,
    incremental: bool,
) -> ModelInfo:
    settings = settings_of(data, config)
    require_data(settings)
    recommender = open_recommender(settings)
    try:
        return recommender.train(tell, seed=seed, force=force, incremental=incremental)
    finally:
        recommender.close()


def _try(
    version: str,
    kind: str,
    share: str,
    data: Path | None,
    config: Path | None,
    server: Connection,
    as_json: bool,
) -> int:
    from service.api.messages import TrialKind, TrialRequest

    of = share_in(share)
    if not of:
        raise typer.BadParameter("'0' is nobody; give a share above 0.")
    with answering(data, config, server, quiet=as_json) as backend:
        begun = backend.start_trial(TrialRequest(version, TrialKind(kind), of))
    if as_json:
        output.emit({"trial": asdict(begun)})
    else:
        _show_trial(begun)
        if not server:
            output.remark("it goes on with the next `palate serve` of this folder")
    return DONE


def _show_trial(found: ModelTrial) -> None:
    ended = (
        "" if found.ended_at is None else f" at {output.minute(found.ended_at)} UTC: {found.why}"
    )
    rows = [
        [found.kind.value, found.version],
        ["against", found.against or "the untrained ranker"],
        ["share", f"{found.share:g}"],
        ["since", f"{output.minute(found.started_at)} UTC"],
        ["state", f"{found.state}{ended}"],
    ]
    if found.shadow is not None:
        rows += _shadow_rows(found.shadow)
    output.grid(rows)
    if found.arms:
        _show_arms(found)


def _shadow_rows(figures: ShadowFigures) -> list[list[str]]:
    drift = "too few" if figures.score_drift is None else f"{figures.score_drift:.3f}"
    return [
        ["compared", f"{figures.compared:,} lists; {figures.dropped:,} dropped, {figures.failed:,} failed"],
        ["in common", f"{figures.overlap:.1%} of a list; rank-biased overlap {figures.rank_biased_overlap:.3f}"],
        ["score drift", f"{drift} (population stability index of the best scores)"],
    ]  # fmt: skip


def _show_arms(found: ModelTrial) -> None:
    columns = ["arm", "model", "answers", "errors", "people", "impressions", "clicks", "conversions"]  # fmt: skip
    rows = [
        [
            arm.name,
            arm.version or "untrained",
            arm.answers,
            arm.errors,
            arm.people,
            arm.impressions,
            arm.clicks,
            arm.conversions,
        ]
        for arm in found.arms
    ]
    output.table(columns, rows, right=columns[2:])
    told = ", ".join(f"{test.name} {test.ratio:.3g}" for test in found.tests)
    threshold = found.tests[0].threshold if found.tests else 0.0
    output.say(f"likelihood that it is worse, by ratio ({threshold:g} returns it): {told}")


def _serving(model: ModelInfo, as_json: bool) -> int:
    if as_json:
        output.emit(asdict(model))
    else:
        output.say(f"model {model.version} serves from now on")
    return DONE


def _figure(metrics: Mapping[str, float], name: str) -> str:
    """`.0624 [.0538, .0703]`; nothing where it was not measured, no interval from before there were
    any."""
    if name not in metrics:
        return ""
    bounds = [metrics.get(f"{name}/{bound}") for bound in ("low", "high")]
    interval = ", ".join(_short(bound) for bound in bounds if bound is not None)
    return f"{_short(metrics[name])} [{interval}]" if interval else _short(metrics[name])


def _short(value: float) -> str:
    return f"{value:.4f}".replace("0.", ".", 1)


def _best(metrics: Mapping[str, float]) -> str:
    rivals = {
        system: value
        for name, value in metrics.items()
        if name.endswith("/all/ndcg@10") and (system := name.split("/")[0]) not in OURS
    }
    if not rivals:
        return ""
    name = max(rivals, key=lambda rival: rivals[rival])
    return f"{name} {rivals[name]:.3f}"
