"""The settings by themselves: documented, closed, frozen, and what their defaults are."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from encoders.modality import MODALITIES, ImageModality
from indexer.catalog.event import EventPolicy
from service.config import EncoderSettings, EventKindSettings, Settings


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
    assert [name for name, field in model.model_fields.items() if not field.description] == []
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
