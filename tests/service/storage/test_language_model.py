"""The language model of the settings."""

from __future__ import annotations

import pytest

from service.config import Settings
from service.errors import ConfigError
from service.language_model import gguf
from service.language_model.account import Account
from service.language_model.usage import Spent
from service.storage.language_model import configured_model, prompt_model
from tests.service.language_model.fake_endpoint import FakeEndpoint, completion
from tests.service.language_model.scripted import MESSAGES, SCHEMA


def test_there_may_be_none() -> None:
    assert configured_model(Settings(), Account()) is None


def test_one_is_asked_once_for_the_same_on_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server, account = FakeEndpoint(completion("{}", usage=(8, 2))), Account()
    settings = Settings(
        language_model={"kind": "openai", "base_url": server.url, "model": "tiny"},
        openai_api_key="sk-4711",
    )
    model = configured_model(settings, account)
    assert model is not None
    for _ in range(2):
        model.complete(MESSAGES, SCHEMA, purpose="wish")
    model.close()
    server.close()
    assert account.usage.by_purpose() == {"wish": Spent(1, 0, 8, 2)}
    assert server.headers[0]["Authorization"] == "Bearer sk-4711"


@pytest.mark.parametrize(("reads", "phrases"), [(True, False), (False, True), (False, False)])
def test_what_somebody_waits_for_has_one_model(reads: bool, phrases: bool) -> None:
    chosen = {
        "kind": "openai",
        "base_url": "http://127.0.0.1:1/v1",
        "model": "tiny",
        "reads_wishes": reads,
        "phrases_replies": phrases,
    }
    model = prompt_model(Settings(language_model=chosen), Account())
    assert (model is not None) == (reads or phrases)
    if model is not None:
        model.close()


def test_what_is_missing_is_a_fault_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"^language_model: install its extra"):
        configured_model(Settings(language_model={"kind": "llama_cpp"}), Account())
