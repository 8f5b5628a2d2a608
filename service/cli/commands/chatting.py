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
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Domains, Json, K, Language
from service.cli.session import talking

if TYPE_CHECKING:
    from service.dialogue.dialogue import Dialogue
    from service.dialogue.phrasing import Phrased, Phrasing
    from service.dialogue.reply import Reply
    from service.language_model.model import LanguageModel

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
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Talk about what to see next: 'a western', 'less violent', 'not 2', 'why 1?', 'undo'.

    Where the settings of the data folder name a language model, it phrases the replies, and what is
    not verified is said by templates. With --server, templates always do.
    """
    from service.api.messages import RecommendRequest
    from service.dialogue.dialogue import Dialogue

    asking = RecommendRequest(user_id=user, k=k, domains=domain, explain=not no_reasons)
    with talking(data, config, server, quiet=as_json) as (backend, model):
        _converse(Dialogue(backend, asking, lang), _phrasing(model), as_json)
    return DONE


def _phrasing(model: LanguageModel | None) -> Phrasing:
    from service.dialogue.model_phrasing import ModelPhrasing
    from service.dialogue.phrasing import Templates

    return Templates() if model is None else ModelPhrasing(model)


def _converse(dialogue: Dialogue, phrasing: Phrasing, as_json: bool) -> None:
    """Until somebody says so, or nothing more is said. Ctrl-C says so, whatever goes on."""
    from service.dialogue.command import Verb

    watched = sys.stdin.isatty() and not as_json
    if watched:
        output.say(phrasing.phrase(dialogue.greeting()).text)
    try:
        for said in _utterances(watched):
            reply = dialogue.hear(said)
            _tell(said, reply, phrasing.phrase(reply), watched, as_json)
            if reply.verb is Verb.QUIT:
                return
    except KeyboardInterrupt:
        pass
    if watched:
        output.say("\n" + phrasing.phrase(dialogue.farewell()).text)


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


def _tell(said: str, reply: Reply, phrased: Phrased, watched: bool, as_json: bool) -> None:
    from service.cli import turns

    if as_json:
        output.emit(_mapping(said, reply, phrased), indent=None)
        return
    for note in _notes(reply, phrased):
        output.remark(f"note: {note}")
    if watched:
        turns.show(phrased.text, reply.results, reply.language)
        return
    for line in (PROMPT + said, *turns.lines(phrased.text, reply.results, reply.language)):
        output.line(line)


def _notes(reply: Reply, phrased: Phrased) -> list[str]:
    """What was missing, where it has not been said yet."""
    return [*reply.notes, *filter(None, [phrased.note])]


def _mapping(said: str, reply: Reply, phrased: Phrased) -> dict[str, Any]:
    """One turn as JSON has it.

    `writer`: whose words are in the text. `shown`: ranks of the results that are to be shown now;
    where there are none to be shown, the answer that the conversation is at goes by its id.
    """
    from service.dialogue.reply import LISTS

    at = reply.answer
    return {
        "said": said,
        "verb": reply.verb,
        "about": reply.about,
        "language": reply.language,
        "text": phrased.text,
        "writer": phrased.writer,
        "notes": _notes(reply, phrased),
        "refines": reply.refines,
        "shown": [result.rank for result in reply.results],
        "blocking": [part.text for part in reply.blocking.parts],
        "recommendation_id": "" if at is None else at.recommendation_id,
        "answer": as_mapping(at) if at is not None and reply.about in LISTS else None,
        "explanation": None if reply.explanation is None else asdict(reply.explanation),
    }
