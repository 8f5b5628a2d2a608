"""The calls of a client for notebooks: tables in, answers that show themselves and become tables.

    shop = palate.open("palate-data")            # or palate.connect("127.0.0.1:50051")
    shop.index(items)                            # a DataFrame of pandas or Polars, or dictionaries
    shop.record(events)
    shop.train()
    shop.recommend("u1", wish="something warm, under 50")

What is not here is at `client`, which is a `palate.client.Client`. Knows nothing of how the calls are
carried.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from palate import frames, html
from palate.client import Client
from palate.v1 import catalog_pb2, explain_pb2, model_pb2, recommend_pb2

ITEMS_PER_CALL = 500
EVENTS_PER_CALL = 5_000
_FIGURE_PARTS = 3

_Listed = (
    recommend_pb2.RecommendResponse
    | recommend_pb2.SimilarItemsResponse
    | recommend_pb2.SearchItemsResponse
)


@dataclass(frozen=True, repr=False)
class Items:
    """A list of items, best first. `message` is the answer as it came."""

    message: _Listed
    pictures: Path | None = None

    def __len__(self) -> int:
        return len(self.message.results)

    def __iter__(self) -> Iterator[recommend_pb2.ScoredItem]:
        return iter(self.message.results)

    def __getitem__(self, place: int) -> recommend_pb2.ScoredItem:
        return self.message.results[place]

    def __repr__(self) -> str:
        lines = [
            f"{one.rank}. {one.item.title or one.item_id}  {one.reason}".rstrip() for one in self
        ]
        return "\n".join([*self.message.degraded, *lines]) or "no items"

    @property
    def recommendation_id(self) -> str:
        """By which an explanation asks for this list; empty for lists that are not kept."""
        return str(getattr(self.message, "recommendation_id", ""))

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each result: rank, item_id, score, title, categories, price, reason, sources."""
        return [
            {
                "rank": one.rank,
                "item_id": one.item_id,
                "score": one.score,
                "title": one.item.title,
                "categories": list(one.item.categories),
                "price": one.item.price if one.item.HasField("price") else None,
                "reason": one.reason,
                "sources": list(one.sources),
            }
            for one in self
        ]

    def to_pandas(self) -> Any:
        """A pandas DataFrame of `rows`."""
        return frames.to_pandas(self.rows())

    def to_polars(self) -> Any:
        """A Polars DataFrame of `rows`."""
        return frames.to_polars(self.rows())

    def _repr_html_(self) -> str:
        return html.notes(self.message.degraded) + html.results(self.message.results, self.pictures)


@dataclass(frozen=True, repr=False)
class Why:
    """A text and what it rests on: an explanation, or a taste."""

    message: explain_pb2.ExplainResponse | explain_pb2.DescribeTasteResponse

    def __repr__(self) -> str:
        return str(self.message.text)

    @property
    def evidence(self) -> Sequence[explain_pb2.Evidence]:
        """The facts, strongest first."""
        return self.message.evidence

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each fact."""
        return [
            {
                "kind": explain_pb2.EvidenceKind.Name(one.kind)
                .removeprefix("EVIDENCE_KIND_")
                .lower(),
                "weight": one.weight,
                "item_id": one.item_id,
                "title": one.title,
                "name": one.name,
                "value": one.value,
                "count": one.count,
                "score_drop": one.score_drop,
            }
            for one in self.evidence
        ]

    def to_pandas(self) -> Any:
        """A pandas DataFrame of `rows`."""
        return frames.to_pandas(self.rows())

    def to_polars(self) -> Any:
        """A Polars DataFrame of `rows`."""
        return frames.to_polars(self.rows())

    def _repr_html_(self) -> str:
        text, notes = html.paragraph(self.message.text), html.notes(self.message.degraded)
        return text + html.evidence(self.evidence) + notes


@dataclass
class Report:
    """What became of rows: how many of each, and those that were refused or taken with a reservation."""

    counts: dict[str, int] = field(default_factory=dict)
    failed: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: Any, names: Sequence[str], offset: int) -> None:
        """What one call says of its rows, which begin at `offset` of the table."""
        for name in names:
            self.counts[name] = self.counts.get(name, 0) + getattr(answer, name)
        for kept, given in (
            (self.failed, answer.failed),
            (self.warnings, getattr(answer, "warnings", ())),
        ):
            kept.extend(
                {"row": offset + one.row, "item_id": one.item_id, "reason": one.reason}
                for one in given
            )

    def _repr_html_(self) -> str:
        told = [
            ("", "rows"),
            *self.counts.items(),
            ("failed", len(self.failed)),
            ("warnings", len(self.warnings)),
        ]
        problems = [
            ("row", "item", "reason"),
            *(tuple(one.values()) for one in [*self.failed, *self.warnings]),
        ]
        return html.table(told) + (html.table(problems) if len(problems) > 1 else "")


@dataclass(frozen=True)
class Model:
    """A trained model and its figures."""

    message: model_pb2.ModelInfo

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each figure on held-out events: system, slice, metric, value, and the interval
        of 95 % from low to high where there is one."""
        metrics = self.message.metrics
        named = [(name, name.split("/")) for name in sorted(metrics)]
        return [
            {
                "system": parts[0],
                "slice": parts[1],
                "metric": parts[2],
                "value": metrics[name],
                "low": metrics.get(f"{name}/low"),
                "high": metrics.get(f"{name}/high"),
            }
            for name, parts in named
            if len(parts) == _FIGURE_PARTS
        ]

    def to_pandas(self) -> Any:
        """A pandas DataFrame of `rows`."""
        return frames.to_pandas(self.rows())

    def to_polars(self) -> Any:
        """A Polars DataFrame of `rows`."""
        return frames.to_polars(self.rows())

    def _repr_html_(self) -> str:
        state = "active" if self.message.active else "not active: a baseline did better"
        return html.paragraph(f"model {self.message.version}, {state}")


