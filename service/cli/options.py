"""The options that several commands share, and the checks of their values. Knows no command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from service.explainer.languages.codes import language_codes

T = TypeVar("T")

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/+(.*)", re.IGNORECASE)
"""Of two slashes a path has kept one."""
MAX_K = 500
MAX_DIGITS = 18
"""Of a whole number: what 64 bits hold."""


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


def local(given: T) -> T:
    """A path, several or none; BadParameter names an address that was given in the place of one."""
    for path in given if isinstance(given, list) else [given]:
        address = _ADDRESS.match(str(path))
        if isinstance(path, Path) and address and not path.exists():
            scheme, rest = address.groups()
            raise typer.BadParameter(
                f"{scheme}://{rest}: {scheme}:// is not read, only paths of this machine are; fetch it first"
                " (curl, aws s3 cp, gsutil cp, ...) and give its path."
            )
    return given


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
        callback=local,
        metavar="DIR",
        help="Data folder; else $PALATE_DATA, else ./palate-data.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        callback=local,
        metavar="FILE",
        help="Settings; else palate.toml in the data folder.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, for programs.")]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="CSV, TSV, JSON, JSON Lines, Parquet, Arrow or Excel, packed or not; a folder of them; a folder"
        " of Hugging Face `datasets`; - for stdin; the URL of a database, with --query.",
        show_default=False,
    ),
]
Map = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="auto|FILE|PRESET",
        help="How its columns are read: auto guesses, shows and writes a map; else a map, or the name of a"
        " well-known export, such as shopify.",
        show_default=False,
    ),
]
Query = Annotated[
    str,
    typer.Option(
        "--query",
        metavar="SQL",
        help="What to read from a database: a query, or a table.",
        show_default=False,
    ),
]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        callback=local,
        metavar="FILE",
        help="Write every row that failed or was not used in full there, as JSON Lines.",
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
