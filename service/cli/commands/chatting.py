"""`palate chat`: a conversation about what to see next, over the same calls as `recommend` and
`explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.commands.asking import as_mapping
from service.cli.files import DONE
from service.cli.options import Config, Data, Domains, Json, K, Language, Server
from service.cli.session import answering

if TYPE_CHECKING:
    from service.dialogue.dialogue import Dialogue
    from service.dialogue.phrasing import Phrasing
    from service.dialogue.reply import Reply

PROMPT = "> "


def chat(
    user: Annotated[
        str, typer.Option("--user", "-u", metavar="ID", help="The person; empty for anybody.")
    ] = "",
    k: K = 0,
    domain: Domains = [],  # noqa: B006 - typer reads the default, nobody writes to it
    lang: Language = "",
    no_reasons: Annotated[
        bool, typer.Option("--no-reasons", help="No reasons beside the list, which is faster.")
    ] = False,
    data: Data = None,
    config: Config = None,
    server: Server = "",
    as_json: Json = False,
) -> int:
    """Talk about what to see next: 'a western', 'less violent', 'not 2', 'why 1?', 'undo'."""
    from service.api.messages import RecommendRequest
    from service.dialogue.dialogue import Dialogue
    from service.dialogue.phrasing import Templates

    asking = RecommendRequest(user_id=user, k=k, domains=domain, explain=not no_reasons)
    with answering(data, config, server, quiet=as_json) as backend:
        _converse(Dialogue(backend, asking, lang), Templates(), as_json)
    return DONE


def _converse(dialogue: Dialogue, phrasing: Phrasing, as_json: bool) -> None:
    """Until somebody says so, or nothing more is said. Ctrl-C says so, whatever goes on."""
    from service.dialogue.command import Verb

    watched = sys.stdin.isatty() and not as_json
    if watched:
        output.say(phrasing.words(dialogue.greeting()))
    try:
        for said in _utterances(watched):
            reply = dialogue.hear(said)
            _tell(said, reply, phrasing.words(reply), watched, as_json)
            if reply.verb is Verb.QUIT:
                return
    except KeyboardInterrupt:
        pass
    if watched:
        output.say("\n" + phrasing.words(dialogue.farewell()))


def _utterances(watched: bool) -> Iterator[str]:
    """What is typed, or the lines of stdin; without the empty ones."""
    if watched:
        with suppress(ImportError):
            import readline  # noqa: F401 - arrows move in the line, and through those before
    elif isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while True:
        try:
            line = input(PROMPT) if watched else next(sys.stdin)
        except (EOFError, StopIteration):
            return
        if line.strip():
            yield line.strip()


def _tell(said: str, reply: Reply, words: str, watched: bool, as_json: bool) -> None:
    from service.cli import turns

    if as_json:
        output.emit(_mapping(said, reply, words), indent=None)
        return
    for note in reply.notes:
        output.remark(f"note: {note}")
    if watched:
        turns.show(words, reply.results, reply.language)
        return
    for line in (PROMPT + said, *turns.lines(words, reply.results, reply.language)):
        output.line(line)


def _mapping(said: str, reply: Reply, words: str) -> dict[str, Any]:
    """One turn as JSON has it. `shown`: ranks of the results that are to be shown now; where there
    are none to be shown, the answer that the conversation is at goes by its id."""
    from service.dialogue.reply import LISTS

    at = reply.answer
    return {
        "said": said,
        "verb": reply.verb,
        "about": reply.about,
        "language": reply.language,
        "text": words,
        "refines": reply.refines,
        "shown": [result.rank for result in reply.results],
        "blocking": [part.text for part in reply.blocking.parts],
        "recommendation_id": "" if at is None else at.recommendation_id,
        "answer": as_mapping(at) if at is not None and reply.about in LISTS else None,
        "explanation": None if reply.explanation is None else asdict(reply.explanation),
    }
