"""`palate align`: one space for text and pictures, or sounds, trained on the catalogue itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, share
from service.cli.session import require_data, settings_of

if TYPE_CHECKING:
    from service.operations.aligning import AlignReport
    from service.storage.workspace import Workspace


def holdout_share(text: str) -> float:
    return share(text, 0.05, 0.5)


def align(
    modality: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What shares the space with text: image, audio. Default: the one there is; of several, image.",
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 0,
    holdout: Annotated[
        float,
        typer.Option(
            parser=holdout_share, metavar="SHARE", help="Share of the items it is measured on."
        ),
    ] = 0.1,
    off: Annotated[
        bool,
        typer.Option("--off", help="Use the encoders' own vectors again, of --modality or of all."),
    ] = False,
    use: Annotated[
        str, typer.Option(metavar="VERSION", help="Use one that was trained before.")
    ] = "",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Train a space in which words find pictures (or sounds) and these find words, on the
    catalogue's own pairs.

    It is in use from the next command or start on, and `palate train` takes it up. There may be one
    for each modality. Exit code 1: held-out pairs were found no better than without it, so it is
    not in use.
    """
    if off and use:
        raise typer.BadParameter("give either --off or --use VERSION.")
    settings = settings_of(data, config)
    require_data(settings)
    with output.waiting("loading encoders", as_json):
        from service.storage.workspace import Workspace

        workspace = Workspace.open(settings)
    try:
        if off or use:
            return _switch(workspace, use, modality, as_json)
        return _train(workspace, modality, seed, holdout, as_json)
    finally:
        workspace.close()


def _train(workspace: Workspace, modality: str, seed: int, holdout: float, as_json: bool) -> int:
    from service.operations.aligning import align

    with output.progress(as_json, lines=True) as step:
        tell = output.telling(step)
        report = align(workspace, modality, seed=seed, holdout=holdout, progress=tell)
    if as_json:
        output.emit(asdict(report))
    else:
        _show(report)
    return DONE if report.used else IN_PART


def _switch(workspace: Workspace, version: str, modality: str, as_json: bool) -> int:
    from service.operations.aligning import activate_again, deactivate, modality_of

    if version:
        with output.progress(as_json) as step:
            activate_again(
                workspace, version, lambda now: step(now.stage, now.done, now.total or None)
            )
    else:
        deactivate(workspace, modality and modality_of(workspace, modality).name)
    if as_json:
        output.emit({"in_use": version})
    else:
        output.say(
            f"alignment {version} is in use"
            if version
            else f"no alignment {modality and f'of {modality} '}is in use; those trained are kept"
        )
    return DONE


def _show(report: AlignReport) -> None:
    trained = report.trained
    recall, modality = trained.recall, trained.modality
    output.table(
        ["held-out recall@10", "before", "after"],
        [
            [f"text -> {modality}", recall["text_to_image_before"], recall["text_to_image"]],
            [f"{modality} -> text", recall["image_to_text_before"], recall["image_to_text"]],
        ],
        title=f"{trained.n_pairs:,} pairs to train on, {trained.n_held_out:,} held out, {trained.seconds:.0f} s",
        right=["before", "after"],
    )
    state = (
        "in use"
        if report.used
        else "not in use: held-out pairs were found no better than without it"
    )
    output.say(f"alignment {report.version}: {state}")
