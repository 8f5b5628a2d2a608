"""`palate explain`: the reason in words, or a person's taste, and the evidence it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, Language
from service.cli.session import answering

if TYPE_CHECKING:
    from service.api.messages import Explanation, TasteSummary
    from service.explainer.evidence import Evidence


def explain(
    item: Annotated[
        str,
        typer.Option(
            "--item", "-i", metavar="ID", help="What was recommended.", show_default=False
        ),
    ] = "",
    user: Annotated[
        str, typer.Option("--user", "-u", metavar="ID", help="To whom, as things stand now.")
    ] = "",
    recommendation: Annotated[
        str,
        typer.Option(
            "--recommendation", "-r", metavar="ID", help="Or in which answer, as it was served."
        ),
    ] = "",
    lang: Language = "",
    writer: Annotated[
        str, typer.Option(metavar="NAME", help="Who writes the text; else as configured.")
    ] = "",
    instead_of: Annotated[
        str,
        typer.Option(
            "--instead-of", metavar="ID", help="Why the item and not this one.", show_default=False
        ),
    ] = "",
    change: Annotated[
        bool, typer.Option("--change", help="Also what it would take for it not to be there.")
    ] = False,
    wish: Annotated[
        str, typer.Option(help="What the user wants now, in words; beside --user.")
    ] = "",
    taste: Annotated[str, typer.Option(help="What the user likes, in words; beside --user.")] = "",
    profile: Annotated[
        bool,
        typer.Option(
            "--profile",
            help="No item, but the taste of the user, as it is read from what they did.",
        ),
    ] = False,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Why an item was, or would be, recommended; or what the service thinks of a user (--profile)."""
    from service.api.messages import ExplainRequest, TasteRequest

    if profile:
        _check_profile(user, item, recommendation, instead_of, change)
        with answering(data, config, server, quiet=as_json) as backend:
            summary = backend.describe_taste(TasteRequest(user, lang, writer))
        if as_json:
            output.emit(asdict(summary))
        else:
            show_taste(summary)
        return DONE
    if not item:
        raise typer.BadParameter("give --item ID, or --profile for the taste of a user.")
    if bool(user) == bool(recommendation):
        raise typer.BadParameter("give either --user ID or --recommendation ID.")
    if recommendation and (wish or taste):
        raise typer.BadParameter("--wish and --taste go with --user: an answer has its own words.")
    request = ExplainRequest(
        item_id=item,
        recommendation_id=recommendation,
        user_id=user,
        language=lang,
        writer=writer,
        instead_of_item_id=instead_of,
        change=change,
        wish=wish,
        taste=taste,
    )
    with answering(data, config, server, quiet=as_json) as backend:
        explanation = backend.explain(request)
    if as_json:
        output.emit(asdict(explanation))
    else:
        show(explanation)
    return DONE


def _check_profile(
    user: str, item: str, recommendation: str, instead_of: str, change: bool
) -> None:
    """BadParameter names the options that --profile needs or does not take."""
    if not user:
        raise typer.BadParameter("--profile needs --user ID.")
    others = {
        "--item": bool(item),
        "--recommendation": bool(recommendation),
        "--instead-of": bool(instead_of),
        "--change": change,
    }
    given = [name for name, is_given in others.items() if is_given]
    if given:
        raise typer.BadParameter(f"--profile is about no item: leave out {' and '.join(given)}.")


def show_taste(summary: TasteSummary) -> None:
    """The text, who wrote it, and the facts as a table."""
    for remark in summary.degraded:
        output.remark(f"note: {remark}")
    output.say(f"User {summary.user_id}\n{summary.text}")
    output.say(f"(written by {summary.writer})")
    output.table(
        ["fact", "what"],
        [[fact.kind.value.replace("_", " "), said(fact)] for fact in summary.evidence],
    )


def show(explanation: Explanation) -> None:
    """The text, who wrote it, and the evidence as a table."""
    for remark in explanation.degraded:
        output.remark(f"note: {remark}")
    output.say(f"{explanation.title or explanation.item_id}\n{explanation.text}")
    version = explanation.model_version
    model = f"model {version}" if version else "no trained model"
    output.say(f"({model}; written by {explanation.writer})")
    show_evidence(explanation.evidence)
    if explanation.parameters:
        weights = sorted(explanation.parameters.items(), key=lambda pair: -pair[1])
        output.say("What counted: " + ", ".join(f"{name} {share:.0%}" for name, share in weights))
    if explanation.change is not None:
        nothing = "Taking away up to 5 items of the history would not take it off the list."
        output.say(explanation.change.text or nothing)
    feedback = explanation.less_of_this
    if feedback is not None:
        output.say(
            f"Less of this: record an event {feedback.event_type} of user {feedback.user_id}"
            f" on item {feedback.item_id}."
        )


def show_evidence(evidence: Sequence[Evidence]) -> None:
    """One row per fact, strongest first. Facts of share 0 were looked up, not measured."""
    rows = [
        [f"{fact.weight:.0%}" if fact.weight else "", fact.kind.value.replace("_", " "), said(fact)]
        for fact in evidence
    ]
    output.table(["share", "evidence", "what"], rows, right=["share"])


def said(fact: Evidence) -> str:
    """The fields of a fact that are set, for people who check."""
    parts = [
        _about(fact),
        _named(fact),
        f"{fact.low:g} to {fact.high:g}" if fact.high or fact.low else "",
        _counted(fact),
        f"{fact.earlier_count:,} of {fact.earlier_total:,} before" if fact.earlier_total else "",
        f"since {fact.since}" if fact.since else "",
        f"{fact.lift:.2f} times the share at large" if fact.lift else "",
        f"more than {fact.percentile:.0%} of the catalogue" if fact.percentile else "",
        f"similarity {fact.similarity:.2f}" if fact.similarity else "",
        f"score drops {fact.score_drop:.3f} without it" if fact.score_drop else "",
    ]
    return ", ".join(part for part in parts if part)


def _about(fact: Evidence) -> str:
    """The item of a fact, and what the user did with it."""
    item = fact.title or fact.item_id
    event = fact.event_type
    if fact.event_value is not None:
        event = f"{event} {fact.event_value:g}"
    return f"{item} ({event})" if item and event else item


def _named(fact: Evidence) -> str:
    """The name and the value of a fact, but for what counted people did: their number says that."""
    name = "" if fact.kind.value in _OF_PEOPLE else fact.name
    return f"{name}: {fact.value}" if name and fact.value else name or fact.value


def _counted(fact: Evidence) -> str:
    """How many, and of what."""
    if fact.total:
        return f"{fact.count:,} of {fact.total:,}"
    if not fact.count:
        return ""
    what = _COUNTED.get(fact.kind.value, "people")
    if fact.kind.value in _OF_PEOPLE and fact.name:
        what += f" by {fact.name}"
    days = f" in {fact.window_days} days" if fact.window_days else ""
    return f"{fact.count:,} {what}{days}"


_OF_PEOPLE = ("co_engagement", "popularity", "trend")
"""Facts whose name is what the counted people did."""
_COUNTED = {
    "category": "of the history",
    "attribute": "of the history",
    "aspect": "of the history",
    "newness": "days old",
    "cold_start": "events known",
}
"""What `Evidence.count` counts, where it is not people."""
