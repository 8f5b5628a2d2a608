"""From options to a model that is counted and remembers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from service.language_model import gguf
from service.language_model.account import Account
from service.language_model.errors import LanguageModelUnavailable
from service.language_model.opening import open_model
from service.language_model.options import EndpointOptions, LlamaCppOptions
from service.language_model.usage import Spent
from tests.service.language_model.fake_endpoint import FakeEndpoint, completion
from tests.service.language_model.made_up_llama import install
from tests.service.language_model.scripted import MESSAGES, SCHEMA


@pytest.mark.parametrize(("max_cached", "requests"), [(0, 2), (5, 1)])
def test_what_an_endpoint_says_is_counted_and_kept(
    monkeypatch: pytest.MonkeyPatch, max_cached: int, requests: int
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server, account = FakeEndpoint(completion("{}", usage=(8, 2))), Account()
    model = open_model(EndpointOptions(server.url, "m"), account, max_cached=max_cached)
    for _ in range(2):
        assert model.complete(MESSAGES, SCHEMA, purpose="p").text == "{}"
    model.close()
    server.close()
    assert account.usage.total() == Spent(requests, 0, 8 * requests, 2 * requests)
    assert len(server.asked) == requests


def test_a_file_is_opened_in_this_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, "{}")
    file = tmp_path / "tiny.gguf"
    file.touch()
    account = Account()
    model = open_model(LlamaCppOptions(file), account)
    assert (model.name, model.complete(MESSAGES, SCHEMA, purpose="p").text) == ("tiny", "{}")
    assert account.usage.total() == Spent(1, 0, 10, 1)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "service.language_model.endpoint", None)
    with pytest.raises(LanguageModelUnavailable, match=r"pip install 'palate\[openai\]'"):
        open_model(EndpointOptions("http://x/v1", "m"), Account())
    monkeypatch.setattr(gguf, "find_spec", lambda name: object())
    with pytest.raises(LanguageModelUnavailable, match=r"language_model\.model is .*gone\.gguf"):
        open_model(LlamaCppOptions(tmp_path / "gone.gguf"), Account())
