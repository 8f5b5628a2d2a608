"""`palate report`: what came of what was served, and whom it serves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, local
from service.cli.pages import require_page, write_page
from service.cli.session import answering, event_log, require_data, settings_of

if TYPE_CHECKING:
    from service.api.fairness import FairnessReport, FairnessRequest, UserGrouping
    from service.api.messages import OnlineReport, OnlineRequest

report = typer.Typer(
    help="What was served: what came of it (online), and whom it serves (fairness).",
    no_args_is_help=True,
)

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS_S = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
Since = Annotated[
    str,
    typer.Option(
        metavar="WHEN",
        help="Answers from then on: 24h, 7d, or a time; else all that are kept.",
        show_default=False,
    ),
]
Page = Annotated[
    Path | None,
    typer.Option(
        "--report", callback=local, help="Also write a page with pictures to this .html file."
    ),
]
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


def _field(text: str) -> str:
    from indexer.catalog.item_field import is_group_field

    if text and not is_group_field(text):
        raise typer.BadParameter(f"{text!r} is not domain, categories or attributes.NAME.")
    return text


@report.command()
def online(
    since: Since = "",
    by: Annotated[
        str, typer.Option(parser=_by, metavar="|".join(BY), help="What is told apart.")
    ] = "model",
    page: Page = None,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Impressions, clicks, conversions and dwell of what was served, with 95 % intervals over people.

    Counted from events that carry the recommendation_id of the answer that led to them. What event
    types count as is in the settings (events.kinds).
    """
    from service.api.fairness import FairnessRequest
    from service.api.messages import OnlineBy, OnlineRequest

    from_then = since_of(since, time.time()) if since else 0.0
    request = OnlineRequest(from_then, OnlineBy(by))
    require_page(page)
    fairness = None
    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            found = backend.report_online(request)
            if page is not None:
                fairness = backend.report_fairness(FairnessRequest(from_then))
    else:
        found, fairness = _here(data, config, request, with_fairness=page is not None)
    if page is not None and fairness is not None:
        from service.online.fairness_page import sections
        from service.online.page import page as drawn

        write_page(page, drawn(found, about(found), sections(fairness)))
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


def _here(
    data: Path | None, config: Path | None, request: OnlineRequest, *, with_fairness: bool
) -> tuple[OnlineReport, FairnessReport | None]:
    from service.api.fairness import FairnessRequest
    from service.online.fairness_reading import read_fairness
    from service.online.online import Online, WrittenAnswers

    settings = settings_of(data, config)
    require_data(settings)
    policy, days = settings.events.policy(), settings.online.attribution_days
    with event_log(settings) as log:
        found = Online(log, WrittenAnswers(log), policy, days).report(request)
        if not with_fairness:
            return found, None
        return found, read_fairness(log, policy, days, FairnessRequest(request.since))


@report.command()
def fairness(
    since: Since = "",
    windows: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Spans of time that are compared.")
    ] = 6,
    provider: Annotated[
        str,
        typer.Option(
            parser=_field,
            metavar="FIELD",
            help="What names whose an item is: domain, or an attribute as attributes.brand.",
            show_default=False,
        ),
    ] = "",
    group_by: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Attribute of profiles that makes groups of people.",
            show_default=False,
        ),
    ] = "",
    groups: Annotated[
        Path | None,
        typer.Option(
            callback=local,
            metavar="FILE",
            help="A table with the columns user_id and group.",
            show_default=False,
        ),
    ] = None,
    page: Page = None,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Exposure by age, popularity, category and provider of items; clicks by group of people; and
    concentration over time, with 95 % intervals over people.

    Reads the log of a data folder, also while a server has it open; or asks a server.
    """
    from service.api.fairness import FairnessRequest

    from_then = since_of(since, time.time()) if since else 0.0
    require_page(page)
    request = FairnessRequest(from_then, provider, windows, group_by)
    if server:
        request = replace(request, groupings=_groupings(groups, str))
        with answering(data, config, server, quiet=as_json) as backend:
            found = backend.report_fairness(request)
    else:
        found = _fairness_here(data, config, request, groups)
    if page is not None:
        from service.online.fairness_page import page as drawn

        write_page(page, drawn(found, _counted(found)))
    if as_json:
        output.emit(asdict(found))
    else:
        _show_fairness(found)
    return DONE


def _fairness_here(
    data: Path | None, config: Path | None, request: FairnessRequest, groups: Path | None
) -> FairnessReport:
    from indexer.log.opening import open_event_log
    from service.online.fairness_reading import read_fairness
    from service.storage.pseudonyms import Pseudonyms

    settings = settings_of(data, config)
    require_data(settings)
    pseudonyms = Pseudonyms.of_settings(settings)
    request = replace(request, groupings=_groupings(groups, pseudonyms.of))
    policy, days = settings.events.policy(), settings.online.attribution_days
    with open_event_log(settings.log_url) as log:
        pseudonyms.check(log)
        return read_fairness(log, policy, days, request)


def _groupings(table: Path | None, named: Callable[[str], str]) -> Sequence[UserGrouping]:
    from indexer.ingest.sources.opening import open_sources
    from service.api.fairness import UserGrouping
    from service.online.user_groups import by_table

    if table is None:
        return ()
    (source,) = open_sources([str(table)])
    return [UserGrouping(table.name, by_table(source, named))]


def _counted(found: FairnessReport) -> Mapping[str, str]:
    """What was counted, for people to read."""
    from service.online.fairness_page import interval

    return {
        "answers": f"{found.answers:,}"
        + (f", since {output.minute(found.since)} UTC" if found.since else ""),
        "people": f"{found.people:,}",
        "impressions": f"{found.impressions:,}",
        "items": f"{found.items:,}",
        "Gini coefficient of exposure": interval(found.gini, 3),
        "effective items": interval(found.effective_items, 1),
    }


def _show_fairness(found: FairnessReport) -> None:
    from service.online import fairness_page as shown

    for by in found.exposure:
        rows = [shown.exposure_row(one) for one in shown.shown(by)]
        columns = shown.EXPOSURE
        title = f"Exposure by {by.kind}"
        output.table(columns, rows, title=title, right=columns[1:], whole=columns[:1])
    for by_users in found.users:
        rows = [shown.user_row(one) for one in by_users.groups]
        columns = shown.USERS
        title = f"People by {by_users.kind}"
        output.table(columns, rows, title=title, right=columns[1:], whole=columns[:1])
    if found.windows:
        rows = [shown.window_row(one) for one in found.windows]
        columns = shown.WINDOWS
        output.table(columns, rows, title="Concentration over time", right=columns[1:])
    if found.trends:
        output.table(shown.TRENDS, [shown.trend_row(one) for one in found.trends])
    output.grid(list(_counted(found).items()))
    for note in found.notes:
        output.remark(f"note: {note}")


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
