"""A language is a folder; a third one is written, verified and listed, and nothing else names it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
import typer

from palate.v1 import explain_pb2, explain_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.cli.options import language as language_option
from service.config_file import load_settings
from service.errors import ConfigError
from service.explainer import languages
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.verifier import verify
from service.rpc.conversion.requests import explain_request
from service.rpc.server import serve
from tests.service import world
from tests.service.explainer.made_up import COLLATERAL, NOBODY, RICH, TASTE_FACTS

CODE = "xx"
ENGLISH = Path(languages.__path__[0]) / "en"
RENAMED = {
    'code="en"': f'code="{CODE}"',
    "languages.en.": f"languages.{CODE}.",
    "this film": "yon film",
}


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A copy of English that calls a film yon film, in another folder on the package's path."""
    folder = tmp_path / CODE
    folder.mkdir()
    for file in ENGLISH.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        for ours, theirs in RENAMED.items():
            text = text.replace(ours, theirs)
        (folder / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(tmp_path)])
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    language_codes.cache_clear()
    load_language.cache_clear()
    for name in [name for name in sys.modules if f".languages.{CODE}" in name]:
        del sys.modules[name]


def test_the_folders_are_the_languages() -> None:
    assert language_codes() == ("en", "zh")


@pytest.mark.usefixtures("third")
def test_a_third_language_is_listed() -> None:
    assert language_codes() == ("en", CODE, "zh")


@pytest.mark.usefixtures("third")
@pytest.mark.parametrize("length", ["line", "paragraph"])
def test_a_third_language_is_written_and_verified(length: Length) -> None:
    text = TemplateWriter().write(COLLATERAL, RICH, CODE, length=length)
    assert verify(text, COLLATERAL, RICH, CODE) == []
    lie = "Yon film is the best."
    assert "says 'best', which the evidence does not support" in verify(lie, COLLATERAL, RICH, CODE)


@pytest.mark.usefixtures("third")
def test_the_words_of_a_language_are_its_own() -> None:
    popular = "Yon film is popular, chosen by 1,204 people in the last 30 days."
    assert verify(popular, COLLATERAL, RICH, CODE) == []
    assert verify(popular, COLLATERAL, RICH, "en") != []


@pytest.mark.usefixtures("third")
def test_a_taste_is_written_and_verified_in_a_third_language() -> None:
    text = TemplateWriter().write(NOBODY, TASTE_FACTS, CODE, length="profile")
    assert verify(text, NOBODY, TASTE_FACTS, CODE) == []
    assert "Sci-Fi" in text


@pytest.mark.usefixtures("third")
def test_a_third_language_passes_every_gate() -> None:
    assert load_settings(overrides={"explain": {"language": CODE}}).explain.language == CODE
    assert language_option(CODE) == CODE
    asked = explain_pb2.ExplainRequest(item_id="i", user_id="u", language=CODE)
    assert explain_request(asked, "en").language == CODE


def test_without_its_folder_it_passes_none() -> None:
    with pytest.raises(ConfigError, match=CODE):
        load_settings(overrides={"explain": {"language": CODE}})
    with pytest.raises(typer.BadParameter, match=CODE):
        language_option(CODE)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a real server of the small world."""
    stop, loaded = asyncio.Event(), asyncio.Event()
    addresses: list[str] = []
    done = asyncio.create_task(
        serve(
            world.settings(folder, server={"address": "127.0.0.1:0"}),
            lambda _: world.filled(folder),
            stop=stop,
            on_listening=addresses.append,
            on_loaded=lambda _: loaded.set(),
        )
    )
    await asyncio.wait_for(loaded.wait(), 60)
    async with grpc.aio.insecure_channel(addresses[0]) as channel:
        yield channel
        stop.set()
        await done


@pytest.mark.usefixtures("third")
async def test_a_server_answers_in_a_third_language(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as channel:
        stub = explain_pb2_grpc.ExplainServiceStub(channel)
        explained = await stub.Explain(
            explain_pb2.ExplainRequest(item_id="i8", user_id="u0", language=CODE)
        )
        profile = await stub.DescribeTaste(
            explain_pb2.DescribeTasteRequest(user_id="u0", language=CODE)
        )
        listed = await recommend_pb2_grpc.RecommendServiceStub(channel).Recommend(
            recommend_pb2.RecommendRequest(user_id="u0", k=10, explain=True, language=CODE)
        )
    assert (explained.language, explained.writer, len(explained.degraded)) == (CODE, "template", 0)
    assert (profile.language, "Space" in profile.text) == (CODE, True)
    reasons = " ".join([explained.text, *(result.reason for result in listed.results)]).lower()
    assert "yon film" in reasons
    assert "this film" not in reasons
