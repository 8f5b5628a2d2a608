"""`palate enrich`: a language model describes the items of the log; what it said is listed and
dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json
from service.cli.session import event_log, require_data, settings_of

if TYPE_CHECKING:
    from service.aspects.enrichment import EnrichReport, Standing
    from service.aspects.overview import AspectCount
    from service.config import Settings
    from service.language_model.account import Account
    from service.language_model.model import LanguageModel

SHOWN_FAILURES = 10
SHOWN_VALUES = 3

enrich = typer.Typer(help="Let a language model describe the items: mood, theme, audience, ...")

OfDomain = Annotated[
    str,
    typer.Option("--domain", "-d", metavar="NAME", help="Only this domain.", show_default=False),
]


@enrich.callback(invoke_without_command=True)
def describe(
    context: typer.Context,
    domain: OfDomain = "",
    limit: Annotated[
        int, typer.Option(metavar="N", min=0, help="At most so many items; 0 means all.")
    ] = 0,
    budget_tokens: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="At most so many tokens; 0 means as in the settings."
        ),
    ] = 0,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Describe the items that are not described yet, by the model of [language_model].

    What it says is kept as it comes: stop it at any time, and call it again to go on. Which aspects:
    [enrich.aspects.DOMAIN] in the settings. Exit code 1: some items failed, or the budget was spent.
    """
    if context.invoked_subcommand is not None:
        return DONE
    settings = settings_of(data, config)
    require_data(settings)
    from service.language_model.account import Account

    account = Account(budget_tokens or settings.language_model.budget_tokens)
    with _opened(settings, account) as model, output.progress(as_json) as step:
        report = _described(settings, model, account, domain or None, limit or None, _telling(step))
    if as_json:
        output.emit(asdict(report))
    else:
        _show(report)
    return IN_PART if report.failed or report.stopped else DONE


@enrich.command("list")
def list_aspects(
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="Id of one item.", show_default=False)
    ] = "",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """What was said, in all or of one item; and what of it is stale, since the item has another
    text now."""
    settings = settings_of(data, config)
    require_data(settings)
    if item:
        return _list_item(settings, item, as_json)
    from service.aspects.overview import overview

    with event_log(settings) as log:
        counts = overview(log)
    if as_json:
        output.emit([_count_row(count) for count in counts])
    elif counts:
        _table([_count_row(count) for count in counts], right=("items", "stale", "tokens"))
    else:
        output.say("Nothing is described yet; `palate enrich` does it.")
    return DONE


@enrich.command()
def drop(
    domain: OfDomain = "",
    aspect: Annotated[
        str, typer.Option(metavar="NAME", help="Only this aspect.", show_default=False)
    ] = "",
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Only what this model said.", show_default=False)
    ] = "",
    stale: Annotated[
        bool, typer.Option("--stale", help="Only what was said of texts that no item has now.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Delete what was said, where all that is given applies; the next `palate enrich` asks again."""
    chosen = {
        name: value or None
        for name, value in zip(("domain", "aspect", "model"), (domain, aspect, model), strict=True)
    }
    if not stale and not any(chosen.values()):
        raise typer.BadParameter("give at least one of --domain, --aspect, --model and --stale.")
    settings = settings_of(data, config)
    require_data(settings)
    if not yes:
        typer.confirm(f"delete what was said of items of {settings.data}?", abort=True, err=True)
    from service.aspects.overview import stale_hashes

    with event_log(settings) as log:
        dropped = log.delete_aspects(stale_hashes(log) if stale else None, **chosen)
    if as_json:
        output.emit({"dropped": dropped})
    else:
        output.say(f"{dropped:,} aspects are deleted")
    return DONE


@contextmanager
def _opened(settings: Settings, account: Account) -> Iterator[LanguageModel]:
    """ConfigError where there is no model, or where something is missing."""
    from service.errors import ConfigError
    from service.storage.language_model import configured_model

    model = configured_model(settings, account)
    if model is None:
        raise ConfigError(
            "there is no language model; set language_model.kind to openai (with base_url and model)"
            " or llama_cpp"
        )
    try:
        yield model
    finally:
        model.close()


def _described(
    settings: Settings,
    model: LanguageModel,
    account: Account,
    domain: str | None,
    limit: int | None,
    tell: Callable[[Standing], None],
) -> EnrichReport:
    from service.aspects.describer import Describer
    from service.aspects.enrichment import Enrichment
    from service.aspects.pictures import ItemPictures
    from service.aspects.schema import AspectSchemas
    from service.storage.data_folder import media_of

    schemas = AspectSchemas(settings.enrich.aspects, settings.enrich.max_values)
    pictures = ItemPictures(media_of(settings)) if model.takes_pictures else None
    with event_log(settings) as log:
        run = Enrichment(log, schemas, Describer(model, pictures), account.usage)
        return run.run(domain, limit=limit, parallel=settings.enrich.parallel, tell=tell)


def _telling(step: output.Step) -> Callable[[Standing], None]:
    def tell(now: Standing) -> None:
        cost = f"{now.tokens:,} tokens, about {now.tokens_to_go:,} to go"
        step(f"describing: {cost}", now.done, now.total)

    return tell


def _show(report: EnrichReport) -> None:
    spent = report.spent
    output.say(
        f"{report.described:,} items are described, for {spent.input_tokens:,} tokens read and"
        f" {spent.output_tokens:,} written in {spent.requests:,} requests"
    )
    for what, rows in (("failed", report.failed), ("without a picture", report.warnings)):
        if rows:
            output.table(["item", "why"], rows[:SHOWN_FAILURES], title=f"{len(rows):,} {what}")
    if report.stopped:
        output.remark(f"stopped: {report.stopped}")
    if report.left:
        rest = f", about {report.tokens_to_go:,} tokens" if report.tokens_to_go else ""
        output.say(f"{report.left:,} items are left{rest}; call it again to go on")


def _list_item(settings: Settings, item_id: str, as_json: bool) -> int:
    from service.aspects.overview import of_item
    from service.errors import ItemNotFound

    with event_log(settings) as log:
        said = of_item(log, item_id)
        if not said and not log.get_items([item_id]):
            raise ItemNotFound(item_id)
    rows = [
        {
            "aspect": record.aspect,
            "values": list(record.values),
            "state": state,
            "model": record.model,
            "prompt": record.prompt_version,
            "described": output.minute(record.created_at),
            "tokens": record.tokens,
        }
        for record, state in said
    ]
    if as_json:
        output.emit(rows)
    elif rows:
        _table(rows, right=("tokens",))
    else:
        output.say(f"Nothing was said of {item_id!r} yet; `palate enrich` does it.")
    return DONE


def _count_row(count: AspectCount) -> dict[str, Any]:
    return {
        "domain": count.domain,
        "aspect": count.aspect,
        "model": count.model,
        "prompt": count.prompt_version,
        "items": count.contents,
        "stale": count.stale,
        "tokens": count.tokens,
        "values": [value for value, _ in count.values.most_common(SHOWN_VALUES)],
    }


def _table(rows: Sequence[dict[str, Any]], right: Sequence[str]) -> None:
    shown = [
        [", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
        for row in rows
    ]
    output.table(list(rows[0]), shown, right=right)
