"""`palate recommend`, `similar` and `search`: one question each, answered by the data folder or by
a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Domains, Exclude, Filter, Json, K, Language, share
from service.cli.session import answering

if TYPE_CHECKING:
    from service.api.messages import Recommendation


def recommend(
    user: Annotated[
        str, typer.Option("--user", "-u", metavar="ID", help="The person; empty for anybody.")
    ] = "",
    k: K = 0,
    domain: Domains = [],  # noqa: B006 - typer reads the default, nobody writes to it
    filter: Filter = "",
    wish: Annotated[
        str, typer.Option(help="What the person wants now, in words: 'a western, no gore'.")
    ] = "",
    refine: Annotated[
        str,
        typer.Option(
            metavar="RECOMMENDATION_ID",
            help="Go on from this answer: its wish holds on, and --wish may say 'more like 3'.",
        ),
    ] = "",
    taste: Annotated[str, typer.Option(help="What the person likes, in words.")] = "",
    history: Annotated[
        list[str],
        typer.Option(metavar="ID", help="An item of this session, oldest first; may be repeated."),
    ] = [],  # noqa: B006
    exclude: Exclude = [],  # noqa: B006
    include_seen: Annotated[
        bool, typer.Option("--include-seen", help="Let seen items come back.")
    ] = False,
    diversity: Annotated[
        float, typer.Option(parser=share, metavar="0..1", help="How far apart results are.")
    ] = 0.0,
    exploration: Annotated[
        float,
        typer.Option(parser=share, metavar="0..1", help="Room for new and little-known items."),
    ] = 0.0,
    non_profiled: Annotated[
        bool, typer.Option("--non-profiled", help="Use nothing that is known about the person.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="A reason beside every result.")
    ] = False,
    lang: Language = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """What a person might like next, best first."""
    from service.api.messages import Personalization, RecommendRequest

    request = RecommendRequest(
        user_id=user,
        k=k,
        domains=domain,
        filter=filter,
        wish=wish,
        refine_recommendation_id=refine,
        taste=taste,
        history_item_ids=history,
        exclude_item_ids=exclude,
        include_seen=include_seen,
        diversity=diversity,
        exploration=exploration,
        personalization=Personalization.NON_PROFILED if non_profiled else Personalization.FULL,
        explain=explain,
        language=lang,
    )
    with answering(data, config, server, quiet=as_json) as backend:
        answer = backend.recommend(request)
    return _print(answer, as_json)


def similar(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Id of the item.")],
    k: K = 0,
    domain: Domains = [],  # noqa: B006
    filter: Filter = "",
    exclude: Exclude = [],  # noqa: B006
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Items like one item, by content and by who chose both."""
    from service.api.messages import SimilarRequest

    request = SimilarRequest(
        item_id=item, k=k, domains=domain, filter=filter, exclude_item_ids=exclude
    )
    with answering(data, config, server, quiet=as_json) as backend:
        answer = backend.similar_items(request)
    return _print(answer, as_json)


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words to search for.")] = "",
    image: Annotated[
        Path | None,
        typer.Option(
            "--image", metavar="FILE", help="Search for what looks like this picture instead."
        ),
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option("--audio", metavar="FILE", help="Search for what sounds like this instead."),
    ] = None,
    k: K = 0,
    domain: Domains = [],  # noqa: B006
    filter: Filter = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Items for a text, a picture or a sound."""
    from service.api.messages import SearchRequest

    given = (bool(text.strip()), image is not None, audio is not None)
    if sum(given) != 1:
        raise typer.BadParameter("give one of TEXT, --image FILE and --audio FILE.")
    request = SearchRequest(
        text=text,
        image=_content("--image", image),
        audio=_content("--audio", audio),
        k=k,
        domains=domain,
        filter=filter,
    )
    with answering(data, config, server, quiet=as_json) as backend:
        answer = backend.search_items(request)
    return _print(answer, as_json)


def _content(option: str, file: Path | None) -> bytes:
    """The bytes of a file, none where no file is given; BadParameter names the option whose file
    cannot be read."""
    if file is None:
        return b""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{option} {file} cannot be read: {error.strerror}.") from None
    if not content:
        raise typer.BadParameter(f"{option} {file} is empty.")
    return content


def _print(answer: Recommendation, as_json: bool) -> int:
    if as_json:
        output.emit(as_mapping(answer))
        return DONE
    for remark in answer.degraded:
        output.remark(f"note: {remark}")
    if answer.missing_item_ids:
        output.remark(
            f"note: not in the catalogue, and ignored: {', '.join(answer.missing_item_ids)}"
        )
    if answer.wish is not None:
        output.say(_understood(answer))
    show(answer)
    if answer.recommendation_id:
        output.say(
            f"palate explain --recommendation {answer.recommendation_id} --item ID says more."
        )
    return DONE


def _understood(answer: Recommendation) -> str:
    """How the wish was read, in a line of its language."""
    from service.dialogue.phrasing import Templates
    from service.dialogue.reply import About, Reply
    from service.wishes.languages.loading import grammar_of
    from service.wishes.reading import PartKind

    assert answer.wish is not None  # else there is nothing to say
    grammar = grammar_of(answer.wish.text)
    return Templates().words(
        Reply(
            About.LIST,
            "en" if grammar is None else grammar.code,
            answer=answer,
            unknown=answer.wish.of(PartKind.NOT_UNDERSTOOD),
        )
    )


def show(answer: Recommendation) -> None:
    """The results as a table."""
    if not answer.results:
        output.say("Nothing in the catalogue fits.")
        return
    columns = ["#", "item", "title", "score", "sources", "reason"]
    rows: list[list[object]] = [
        [
            result.rank,
            result.item_id,
            result.item.title or result.item_id,
            result.score,
            _first(result.sources),
            result.reason,
        ]
        for result in answer.results
    ]
    if not any(result.reason for result in answer.results):
        columns = columns[:-1]
        rows = [row[:-1] for row in rows]
    output.table(columns, rows, right=["#", "score"])


def _first(sources: Sequence[str]) -> str:
    """The best two; JSON has them all."""
    more = f" +{len(sources) - 2}" if len(sources) > 2 else ""
    return ", ".join(sources[:2]) + more


def as_mapping(answer: Recommendation) -> dict[str, Any]:
    """The answer as JSON has it."""
    from indexer.media.folder import public

    results = [
        {
            "item_id": result.item_id,
            "rank": result.rank,
            "score": result.score,
            "sources": list(result.sources),
            "reason": result.reason,
            "item": public(result.item).to_mapping(),
        }
        for result in answer.results
    ]
    rest = asdict(replace(answer, results=()))
    del rest["results"]
    return {**rest, "results": results}
