"""One item to what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from encoders.errors import ImageError
from indexer.catalog.item import Item
from service.aspects.describer import Describer
from service.aspects.prompt import prompt_version
from service.language_model.errors import AnswerRefused
from service.language_model.model import Completion
from tests.service.aspects.describing import Pictures, task
from tests.service.language_model.scripted import ScriptedModel

ITEM = Item("a", "films", "Heat", media={"image": ("x.png",)})
ANSWER = Completion('{"mood": ["tense"], "setting": []}', 100, 21)


def test_each_aspect_is_kept_with_model_version_and_its_share_of_the_cost() -> None:
    mood, setting = Describer(ScriptedModel(ANSWER)).describe(task(ITEM)).records
    assert (mood.aspect, mood.values, setting.aspect, setting.values) == (
        "mood",
        ("tense",),
        "setting",
        (),
    )
    assert (mood.tokens, setting.tokens) == (61, 60)
    assert (mood.content_hash, mood.item_id, mood.domain) == (task(ITEM).content_hash, "a", "films")
    assert (mood.model, mood.prompt_version) == ("scripted", prompt_version("how it feels"))
    assert mood.created_at > 1_700_000_000


def _content(model: ScriptedModel) -> Any:
    return model.asked[0][0][1]["content"]


def test_a_picture_is_shown_where_the_model_takes_them() -> None:
    model = ScriptedModel(ANSWER)
    described = Describer(model, Pictures("data:x")).describe(task(ITEM))
    assert (described.warning, _content(model)[1]["image_url"]["url"]) == ("", "data:x")
    blind = ScriptedModel(ANSWER)
    Describer(blind).describe(task(ITEM))
    assert isinstance(_content(blind), str)


def test_a_picture_that_cannot_be_had_is_a_warning() -> None:
    model = ScriptedModel(ANSWER)
    gone = ImageError("x.png", "is gone", "look for it")
    described = Describer(model, Pictures(gone)).describe(task(ITEM))
    assert "'x.png' is gone" in described.warning
    assert len(described.records) == 2
    assert isinstance(_content(model), str)


def test_an_item_with_nothing_to_read_costs_nothing() -> None:
    model = ScriptedModel(ANSWER)
    with pytest.raises(AnswerRefused, match="the item has nothing to read"):
        Describer(model).describe(task(Item("a", "films")))
    assert model.asked == []
    Describer(model, Pictures("data:x")).describe(task(Item("a", "films")))
    assert len(model.asked) == 1
