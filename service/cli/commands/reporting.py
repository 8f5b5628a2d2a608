"""`palate report`: what came of what was served."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.pages import require_page, write_page
from service.cli.session import answering, event_log, require_data, settings_of

if TYPE_CHECKING:
    from service.api.messages import OnlineReport, OnlineRequest

report = typer.Typer(help="What came of what was served: online.", no_args_is_help=True)

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS_S = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
BY = ("model", "source", "scenario", "slice", "position")


def since_of(text: str, now: float) -> float:
    """Unix seconds of `7d` (ago), or of a time like 2026-03-01T12:00, UTC where it names no zone."""
    if ago := _AGO.fullmatch(text):
        return max(0.0, now - int(ago[1]) * _UNITS_S[ago[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        known = "30m, 24h, 7d, 2w (ago), or a time like 2026-03-01T12:00"
        raise typer.BadParameter(f"{text!r} is no time: give {known}.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _by(text: str) -> str:
    if text not in BY:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(BY)}.")
    return text


@report.callback()
def _group() -> None:
    """So that `online` stays a command of its own."""


@report.command()
def online(
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Answers from then on: 24h, 7d, or a time; else all that are kept.",
            show_default=False,
        ),
    ] = "",
    by: Annotated[
        str, typer.Option(parser=_by, metavar="|".join(BY), help="What is told apart.")
    ] = "model",
    page: Annotated[
        Path | None,
        typer.Option("--report", help="Also write a page with pictures to this .html file."),
    ] = None,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Impressions, clicks, conversions and dwell of what was served, with 95 % intervals over people.

    Counted from events that carry the recommendation_id of the answer that led to them. What event
    types count as is in the settings (events.kinds).
    """
    from service.api.messages import OnlineBy, OnlineRequest

    from_then = since_of(since, time.time()) if since else 0.0
    request = OnlineRequest(from_then, OnlineBy(by))
    require_page(page)
    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            found = backend.report_online(request)
    else:
        found = _here(data, config, request)
    if page is not None:
        from service.online.page import page as drawn

        write_page(page, drawn(found, about(found)))
    if as_json:
        output.emit(asdict(found))
    else:
        _show(found)
    return DONE


def about(found: OnlineReport) -> Mapping[str, str]:
    """What was counted, for people to read."""
    events = found.attribution
    kept = "none" if found.kept_since is None else f"from {output.minute(found.kept_since)} UTC on"
    said = {
        "answers": f"{found.answers:,}"
        + (f", since {output.minute(found.since)} UTC" if found.since else ""),
        "kept": kept,
        "events that name an answer": f"{events.attributed:,} count; {events.unattributed:,} "
        f"unattributed ({events.unknown_answer:,} name no answer that is kept, "
        f"{events.other_person:,} another person's, {events.other_item:,} one without the item); "
        f"{events.late:,} too late",
    }
    if found.shown_placements:
        named = ", ".join(found.shown_placements)
        said["impressions"] = f"what was shown in {named}; elsewhere what was served"
    return said


def _here(data: Path | None, config: Path | None, request: OnlineRequest) -> OnlineReport:
    from service.online.online import Online, WrittenAnswers

    settings = settings_of(data, config)
    require_data(settings)
    with event_log(settings) as log:
        answers = WrittenAnswers(log)
        policy, days = settings.events.policy(), settings.online.attribution_days
        return Online(log, answers, policy, days).report(request)


def _show(found: OnlineReport) -> None:
    from service.online.page import COLUMNS, row

    rows = [row(group) for group in found.groups if group.served]
    columns = COLUMNS if any(cells[-1] for cells in rows) else COLUMNS[:-1]
    rows = [cells[: len(columns)] for cells in rows]
    title = f"What came of what was served, by {found.by}, with 95 % intervals over people"
    if rows:
        output.table(columns, rows, title=title, right=columns[1:], whole=columns[:1])
    else:
        output.say("Nothing that was served then is kept.")
    output.grid(list(about(found).items()))
    if not found.attribution.attributed and found.answers:
        output.say(
            "No event names one of these answers: send recommendation_id with events (docs/api.md)."
        )
