"""What the demo asks a server through `palate.client`, and how it tells of the answers. Knows no
files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from service.api.messages import RecommendRequest
from service.cli import output, turns
from service.cli.commands.explaining import show_evidence
from service.cli.demo.audience import Audience
from service.cli.remote import Remote
from service.dialogue.dialogue import Dialogue
from service.dialogue.phrasing import Templates
from service.explainer.evidence import Evidence
from service.explainer.languages.codes import language_codes
from service.rpc.conversion.converter import from_message

if TYPE_CHECKING:
    from palate.client import Client
    from palate.v1.recommend_pb2 import RecommendResponse

SHOWN = 5
TALKED_ABOUT = 3
NEW_USER = "newcomer"
SAID = ("a film noir, no horror, before 1960", "something newer", "more like 3, not 2", "why 1?")
NEW_FILM = {
    "item_id": "toy-story-4",
    "domain": "movies",
    "title": "Toy Story 4 (2019)",
    "categories": ["Adventure", "Animation", "Children", "Comedy"],
}
"""It came out after the data end, so no model has met it."""
ASKED = 25
"""People at either end of the affinity to the new film's genres."""
DEEP = 100


def tell(palate: Client, audience: Audience) -> None:
    """The five scenes."""
    user = audience.regular()
    before = _known_user(palate, audience, user)
    _two_events(palate, audience, user, before)
    _conversation(palate)
    _new_film(palate, audience)
    _why(palate, user, before)


def _known_user(palate: Client, audience: Audience, user: str) -> RecommendResponse:
    history = audience.events[user]
    output.heading(f"1. User {user}: {len(history)} ratings, and five films to see next")
    output.say("Of the people with 50 to 150 ratings, this is the one who rated last.")
    latest = [
        [
            audience.films[event.item_id].title,
            ", ".join(audience.films[event.item_id].categories),
            f"{event.value:g}",
        ]
        for event in history[-SHOWN:]
    ]
    output.table(["rated last", "genres", "rating"], latest, right=["rating"])
    answer = palate.recommend(user, k=SHOWN, explain=True)
    _show(answer)
    return answer


def _two_events(palate: Client, audience: Audience, user: str, before: RecommendResponse) -> None:
    genre, films = audience.new_ground(user, 2)
    titles = " and ".join(film.title for film in films)
    output.heading(f"2. User {user} now gives five stars to {titles}")
    output.say(
        f"These are the best-known films they had not rated of {genre}, the genre they had rated least of."
    )
    palate.record_events(
        {"user_id": user, "item_id": film.item_id, "event_type": "rating", "value": 5.0}
        for film in films
    )
    after = palate.recommend(user, k=SHOWN, explain=True)
    _show(after, already={result.item_id for result in before.results})
    gone = {result.item_id: result.item.title for result in before.results}
    for result in after.results:
        gone.pop(result.item_id, None)
    output.say(f"No longer among the five: {', '.join(gone.values()) or 'none'}.")


def _conversation(palate: Client) -> None:
    output.heading("3. Somebody new, who did nothing yet, says what they would like")
    asking = RecommendRequest(user_id=NEW_USER, k=TALKED_ABOUT, explain=True)
    with closing(Remote(palate.address)) as backend:
        dialogue = Dialogue(backend, asking)
        for said in SAID:
            reply = dialogue.hear(said)
            output.say(f"> {said}")
            for note in reply.notes:
                output.say(f"note: {note}")
            turns.show(Templates().words(reply), reply.results, reply.language)
            output.say()


def _new_film(palate: Client, audience: Audience) -> None:
    title, genres = str(NEW_FILM["title"]), NEW_FILM["categories"]
    assert isinstance(genres, list)
    output.heading(
        f"4. {title} is added now: nobody has seen it, and the model was trained without it"
    )
    palate.index_items([{**NEW_FILM, "created_at": time.time()}])
    people = audience.by_affinity(genres)
    fans, others = people[:ASKED], people[-ASKED:]
    ranks = {user: _rank(palate, user) for user in (*fans, *others)}
    reached = [user for user in fans if ranks[user]]
    strangers = sum(ranks[user] > 0 for user in others)
    output.say(
        f"It is among the best {DEEP} of {len(audience.films) + 1:,} films for {len(reached)} of the {ASKED} people who"
        f" like {', '.join(genres)} most, and for {strangers} of the {ASKED} who like them least."
    )
    if not reached:
        return
    fan = min(reached, key=lambda user: ranks[user])
    output.say(
        f"It stands highest for user {fan}: rank {ranks[fan]}. Their favourites of these genres:"
    )
    own = [film.title for film in audience.liked(fan) if set(genres) <= set(film.categories)]
    output.say(f"  {', '.join(own[-SHOWN:])}")
    explanation = palate.explain(str(NEW_FILM["item_id"]), user_id=fan)
    output.say(f"Why: {explanation.text}")


def _why(palate: Client, user: str, answer: RecommendResponse) -> None:
    first = answer.results[0]
    output.heading(
        f"5. Why user {user} was given {first.item.title} first, as it was served in scene 1"
    )
    for language in language_codes():
        said = palate.explain(
            first.item_id, recommendation_id=answer.recommendation_id, language=language
        )
        output.say(f"{said.text}\n")
    show_evidence([from_message(fact, Evidence) for fact in said.evidence])


def _rank(palate: Client, user: str) -> int:
    """Of the new film for a person; 0 when it is not among the best DEEP."""
    results = palate.recommend(user, k=DEEP).results
    return next((result.rank for result in results if result.item_id == NEW_FILM["item_id"]), 0)


def _show(answer: RecommendResponse, already: Sequence[str] | set[str] = ()) -> None:
    for remark in answer.degraded:
        output.say(f"note: {remark}")
    marks = {True: "", False: "new"} if already else {}
    rows: list[list[Any]] = [
        [result.rank, result.item.title, marks.get(result.item_id in already, ""), result.reason]
        for result in answer.results
    ]
    columns = ["#", "film", "", "because"]
    if not already:
        columns, rows = ["#", "film", "because"], [[row[0], row[1], row[3]] for row in rows]
    output.table(columns, rows, right=["#"])
