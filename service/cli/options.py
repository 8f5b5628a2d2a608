"""The options that several commands share, and the checks of their values. Knows no command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from service.explainer.languages.codes import language_codes

T = TypeVar("T")

MAX_K = 500
MAX_DIGITS = 18
"""Of a whole number: what 64 bits hold."""

ASK = "Asking"
PLACE = "Where the data are"


def share(text: str, least: float = 0.0, most: float = 1.0) -> float:
    """A number from `least` to `most`."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:  # also true of NaN
        raise typer.BadParameter(f"{text!r} is not a number from {least:g} to {most:g}.")
    return value


def count(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise typer.BadParameter(f"{text!r} is not a whole number.")
    return int(text)


def several(given: Sequence[str], parse: Callable[[str], T]) -> list[T]:
    """The values of an option that may be repeated and may list values with commas, each once, in
    order."""
    return list(dict.fromkeys(parse(part.strip()) for text in given for part in text.split(",")))


def language(text: str) -> str:
    """The code of a language that reasons are written in; empty means as configured."""
    if text and text not in language_codes():
        known = " or ".join(language_codes())
        raise typer.BadParameter(
            f"{text!r} is not a language that reasons are written in: {known}."
        )
    return text


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Data folder; else $PALATE_DATA, else ./palate-data.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings; else palate.toml in the data folder.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, for programs.")]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="JSON Lines, Parquet or CSV.", show_default=False),
]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        metavar="FILE",
        help="Write every failed row there, as JSON Lines.",
        show_default=False,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=0,
        help="Cores to encode with; 0, and more than there are, means all of them.",
    ),
]
K = Annotated[int, typer.Option("-k", "--k", min=0, max=MAX_K, help="Results wanted; 0 means 10.")]
Domains = Annotated[
    list[str], typer.Option("--domain", "-d", help="Only this domain; may be repeated.")
]
Filter = Annotated[
    str,
    typer.Option(
        "--filter", "-f", help="E.g. 'categories:\"Comedy\" AND price < 20'.", show_default=False
    ),
]
Exclude = Annotated[
    list[str], typer.Option("--exclude", metavar="ID", help="Not this item; may be repeated.")
]
Language = Annotated[
    str,
    typer.Option(
        "--lang",
        parser=language,
        metavar="|".join(language_codes()),
        help="Language of the reasons.",
        show_default=False,
    ),
]
