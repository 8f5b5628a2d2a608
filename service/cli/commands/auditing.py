"""`palate audit`: the record of administrative calls and refusals, verified and given out."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import Annotated

import typer

from service.cli import output
from service.cli.commands.reporting import since_of
from service.cli.files import COULD_NOT, DONE
from service.cli.options import Config, Data, Json
from service.cli.session import settings_of

audit = typer.Typer(help="Who did and tried what: verify, export.", no_args_is_help=True)


@audit.command()
def verify(
    head: Annotated[
        str,
        typer.Option(
            metavar="HEAD",
            help="A head that was printed before and kept elsewhere: it must still be in the record.",
            show_default=False,
        ),
    ] = "",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Check every record against the one before it, and that none is missing. Ends with 2 where
    something was changed, taken out or cut off."""
    from service.access import audit_chain

    folder = settings_of(data, config).audit_folder
    report = audit_chain.verify(folder, head.strip())
    if as_json:
        output.emit(asdict(report))
    else:
        output.say(
            f"{report.records:,} records, {report.first_at} to {report.last_at}"
            if report.records
            else "no records"
        )
        output.say(f"head {report.head}")
    for problem in report.problems:
        output.error(problem)
    return COULD_NOT if report.problems else DONE


@audit.command()
def export(
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Only records from then on: 24h, 7d, or a time like 2026-03-01T12:00 (UTC).",
            show_default=False,
        ),
    ] = "",
    data: Data = None,
    config: Config = None,
) -> int:
    """The records as JSON Lines on stdout, with their hashes, so that they can be verified again."""
    from service.access.audit_chain import records, written_at

    from_then = written_at(since_of(since, time.time())) if since else ""
    for record in records(settings_of(data, config).audit_folder):
        if record["at"] >= from_then:
            sys.stdout.write(json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n")
    return DONE
