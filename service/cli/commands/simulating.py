"""`palate simulate`: what becomes of simulated people under several serving policies, in the long
run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, local, several
from service.cli.pages import require_page, write_page
from service.cli.session import open_recommender, require_data, settings_of

if TYPE_CHECKING:
    from service.evaluation.report import Figure, Report
    from service.simulation.simulate import Simulated

ASSUMED = "Assumed, for no log tells it"
TABLES: Mapping[str, Sequence[str]] = {
    "Takes and staying": (
        "takes_per_round",
        "take_rate",
        "rounds_stayed",
        "retention",
        "least_served",
    ),
    "Discovery": ("clusters_taken", "new_clusters", "new_domains", "tail_takes", "cold_takes"),
    "Room for items": (
        "gini",
        "catalogue_shown",
        "head_exposure",
        "tail_exposure",
        "cold_exposure",
    ),
}
HEADLINES = ("takes_per_round", "rounds_stayed", "retention", "clusters_taken", "gini")
"""Measures of the table of differences; JSON and the page have all of them."""


def simulate(
    rounds: Annotated[int, typer.Option(min=1, help="Lists that each person is shown.")] = 100,
    people: Annotated[
        int, typer.Option(min=2, help="People of the log who are simulated, drawn at random.")
    ] = 200,
    policy: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="greedy, exploration-X, diversity-X, thompson, linucb, popularity, random or "
            "favourites; may be repeated or list several. greedy is always compared; by default all.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer reads the default, nobody writes to it
    k: Annotated[int, typer.Option("-k", "--k", min=1, max=100, help="Length of the lists.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the fit, the people and all chances.")] = 0,
    take_rate: Annotated[
        float,
        typer.Option(
            rich_help_panel=ASSUMED,
            help="Share of first lists of the most popular items that something is taken from.",
        ),
    ] = 0.2,
    position_bias: Annotated[
        float,
        typer.Option(
            rich_help_panel=ASSUMED, help="Rank r is looked at 1 / r^this times as much as rank 1."
        ),
    ] = 1.0,
    fatigue: Annotated[
        float,
        typer.Option(
            rich_help_panel=ASSUMED, help="Logits an item loses each time it is shown in vain."
        ),
    ] = 0.05,
    leaving: Annotated[
        float,
        typer.Option(rich_help_panel=ASSUMED, help="Hazard of leaving for good after a round."),
    ] = 0.002,
    impatience: Annotated[
        float,
        typer.Option(
            rich_help_panel=ASSUMED, help="What each round in a row without a take adds to it."
        ),
    ] = 0.002,
    round_hours: Annotated[
        float, typer.Option(rich_help_panel=ASSUMED, help="Hours from one round to the next.")
    ] = 24.0,
    repetition: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=ASSUMED,
            help="Set what a recent take in the same cluster is worth, in logits, instead of "
            "estimating it: below 0 satiation.",
            show_default=False,
        ),
    ] = None,
    discovery: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=ASSUMED,
            help="Set what a cluster just discovered is worth, likewise.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            callback=local, help="Also write a page with tables and pictures to this .html file."
        ),
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Let people who are simulated from the log live through many rounds of each serving policy, and
    compare.

    A model of people, not people: see docs/simulation.md for what it rests on.
    """
    settings = settings_of(data, config)
    require_data(settings)
    from service.simulation.assumptions import Assumptions
    from service.simulation.page import page
    from service.simulation.plan import Plan
    from service.simulation.policies import DEFAULT_POLICIES
    from service.simulation.simulate import simulate as run

    plan = Plan(
        rounds=rounds,
        people=people,
        k=k,
        policies=several(policy, str) or DEFAULT_POLICIES,
        seed=seed,
        assumptions=Assumptions(
            take_rate=take_rate,
            position_bias=position_bias,
            fatigue=fatigue,
            leaving=leaving,
            impatience=impatience,
            round_hours=round_hours,
            repetition=repetition,
            discovery=discovery,
        ),
    )
    require_page(report)
    with output.progress(as_json) as step:
        recommender = open_recommender(settings)
        try:
            found = run(recommender, plan, output.telling(step))
        finally:
            recommender.close()
    if report is not None:
        write_page(report, page(found))
    if as_json:
        output.emit(_as_json(found))
    else:
        _show(found)
    return DONE


def _as_json(found: Simulated) -> dict[str, Any]:
    return {
        "about": dict(found.about),
        "assumptions": list(found.assumptions),
        "estimates": list(found.estimates),
        "measures": dict(found.measures),
        "figures": json.loads(found.report.to_json()),
        "curves": found.curves,
        "exposure_by_tenth": found.exposure,
    }


def _show(found: Simulated) -> None:
    output.table(["what", ""], list(found.about.items()), title="Simulated", whole=["what"])
    rows = [
        [one["name"], _number(one["value"]), _number(one["error"]), one["meaning"]]
        for one in found.estimates
    ]
    columns = ["name", "value", "std. error", "meaning"]
    right = columns[1:3]
    output.table(columns, rows, title="Estimated from the log", right=right, whole=["name"])
    rows = [[one["name"], _number(one["value"]), one["meaning"]] for one in found.assumptions]
    columns = ["name", "value", "meaning"]
    output.table(columns, rows, title=ASSUMED, right=["value"], whole=["name"])
    for title, measures in TABLES.items():
        _table(found.report, title, measures, "value")
    if len(found.report.systems()) > 1:
        _table(
            found.report, "Minus greedy (*: the interval is clear of 0)", HEADLINES, "minus greedy"
        )
    output.say("± is half a 95 % interval over the simulated people. What each figure is:")
    output.table(["figure", "meaning"], list(found.measures.items()), whole=["figure"])


def _table(report: Report, title: str, measures: Sequence[str], label: str) -> None:
    cells = {
        (one.system, one.metric): _cell(one, signed=label != "value")
        for one in report.figures
        if one.slice == label
    }
    policies = list(dict.fromkeys(policy for policy, _ in cells))
    there = [measure for measure in measures if (policies[0], measure) in cells]
    rows = [[policy, *(cells[policy, measure] for measure in there)] for policy in policies]
    output.table(["policy", *there], rows, title=title, right=there, whole=["policy"])


def _cell(figure: Figure, *, signed: bool) -> str:
    """The value and half the width of its interval; a difference that is not 0 has a star."""
    sign = "+" if signed else ""
    value = f"{figure.value:{sign}.3f}"
    if figure.low is None or figure.high is None:
        return value
    star = "*" if signed and not figure.low <= 0 <= figure.high else ""
    return f"{star}{value} ±{figure.high - figure.value:.3f}"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, int) else f"{value:.3g}"