class Palate:
    """A data folder or a server. `pictures` is a folder that pictures lie in by their names."""

    def __init__(self, client: Client, pictures: str | os.PathLike[str] | None = None) -> None:
        self.client = client
        self._pictures = Path(pictures) if pictures is not None else None

    def __enter__(self) -> Palate:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the folder, or the connection."""
        self.client.close()

    def index(self, items: Any) -> Report:
        """Adds or replaces items: a row each. Columns that are no field of an item become attributes."""
        return self._sent(
            frames.item_rows(items), ITEMS_PER_CALL, self.client.index_items, ("indexed", "skipped")
        )

    def record(self, events: Any) -> Report:
        """Appends events: a row each."""
        names = ("recorded", "duplicates", "unknown_items")
        return self._sent(
            frames.event_rows(events), EVENTS_PER_CALL, self.client.record_events, names
        )

    def item(self, item_id: str) -> catalog_pb2.Item:
        """One item."""
        return self.client.get_item(item_id)

    def recommend(
        self, user_id: str = "", *, k: int = 10, explain: bool = True, **fields: Any
    ) -> Items:
        """What a person might like next. `fields` are those of `Client.recommend`: wish, filter, domains,
        taste, history_item_ids, diversity ..."""
        answer = self.client.recommend(user_id, k=k, explain=explain, **fields)
        return Items(answer, self._pictures)

    def similar(self, item_id: str, *, k: int = 10, **fields: Any) -> Items:
        """Items like one item."""
        return Items(self.client.similar_items(item_id, k=k, **fields), self._pictures)

    def search(self, text: str = "", *, k: int = 10, **fields: Any) -> Items:
        """Items for words, or for `image` or `audio` as bytes."""
        return Items(self.client.search_items(text, k=k, **fields), self._pictures)

    def explain(
        self, item_id: str, of: Items | None = None, *, user_id: str = "", **fields: Any
    ) -> Why:
        """Why an item: of a list as it was served, or for a user as things stand now."""
        served = of.recommendation_id if of is not None else ""
        return Why(
            self.client.explain(item_id, recommendation_id=served, user_id=user_id, **fields)
        )

    def describe_taste(self, user_id: str, **fields: Any) -> Why:
        """What a user's choices have in common."""
        return Why(self.client.describe_taste(user_id, **fields))

    def train(
        self, progress: Callable[[model_pb2.TrainProgress], None] = lambda _: None, **fields: Any
    ) -> Model:
        """Trains a model, which serves from then on unless a baseline does better."""
        trained: model_pb2.ModelInfo | None = None
        for update in self.client.train_model(**fields):
            if update.HasField("model"):
                trained = update.model
            else:
                progress(update.progress)
        assert trained is not None, "a training that ends without an error ends with its model"
        return Model(trained)

    def _sent(
        self,
        rows: Iterator[Mapping[str, Any]],
        size: int,
        send: Callable[..., Any],
        names: Sequence[str],
    ) -> Report:
        report, offset = Report(dict.fromkeys(names, 0)), 0
        for batch in frames.batches(rows, size):  # type: ignore[arg-type]
            report.add(send(batch), names, offset)
            offset += len(batch)
        return report
