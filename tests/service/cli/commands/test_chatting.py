"""`palate chat`: scripts, terminals and programs, in the folder and through a server."""

from __future__ import annotations

import builtins
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.api.messages import ExplainRequest, RecommendRequest
from service.cli.session import open_recommender
from service.errors import StoreUnavailable
from service.operations.switching import Switching
from tests.service import world
from tests.service.cli.conftest import Ran, Run
from tests.service.language_model.fake_endpoint import (
    Answering,
    FakeEndpoint,
    Reply,
    completion,
)
from tests.service.standin import StandIn, served

Talk = Callable[..., Ran]


class Terminal(io.StringIO):
    """Says that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], Talk]:
    """Runs `palate chat` with these lines on stdin."""

    def of(run: Run) -> Talk:
        def talk(said: Sequence[str], *options: object) -> Ran:
            monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{one}\n" for one in said)))
            return run("chat", *options)

        return talk

    return of


SESSION = ["something with love", "", "under 10", "why 1?", "undo", "start over", "quit", "never"]


def test_a_script_is_answered_in_plain_lines(asking: Run, script: Any) -> None:
    ran = script(asking)(SESSION, "--user", "u0", "-k", 2)
    assert (ran.code, ran.err.count("note: ")) == (0, 1)
    said = ran.out.splitlines()
    assert [line for line in said if line.startswith("> ")] == [
        f"> {one}" for one in SESSION[:-1] if one
    ]
    assert said[:2] == ["> something with love", "Love."]
    assert said[2].startswith("1. ")
    assert " | Love | price " in said[2]
    turns = ran.out.split("> ")[1:]
    assert turns[1].startswith("under 10\nLove, price under 10.\n1. ")
    assert turns[3] == turns[0].replace("something with love\n", "undo\nTaken back. ")
    assert turns[4:] == ["start over\nStarted over. What would you like?\n", "quit\nBye.\n"]


def test_a_program_gets_one_object_for_each_turn(asking: Run, script: Any) -> None:
    ran = script(asking)(["something with love", "no love, no space", "why 1?"], "-k", 2, "--json")
    first, second, third = map(json.loads, ran.out.splitlines())
    assert (ran.code, ran.err) == (0, "")
    assert (first["said"], first["verb"], first["about"]) == (
        "something with love",
        "wish",
        "list",
    )
    assert (first["text"], first["shown"], first["language"]) == ("Love.", [1, 2], "en")
    assert [turn["writer"] for turn in (first, second, third)] == ["template"] * 3
    assert "no model has been trained yet" in first["notes"][0]
    assert second["notes"] == []
    assert first["recommendation_id"] == first["answer"]["recommendation_id"]
    assert first["answer"]["wish"]["parts"][0]["values"] == ["Love"]
    assert second["refines"] == first["recommendation_id"]
    assert (second["about"], second["shown"]) == ("nothing_fits", [])
    assert (third["about"], third["answer"], third["explanation"]) == ("empty", None, None)
    assert third["recommendation_id"] == second["recommendation_id"]


def test_reasons_are_explained_to_programs(asking: Run, script: Any) -> None:
    ran = script(asking)(["show", "what would take 1 off?"], "--user", "u0", "--json")
    explained = json.loads(ran.out.splitlines()[1])
    assert explained["explanation"]["change"] is not None
    assert explained["text"].startswith("1 (")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    """The language model of the settings; it phrases replies, and reads no wishes."""
    endpoint = FakeEndpoint(phrased_as("Okay, it is {}."))
    chosen = {"kind": "openai", "base_url": endpoint.url, "model": "tiny", "reads_wishes": "false"}
    for name, value in chosen.items():
        monkeypatch.setenv(f"PALATE_LANGUAGE_MODEL__{name.upper()}", value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield endpoint
    endpoint.close()


def phrased_as(pattern: str) -> Answering:
    """Says of the facts that it is given what the pattern says of them."""

    def answer(asked: Any) -> Reply:
        task = json.loads(asked["messages"][1]["content"].split("\n")[1])
        told = task["statements"].items()
        return completion({role: pattern.format(", ".join(one["facts"])) for role, one in told})

    return answer


def test_a_language_model_phrases_the_replies_and_the_list_stays(
    asking: Run, script: Any, model: FakeEndpoint
) -> None:
    said = ["something with love", "under 10", "undo"]
    turns = [json.loads(line) for line in script(asking)(said, "-k", 2, "--json").out.splitlines()]
    assert [(turn["text"], turn["writer"]) for turn in turns] == [
        ("Okay, it is Love.", "tiny"),
        ("Okay, it is Love, price under 10.", "tiny"),
        ("Taken back. Okay, it is Love.", "tiny"),
    ]
    reasons = [one["reason"] for one in turns[0]["answer"]["results"]]
    assert all("Love" in reason for reason in reasons)
    assert len(model.asked) == 2


def test_a_language_model_that_says_more_is_not_shown_and_it_is_said_once(
    asking: Run, script: Any, model: FakeEndpoint
) -> None:
    model.replies(phrased_as("Okay, it is {}, and Alien."))
    ran = script(asking)(["something with love", "under 10"], "-k", 2)
    assert "Love, price under 10.\n" in ran.out
    assert "Alien" not in ran.out
    assert ran.err.count("the language model did not phrase the reply, the template did") == 1


def test_a_server_answers_as_the_folder_does(filled: Run, script: Any) -> None:
    options = ("--user", "u0", "-k", 2, "--lang", "zh")
    here = script(filled)(SESSION, *options)
    palate = Switching(open_recommender(world.settings(Path("palate-data").absolute())))
    with served(palate) as address:
        there = script(filled)(SESSION, *options, "--server", address)
    assert (there.code, there.out, there.err) == (0, here.out, here.err)
    assert "Love。" in here.out


def test_every_option_is_asked_for(run: Run, answered: StandIn, script: Any) -> None:
    options = ("--user", "u", "-k", 5, "--domain", "films", "--lang", "zh", "--no-reasons")
    assert script(run)(["horror", "why 1?"], *options).code == 0
    wish = RecommendRequest(
        user_id="u", k=5, domains=["films"], wish="horror", explain=False, language="zh"
    )
    why = ExplainRequest("f1", recommendation_id="rec-1", language="zh")
    assert answered.asked == [("recommend", wish), ("explain", why)]


def test_reasons_are_asked_for_unless_they_are_not_wanted(
    run: Run, answered: StandIn, script: Any
) -> None:
    ran = script(run)(["horror"])
    assert answered.asked[0][1].explain
    assert "Because you watched Aliens." in ran.out
    assert ran.err == "note: no pictures\n"


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_a_terminal_is_greeted_and_left_politely(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    utterances = iter(["horror"])
    prompts = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        for utterance in utterances:
            return utterance
        raise end

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(builtins, "input", typed)
    ran = run("chat")
    first, _, row, picture, sound, empty, bye = ran.out.splitlines()
    assert (ran.code, prompts) == (0, ["> ", "> "])
    assert first == "What would you like? “help” says what you can say."
    assert row.split()[:2] == ["1.", "Alien"]
    assert [line.split()[1] for line in (picture, sound)] == ["posters/f1.jpg", "trailers/f1.ogg"]
    assert (empty, bye) == ("", "Bye.")


def test_ctrl_c_while_something_is_asked_ends_it_politely(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch, script: Any
) -> None:
    monkeypatch.setattr(answered, "error", KeyboardInterrupt())
    ran = script(run)(["horror"])
    assert (ran.code, ran.err) == (0, "")


def test_bytes_that_are_no_text_are_heard_as_far_as_they_are(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"horr\xffr\n"), "utf-8"))
    assert run("chat").code == 0
    assert answered.asked[0][1].wish == "horr\ufffdr"


def test_what_cannot_be_asked_ends_it_as_any_command(
    run: Run, answered: StandIn, script: Any
) -> None:
    answered.error = StoreUnavailable("qdrant", "gone", "start it")
    ran = script(run)(["horror", "undo"])
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("error: ")


def test_a_server_that_is_not_there_is_said(run: Run, script: Any) -> None:
    ran = script(run)(["horror"], "--server", "127.0.0.1:1")
    assert ran.code == 2
    assert "check the address, that `palate serve` is running there" in ran.err


def test_a_folder_without_data_is_said(run: Run, script: Any) -> None:
    assert "there are no data in" in script(run)(["horror"]).err


def test_a_language_that_replies_are_not_written_in_is_refused(run: Run, script: Any) -> None:
    assert script(run)(["horror"], "--lang", "de").code == 2
