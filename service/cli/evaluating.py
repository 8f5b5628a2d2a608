"""`palate evaluate`: how good the served answers are, beside the baselines on the same split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, share
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.requests import TrainProgress


def evaluate(
    protocol: Annotated[
        str, typer.Option(help="leave-one-out, global-time, cold-items, cold-users or cross-domain.")
    ] = "cold-items",
    k: Annotated[int, typer.Option("-k", "--k", min=1, max=100, help="Length of the lists.")] = 10,
    baselines: Annotated[bool, typer.Option(help="Measure the baselines on the same split.")] = True,
    max_cases: Annotated[int, typer.Option(min=1, help="Most questions asked, drawn at random.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the split and the training.")] = 0,
    exploration: Annotated[float, typer.Option(parser=share, metavar="0..1", help="As of `palate recommend`.")] = 0.0,
    events: Annotated[int, typer.Option(min=0, help="First events that cold-users lets be known.")] = 5,
    source: Annotated[str, typer.Option(help="Domain of the histories, for cross-domain.")] = "",
    target: Annotated[str, typer.Option(help="Domain of the answers, for cross-domain.")] = "",
    report: Annotated[
        Path | None, typer.Option(help="Also write a page with tables and pictures to this .html file.")
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Train on the past in a copy of the data, ask for the held-out future, and compare with the baselines."""
    settings = settings_of(data, config)
    require_data(settings)
    from service.errors import ConfigError
    from service.evaluate_served import evaluate_served
    from service.evaluation.page import PlotsUnavailable, page, require_plots
    from service.workspace import Workspace

    if report is not None:  # what would fail after minutes of work fails now
        try:
            require_plots()
        except PlotsUnavailable as error:
            raise ConfigError(str(error)) from None
        report.touch()
    with output.progress(as_json) as step:

        def tell(progress: TrainProgress) -> None:
            step(progress.stage, progress.done, progress.total or None)

        workspace = Workspace.open(settings)
        try:
            found = evaluate_served(
                workspace,
                protocol=protocol,
                k=k,
                baselines=None if baselines else [],
                max_cases=max_cases,
                seed=seed,
                exploration=exploration,
                n_events=events,
                source=source,
                target=target,
                progress=tell,
            )
        finally:
            workspace.close()
    if report is not None:
        report.write_text(page(found.report, found.about, found.learning), encoding="utf-8")
        output.remark(f"report: {report}")
    if as_json:
        output.emit(json.loads(found.report.to_json()))
    else:
        header = found.report.header()
        title = f"{protocol}, full catalogue"
        output.table(header, list(found.report.rows()), title=title, right=header[2:], whole=header[:2])
    return DONE
