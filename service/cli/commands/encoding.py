"""`palate encoders`: change what turns content into vectors, and see and delete the vectors that
are kept for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import answering, require_data, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.api.messages import ServingEncoders, TrainProgress
    from service.config import Settings

encoders = typer.Typer(
    help="The encoders: change them, list and drop their vectors.", no_args_is_help=True
)


@encoders.command()
def change(
    text: Annotated[
        str, typer.Option(metavar="NAME", help="Text encoder, as in encoders.text.")
    ] = "",
    image: Annotated[
        str, typer.Option(metavar="NAME", help="Image encoder, as in encoders.image.")
    ] = "",
    audio: Annotated[
        str, typer.Option(metavar="NAME", help="Audio encoder, as in encoders.audio.")
    ] = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Encode everything beside the vectors there are, train if a model serves, and switch when it
    is complete.

    Without --text, --image and --audio, to the encoders that the settings name. One that is named
    where there is none yet takes the place of pictures, or of sounds; name both to have both. What
    is interrupted goes on when it is called again. A server answers all along.
    """
    with output.progress(as_json) as step:
        last = ""

        def tell(progress: TrainProgress) -> None:
            nonlocal last
            last = progress.message or last
            step(progress.stage, progress.done, progress.total or None)

        if server:
            with answering(data, config, server, quiet=True) as backend:
                now = backend.change_encoders(tell, text=text, image=image, audio=audio)
        else:
            lines = {"text": text, "image": image, "audio": audio}
            now = _change_here(settings_of(data, config), lines, tell)
    if as_json:
        output.emit(asdict(now))
        return DONE
    model = (
        f"with model {now.model_version}"
        if now.model_version
        else f"without a trained model{last and f' ({last})'}"
    )
    output.say(f"{now.items:,} items are served by store {now.digest}, {model}")
    output.say("for the next start, write into the configuration file:")
    output.say(f'[encoders]\ntext = "{now.text}"\nimage = "{now.image}"\naudio = "{now.audio}"')
    return DONE


@encoders.command("list")
def list_encoders(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """The vectors that are kept: of which encoders, how many items, how large, and which serve by
    the settings."""
    from service.storage.kept_vectors import kept_vectors

    settings = settings_of(data, config)
    require_data(settings)
    kept = kept_vectors(settings)
    if as_json:
        output.emit([asdict(one) for one in kept])
        return DONE
    if not kept:
        output.say("No vectors are kept yet; `palate index FILE` makes them.")
        return DONE
    rows = [
        [
            one.digest,
            "\n".join(
                f"{kind} {name}" for kind, name in (one.encoders or one.fingerprints).items()
            ),
            "" if one.items is None else one.items,
            "" if one.size_bytes is None else f"{one.size_bytes / 1e6:,.1f}",
            one.configured,
            one.served_last,
        ]
        for one in kept
    ]
    numbers = ["items", "MB"]
    output.table(["digest", "encoders", *numbers, "configured", "served last"], rows, right=numbers)
    return DONE


@encoders.command()
def drop(
    digest: Annotated[
        str, typer.Argument(metavar="DIGEST", help="As `palate encoders list` shows it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Delete vectors that do not serve. Going back to their encoders would encode everything anew."""
    from service.storage.kept_vectors import drop_vectors

    settings = settings_of(data, config)
    require_data(settings)
    if not yes:
        typer.confirm(f"delete vectors {digest} of {settings.data}?", abort=True, err=True)
    drop_vectors(settings, digest)
    if as_json:
        output.emit({"dropped": digest})
    else:
        output.say(f"vectors {digest} are deleted")
    return DONE


def _change_here(
    settings: Settings, lines: Mapping[str, str], tell: Callable[[TrainProgress], None]
) -> ServingEncoders:
    """In a data folder that no server has open. The encoders of before are not needed, nor loaded."""
    from service.operations.changing import named, open_alone, prepare, serving_encoders

    require_data(settings)
    recommender = prepare(open_alone(named(settings, lines), tell), tell)
    try:
        recommender.activate()
        recommender.take_over()
        return serving_encoders(recommender)
    finally:
        recommender.close()
