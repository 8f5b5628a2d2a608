"""A log with a few items, and a model that describes them over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from encoders.errors import ImageError
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.aspects.content import content_hash
from service.aspects.describer import Describer
from service.aspects.enrichment import Enrichment
from service.aspects.pictures import ItemPictures
from service.aspects.schema import AspectSchemas
from service.aspects.tasks import Task, asked_of
from service.language_model.account import Account
from service.language_model.opening import open_model
from service.language_model.options import EndpointOptions
from tests.service.language_model.fake_endpoint import FakeEndpoint, Reply, completion

SCHEMAS = AspectSchemas({"*": {"mood": "how it feels", "setting": "where it is"}}, max_values=2)
USAGE = (100, 20)
"""Tokens that each answer costs."""


def films(n: int) -> list[Item]:
    return [Item(f"f{i}", "films", f"Film {i}", price=float(i)) for i in range(n)]


def task(item: Item, schemas: AspectSchemas = SCHEMAS) -> Task:
    return Task(item, content_hash(item), asked_of(item, schemas))


def read_item(body: Mapping[str, Any]) -> dict[str, Any]:
    """The item, as the model reads it in a request."""
    content = body["messages"][1]["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    inside = text.split("<item>\n")[1].split("\n</item>")[0]
    item: dict[str, Any] = json.loads(inside)
    return item


def asked_aspects(body: Mapping[str, Any]) -> list[str]:
    properties: dict[str, Any] = body["response_format"]["json_schema"]["schema"]["properties"]
    return list(properties)


def well(body: Mapping[str, Any]) -> Reply:
    """A good answer: every aspect is "<aspect> of <title>"."""
    title = read_item(body).get("title", "it")
    answer = {name: [f"{name} of {title}"] for name in asked_aspects(body)}
    return completion(answer, usage=USAGE)


class Pictures(ItemPictures):
    """Has a picture, or an error, for every item."""

    def __init__(self, picture: str | ImageError) -> None:
        self._picture = picture

    def first(self, item: Item) -> str | None:
        if isinstance(self._picture, ImageError):
            raise self._picture
        return self._picture


@contextmanager
def described_by(
    server: FakeEndpoint,
    *,
    budget_tokens: int = 0,
    items: Sequence[Item] = (),
    pictures: ItemPictures | None = None,
    **options: Any,
) -> Iterator[Run]:
    """A log that holds the items, and a run over it for each call."""
    account = Account(budget_tokens)
    values = {"base_url": server.url, "model": "tiny", "max_retries": 0} | options
    model = open_model(EndpointOptions(**values), account)
    with open_event_log("sqlite://") as log:
        log.put_items(items)
        yield Run(log, Describer(model, pictures), account)
    model.close()


class Run:
    """What runs, with the log that it writes to."""

    def __init__(self, log: EventLog, describer: Describer, account: Account) -> None:
        self.log, self.describer, self.account = log, describer, account

    def enrichment(self, schemas: AspectSchemas = SCHEMAS) -> Enrichment:
        return Enrichment(self.log, schemas, self.describer, self.account.usage)

    def said(self) -> dict[str, list[str]]:
        """Aspects by item id."""
        by_item: dict[str, list[str]] = {}
        for record in self.log.iter_aspects():
            by_item.setdefault(record.item_id, []).append(record.aspect)
        return by_item
