"""`palate init`: settings for a domain, explained line by line, and a made-up example to try them on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Data, Json
from service.cli.scenarios.scenario import SCENARIOS, Scenario

EXAMPLE_USER = "person-1"


def scenario(text: str) -> Scenario:
    """The scenario of a name."""
    if text not in SCENARIOS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[text]


def init(
    of: Annotated[
        Scenario,
        typer.Argument(
            parser=scenario,
            metavar="SCENARIO",
            help=f"{', '.join(list(SCENARIOS)[:-1])} or {list(SCENARIOS)[-1]}.",
            show_default=False,
        ),
    ],
    example: Annotated[
        bool,
        typer.Option(
            "--example", help="Also make SCENARIO-items.jsonl and SCENARIO-events.jsonl here."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the example's random numbers.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Write palate.toml for a domain into the data folder: event weights, half-lives, exploration, and why.

    With --example, also a made-up catalogue and what people did with it, to try it on before there are
    data. The commands that go on from there are printed.
    """
    from service.cli.session import settings_of
    from service.config_file import CONFIG_FILE

    folder = settings_of(data, None).data
    config = folder / CONFIG_FILE
    items, events = Path(f"{of.name}-items.jsonl"), Path(f"{of.name}-events.jsonl")
    made = [config, *([items, events] if example else [])]
    if there := [str(file) for file in made if file.exists() and not force]:
        raise typer.BadParameter(f"{' and '.join(there)} exist already; --force replaces them.")
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(of.settings, encoding="utf-8")
    if example:
        _make(of, items, events, seed)
    commands = _next(of, items, events, data, example)
    if as_json:
        output.emit({"files": list(map(str, made)), "next": commands})
        return DONE
    output.say(f"written: {', '.join(map(str, made))}")
    output.say("next:")
    for command in commands:
        output.line(f"  {command}")
    return DONE


def _make(of: Scenario, items: Path, events: Path, seed: int) -> None:
    from service.cli.scenarios.making import make_events, make_items

    catalogue = make_items(of, seed=seed)
    _write(items, catalogue)
    _write(events, make_events(of, catalogue, seed=seed))


def _write(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text("".join(lines), encoding="utf-8")


def _next(
    of: Scenario, items: Path, events: Path, data: Path | None, example: bool
) -> Sequence[str]:
    """The commands from here to a recommendation."""
    where = "" if data is None else f" --data {data}"
    user = EXAMPLE_USER if example else "ID"
    files = (str(items), str(events)) if example else ("ITEMS", "EVENTS")
    return [
        f"palate index {files[0]}{where}",
        f"palate events {files[1]}{where}",
        f"palate train{where}",
        f"palate recommend --user {user} -k 5 --exploration {of.exploration:g} --explain{where}",
    ]
