"""`palate chat`: scripts, terminals and programs, in the folder and through a server."""

from __future__ import annotations

import builtins
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.api.messages import ExplainRequest, RecommendRequest
from service.cli.session import open_recommender
from service.errors import StoreUnavailable
from service.operations.switching import Switching
from tests.service import world
from tests.service.cli.conftest import Ran, Run
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
    first, _, row, empty, bye = ran.out.splitlines()
    assert (ran.code, prompts) == (0, ["> ", "> "])
    assert first == "What would you like? “help” says what you can say."
    assert row.split()[:2] == ["1.", "Alien"]
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
    assert "check the address, and that `palate serve` is running there" in ran.err


def test_a_folder_without_data_is_said(run: Run, script: Any) -> None:
    assert "there are no data in" in script(run)(["horror"]).err


def test_a_language_that_replies_are_not_written_in_is_refused(run: Run, script: Any) -> None:
    assert script(run)(["horror"], "--lang", "de").code == 2
