"""The settings by themselves: documented, closed, frozen, and what their defaults are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from benchmarks.settings import docstrings
from encoders.modality import MODALITIES, ImageModality
from indexer.catalog.event import EventPolicy
from service.config import (
    EncoderSettings,
    EventKindSettings,
    PrivacySettings,
    Settings,
    TrainingSettings,
)
from service.language_model.options import EndpointOptions, LlamaCppOptions


def test_the_default_settings_are_the_default_policy() -> None:
    assert Settings().events.policy() == EventPolicy()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().server.workers = 9


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    inner = [f.annotation for f in model.model_fields.values()]
    found = [m for m in inner if isinstance(m, type) and issubclass(m, BaseModel)]
    return [model, *(deeper for m in found for deeper in _models(m))]


@pytest.mark.parametrize("model", [*_models(Settings), EventKindSettings])
def test_every_field_is_documented_and_every_section_is_closed(model: type[BaseModel]) -> None:
    assert model.__doc__
    assert sorted(set(model.model_fields) - set(docstrings(model))) == []
    with pytest.raises(ValidationError, match="extra_forbidden"):
        model.model_validate({"no_such_field": "x"})
    assert model.model_config.get("frozen") is True


def test_every_modality_has_a_documented_setting() -> None:
    assert set(EncoderSettings.model_fields) == {*MODALITIES, "backend"}


def test_pictures_are_the_default_unless_another_modality_has_an_encoder() -> None:
    assert Settings().encoder_names == {"text": "bundled", "image": "bundled"}
    assert EncoderSettings(audio="mine").names == {"text": "bundled", "audio": "mine"}
    assert EncoderSettings(audio="mine", image="hf:x").names == {
        "text": "bundled",
        "image": "hf:x",
        "audio": "mine",
    }
    assert EncoderSettings(audio="none").image == "bundled"
    assert EncoderSettings(image="none").names == {"text": "bundled", "image": "none"}


def test_a_modality_that_is_new_in_the_table_has_a_setting_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ValidationError, match=r"encoders\.video"):
        Settings(encoders={"video": "mine"})
    monkeypatch.setitem(MODALITIES, "video", ImageModality)
    settings = Settings(encoders={"video": "mine:8", "image": "bundled"})
    assert settings.encoder_names == {"text": "bundled", "image": "bundled", "video": "mine:8"}
    assert Settings(encoders={"video": "mine"}).encoders.image == "none"
    with pytest.raises(ValidationError, match="should be a valid string"):
        Settings(encoders={"video": 3})


HERE = {"kind": "openai", "base_url": "http://here/v1", "model": "shared"}


@pytest.mark.parametrize(
    ("language_model", "openai", "endpoint"),
    [
        ({}, {}, EndpointOptions("", "")),
        (HERE, {}, EndpointOptions("http://here/v1", "shared")),
        (
            HERE | {"timeout_s": 44.0, "structured": False},
            {"model": "own"},
            EndpointOptions("http://here/v1", "own", structured=False, timeout_s=44.0),
        ),
        (
            HERE | {"max_tokens": 99},
            {"base_url": "http://own/v1", "model": "own", "max_tokens": 600},
            EndpointOptions("http://own/v1", "own"),
        ),
        ({"kind": "llama_cpp", "model": "a.gguf"}, {}, EndpointOptions("", "")),
    ],
)
def test_what_is_not_set_for_the_writer_is_as_set_for_the_language_model(
    language_model: dict[str, Any], openai: dict[str, Any], endpoint: EndpointOptions
) -> None:
    settings = Settings(language_model=language_model, explain={"openai": openai})
    assert settings.writer_endpoint == endpoint


def test_the_language_model_is_an_endpoint_a_file_or_none() -> None:
    assert Settings().language_model_options is None
    endpoint = Settings(
        language_model=HERE | {"takes_pictures": True}, openai_api_key="sk-1"
    ).language_model_options
    assert endpoint == EndpointOptions(
        "http://here/v1", "shared", api_key="sk-1", takes_pictures=True, timeout_s=30.0
    )
    assert "sk-1" not in repr(endpoint)
    packaged = Settings(language_model={"kind": "llama_cpp"}).language_model_options
    assert packaged == LlamaCppOptions()
    named = Settings(language_model={"kind": "llama_cpp", "model": "a.gguf", "threads": 3})
    assert named.language_model_options == LlamaCppOptions(Path("a.gguf"), threads=3)
    with pytest.raises(ValidationError, match="needs base_url and model"):
        Settings(language_model={"kind": "openai"})


def test_tenants_have_logs_of_their_own_and_are_not_scrubbed_by_the_clock() -> None:
    one = "postgresql://h/palate"
    with pytest.raises(ValidationError, match=r"write \{tenant\} where its name goes"):
        Settings.model_validate({"tenants": {"enabled": True}, "log": {"url": one}})
    Settings.model_validate({"tenants": {"enabled": True}, "log": {"url": f"{one}_{{tenant}}"}})
    Settings.model_validate({"log": {"url": one}})
    with pytest.raises(ValidationError, match="apart = false does not go with"):
        Settings.model_validate({"tenants": {"enabled": True}, "training": {"apart": False}})
    with pytest.raises(ValidationError, match="scrub_every_h does not go with"):
        Settings.model_validate({"tenants": {"enabled": True}, "server": {"scrub_every_h": 1}})


def test_privacy_is_off_unless_an_epsilon_is_set() -> None:
    assert not PrivacySettings().is_private
    assert PrivacySettings(epsilon=8).is_private


@pytest.mark.parametrize(
    ("privacy", "why"),
    [
        ({"epsilon": -1}, "greater than or equal to 0"),
        ({"epsilon": 8, "delta": 0}, "greater than 0"),
        ({"epsilon": 8, "epsilon_total": 4}, "does not allow one training of epsilon 8"),
    ],
)
def test_a_privacy_that_cannot_be_is_refused(privacy: dict[str, float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PrivacySettings(**privacy)  # type: ignore[arg-type]


def test_private_trainings_are_never_incremental() -> None:
    with pytest.raises(ValueError, match=r"does not go with privacy\.epsilon"):
        Settings(
            privacy=PrivacySettings(epsilon=8), training=TrainingSettings(incremental_every="1d")
        )
