"""`palate evaluate`: how good the served answers are, beside the baselines on the same split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, count, several, share
from service.cli.pages import require_page, write_page
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.evaluation.served.evaluate import ServedEvaluation


def evaluate(
    protocol: Annotated[
        str,
        typer.Option(help="leave-one-out, global-time, cold-items, cold-users or cross-domain."),
    ] = "cold-items",
    k: Annotated[int, typer.Option("-k", "--k", min=1, max=100, help="Length of the lists.")] = 10,
    domain: Annotated[
        str, typer.Option(help="As if there were nothing but this domain.", show_default=False)
    ] = "",
    baselines: Annotated[
        bool, typer.Option(help="Measure the baselines on the same split.")
    ] = True,
    baseline: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="Only this one; may be repeated. sansa, sasrec and esasrec are measured only so.",
        ),
    ] = [],  # noqa: B006 - typer reads the default, nobody writes to it
    max_cases: Annotated[
        int, typer.Option(min=1, help="Most people asked, drawn at random.")
    ] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the split and the training.")] = 0,
    repeats: Annotated[
        int, typer.Option(min=1, help="Do it all with this many seeds, from --seed on.")
    ] = 1,
    exploration: Annotated[
        list[str],
        typer.Option(
            metavar="0..1", help="As of `palate recommend`; several, as 0,0.5,1, share a training."
        ),
    ] = ["0"],  # noqa: B006
    events: Annotated[
        list[str],
        typer.Option(
            metavar="N",
            help="First events that cold-users lets be known; several share a training.",
        ),
    ] = ["5"],  # noqa: B006
    source: Annotated[str, typer.Option(help="Domain of the histories, for cross-domain.")] = "",
    target: Annotated[str, typer.Option(help="Domain of the answers, for cross-domain.")] = "",
    without: Annotated[
        list[str],
        typer.Option(metavar="WHAT", help="Leave out text, image, id or second-stage of Palate."),
    ] = [],  # noqa: B006
    report: Annotated[
        Path | None,
        typer.Option(help="Also write a page with tables and pictures to this .html file."),
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Train on the past in a copy of the data, ask for the held-out future, and compare with the
    baselines."""
    if baseline and not baselines:
        raise typer.BadParameter(
            "--baseline and --no-baselines contradict each other; leave one of them out."
        )
    settings = settings_of(data, config)
    require_data(settings)
    from encoders.pytorch import require_pytorch

    require_pytorch("`palate evaluate`")
    from service.evaluation.page import page
    from service.evaluation.served.evaluate import evaluate_served
    from service.evaluation.served.plan import Plan
    from service.storage.workspace import Workspace

    plan = Plan(
        protocol=protocol,
        k=k,
        domain=domain,
        baselines=several(baseline, str) or (None if baselines else []),
        max_cases=max_cases,
        seed=seed,
        repeats=repeats,
        exploration=several(exploration, share),
        n_events=several(events, count),
        source=source,
        target=target,
        without=several(without, str),
    )
    require_page(report)
    with output.progress(as_json) as step:
        workspace = Workspace.open(settings)
        try:
            found = evaluate_served(workspace, plan, output.telling(step))
        finally:
            workspace.close()
    for sentence in found.left_out:
        output.remark(f"left out: {sentence}")
    if report is not None:
        write_page(report, page(found.report, found.about, found.learning))
    _show(found, as_json)
    return DONE


def _show(found: ServedEvaluation, as_json: bool) -> None:
    if as_json:
        output.emit({"about": dict(found.about), "figures": json.loads(found.report.to_json())})
        return
    header = found.report.header()
    whole = f"all of {found.about['domain']}" if "domain" in found.about else "full catalogue"
    title = f"{found.about['protocol']}, {whole}"
    output.table(header, list(found.report.rows()), title=title, right=header[2:], whole=header[:2])
