"""Describer: one item to what a model says of it, or why it says nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from encoders.errors import MediaError
from indexer.log.event_log import AspectRecord
from service.aspects.answer import read_answer
from service.aspects.content import readable
from service.aspects.pictures import ItemPictures
from service.aspects.prompt import messages, prompt_version
from service.aspects.tasks import Task
from service.language_model.errors import AnswerRefused
from service.language_model.model import Completion, LanguageModel

PURPOSE = "aspects"


@dataclass(frozen=True, slots=True)
class Description:
    """What was said of an item, as it is kept."""

    records: Sequence[AspectRecord]
    """One for each aspect of the task."""
    warning: str = ""
    """What the model was not shown, and why."""


class Describer:
    """Called from several threads at once."""

    def __init__(self, model: LanguageModel, pictures: ItemPictures | None = None) -> None:
        """`pictures` where the model takes them."""
        self._model, self._pictures = model, pictures

    def describe(self, task: Task) -> Description:
        """LanguageModelFailed where there is no answer, AnswerRefused where it is not as asked."""
        content = readable(task.item)
        pictures, warning = self._pictures_of(task)
        if not content and not pictures:
            raise AnswerRefused(["the item has nothing to read"])
        asked = messages(content, task.schema, pictures)
        answer = self._model.complete(asked, task.schema.json_schema(), purpose=PURPOSE)
        return Description(self._records(task, answer), warning)

    def _pictures_of(self, task: Task) -> tuple[Sequence[str], str]:
        """The first one, or why there is none although the item has some."""
        if self._pictures is None:
            return (), ""
        try:
            picture = self._pictures.first(task.item)
        except MediaError as error:
            return (), str(error)
        return ((picture,) if picture else ()), ""

    def _records(self, task: Task, answer: Completion) -> list[AspectRecord]:
        """Of the cost each has an equal share, the first ones one token more."""
        said = read_answer(answer.text, task.schema)
        now, (share, rest) = time.time(), divmod(answer.tokens, len(said))
        return [
            AspectRecord(
                content_hash=task.content_hash,
                aspect=name,
                values=values,
                item_id=task.item.item_id,
                domain=task.item.domain,
                model=self._model.name,
                prompt_version=prompt_version(task.schema.aspects[name]),
                tokens=share + (place < rest),
                created_at=now,
            )
            for place, (name, values) in enumerate(said.items())
        ]
