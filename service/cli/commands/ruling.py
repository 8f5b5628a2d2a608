"""`palate rules`: what the rules of the settings are about, and what they do and cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import open_recommender, require_data, settings_of

if TYPE_CHECKING:
    from service.config import Settings
    from service.rules.preview import RulesPreview
    from service.rules.rule import PlacementRule

rules = typer.Typer(
    help="Rules that move lists (boost, bury, pin, floor, cap, calibrate): what they do, and what they cost.",
    no_args_is_help=True,
)


@rules.callback()
def _group() -> None:
    """So that `preview` stays a command of its own."""


@rules.command()
def preview(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RULE]...", help="Names of rules; by default all.", show_default=False
        ),
    ] = None,
    people: Annotated[
        int, typer.Option(metavar="N", min=1, help="Whose lists are made, drawn at random.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Of the drawing.")] = 0,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Make lists of people in the log with the rules and without: what changes, and what that costs in
    NDCG@10 of what they did last. Times and scenarios of rules are left out of account."""
    settings = settings_of(data, config)
    chosen = _chosen(settings, names or [])
    require_data(settings)
    with output.waiting("loading encoders and model", as_json):
        recommender = open_recommender(settings)
    try:
        with output.progress(as_json) as step:
            found = recommender.preview_rules(
                chosen,
                people=people,
                seed=seed,
                step=lambda done, total: step("people", done, total),
            )
    finally:
        recommender.close()
    if as_json:
        output.emit(asdict(found))
    else:
        _show(found)
    return DONE


def _chosen(settings: Settings, names: Sequence[str]) -> Sequence[PlacementRule]:
    if not settings.rules:
        raise typer.BadParameter("there are no rules: write [[rules]] into palate.toml.")
    known = {rule.name: rule for rule in settings.rules}
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"no rule is called {name!r}; there are {', '.join(known)}.")
    return [known[name] for name in names] or settings.rules


def _show(found: RulesPreview) -> None:
    columns = ["rule", "kind", "items", "places before", "places after"]
    rows = [
        [one.name, one.kind, f"{one.items:,}", f"{one.share_before:.1%}", f"{one.share_after:.1%}"]
        for one in found.rules
    ]
    output.table(columns, rows, right=columns[2:])
    output.say(
        f"{found.people:,} people: {found.lists_changed:.1%} of the lists change, and "
        f"{found.places_changed:.1%} of the first ten places hold what would not be there"
    )
    output.say(
        f"NDCG@10 of what people did last: {found.ndcg_before:.4f} without, {found.ndcg_after:.4f} with rules; "
        f"change {found.change:+.4f} [{found.change_low:+.4f}, {found.change_high:+.4f}]"
    )
    output.say(
        f"divergence from the categories of all that people liked: {found.miscalibration_before:.3f} nats "
        f"without, {found.miscalibration_after:.3f} with rules"
    )
    if any(not one.items for one in found.rules):
        output.remark("note: a rule that is about no item does nothing; look at its filter")
