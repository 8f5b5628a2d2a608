"""A server at an address, asked through `palate.client`, as a `Backend`: commands see no difference.

Owns how the verbs of `service.api.services` map to methods of the client. The fields of requests
have the names of the client's arguments, and answers are read by `service.rpc.conversion`. Knows
nothing of printing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from palate.client import Client, Tls
from palate.v1 import event_pb2
from service.api.fairness import FairnessReport, FairnessRequest
from service.api.messages import (
    EventReport,
    ExplainRequest,
    Explanation,
    ModelInfo,
    ModelTrial,
    OnlineReport,
    OnlineRequest,
    Personalization,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    ServingEncoders,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    TrialRequest,
    UserDeletion,
    UserExport,
    UserProfile,
)
from service.api.services import Progress
from service.cli.connection import Connection
from service.rpc.conversion.converter import from_message, to_message
from service.rpc.conversion.rows import item_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from google.protobuf.message import Message

    from indexer.indexing.indexer import IndexReport


class Remote:
    """Every method is one call. What the server refuses is a `PalateRpcError` with its message."""

    def __init__(self, address: str, *, key: str = "", tls: Tls | None = None) -> None:
        self._client = Client(address, key=key, tls=tls)

    @classmethod
    def of(cls, server: Connection) -> Remote:
        """The server that the options name."""
        files = (server.tls_ca, server.tls_cert, server.tls_key)
        tls = Tls(*files) if server.is_tls or any(files) else None
        return cls(server.address, key=server.key, tls=tls)

    # The catalogue and the events

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        from indexer.indexing.indexer import IndexReport  # takes half a second

        rows = [item.to_mapping() for item in items]
        answer = self._client.index_items(rows, images=images, sounds=sounds)
        return from_message(answer, IndexReport)

    def delete_items(self, item_ids: Sequence[str]) -> Sequence[str]:
        return list(self._client.delete_items(item_ids).missing_item_ids)

    def get_item(self, item_id: str) -> Item:
        return item_of(self._client.get_item(item_id))

    def list_items(
        self, page_size: int, page_token: str, domain: str
    ) -> tuple[Sequence[Item], str]:
        page = self._client.list_items(page_size=page_size, page_token=page_token, domain=domain)
        return [item_of(item) for item in page.items], page.next_page_token

    def record_events(self, events: Sequence[Event]) -> EventReport:
        rows = [to_message(event, event_pb2.Event) for event in events]
        return from_message(self._client.record_events(rows), EventReport)

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        everything = event_ids is None
        return self._client.delete_events(user_id, event_ids or (), all_of_user=everything)

    # Lists of items

    def recommend(self, request: RecommendRequest) -> Recommendation:
        answer = self._client.recommend(**_arguments(request))
        return from_message(answer, Recommendation)

    def similar_items(self, request: SimilarRequest) -> Recommendation:
        answer = self._client.similar_items(**_arguments(request))
        return from_message(answer, Recommendation, recommendation_id="")

    def search_items(self, request: SearchRequest) -> Recommendation:
        answer = self._client.search_items(**_arguments(request))
        return from_message(answer, Recommendation, recommendation_id="")

    def report_online(self, request: OnlineRequest) -> OnlineReport:
        answer = self._client.report_online(since=request.since or None, by=request.by)
        return from_message(answer, OnlineReport)

    def report_fairness(self, request: FairnessRequest) -> FairnessReport:
        answer = self._client.report_fairness(
            since=request.since or None,
            provider=request.provider,
            windows=request.windows,
            group_by=request.group_by,
            groupings={one.name: one.group_of_user for one in request.groupings},
        )
        return from_message(answer, FairnessReport)

    # Reasons

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        """`tell` gets the explanation when all of it is there, words included."""
        answer = self._client.explain(**_arguments(request))
        explanation = from_message(answer, Explanation)
        tell(explanation)
        return explanation

    def describe_taste(self, request: TasteRequest) -> TasteSummary:
        answer = self._client.describe_taste(**_arguments(request))
        return from_message(answer, TasteSummary)

    # Models and encoders

    def list_models(self) -> Sequence[ModelInfo]:
        return [from_message(model, ModelInfo) for model in self._client.list_models()]

    def train(self, progress: Progress, *, seed: int, force: bool, incremental: bool) -> ModelInfo:
        updates = self._client.train_model(seed=seed, force=force, incremental=incremental)
        return from_message(_result(updates, "model", progress), ModelInfo)

    def change_encoders(
        self, progress: Progress, *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        updates = self._client.change_encoders(text=text, image=image, audio=audio)
        return from_message(_result(updates, "encoders", progress), ServingEncoders)

    def activate_model(self, version: str) -> ModelInfo:
        return from_message(self._client.activate_model(version), ModelInfo)

    def rollback_model(self) -> ModelInfo:
        return from_message(self._client.rollback_model(), ModelInfo)

    def start_trial(self, request: TrialRequest) -> ModelTrial:
        answer = self._client.start_trial(request.version, request.kind, share=request.share)
        return from_message(answer, ModelTrial)

    def get_trial(self) -> ModelTrial | None:
        answer = self._client.get_trial()
        return None if answer is None else from_message(answer, ModelTrial)

    def end_trial(self) -> ModelTrial:
        return from_message(self._client.end_trial(), ModelTrial)

    # Users

    def put_user(self, user: UserProfile) -> None:
        self._client.put_user(**_arguments(user))

    def set_consent(self, user_id: str, personalization: Personalization) -> None:
        self._client.set_consent(user_id, personalization)

    def export_user(self, user_id: str, page_size: int = 0, page_token: str = "") -> UserExport:
        """In pages that any server can answer with, put together."""
        return UserExport(self._client.export_user(user_id))

    def delete_user(self, user_id: str, *, retrain: bool = False) -> UserDeletion:
        return from_message(self._client.erase_user(user_id, retrain=retrain), UserDeletion)

    def merge_users(self, guest_user_id: str, user_id: str) -> Mapping[str, int]:
        return self._client.merge_users(guest_user_id, user_id)

    def loaded(self) -> Mapping[str, str]:
        return {"server": self._client.address}

    def drop_caches(self) -> None:
        """Nothing is remembered here."""

    def close(self) -> None:
        self._client.close()


def _arguments(request: DataclassInstance) -> dict[str, Any]:
    """The fields of a request, as the client's method of that name takes them."""
    return {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}


def _result(
    updates: Iterable[Any], result: Literal["model", "encoders"], progress: Progress
) -> Message:
    """What long work ends with; `progress` is told of the steps before that."""
    ended: Message | None = None
    for update in updates:
        if update.HasField(result):
            ended = getattr(update, result)
        else:
            progress(from_message(update.progress, TrainProgress))
    assert ended is not None, f"work that ends without an error ends with its {result}"
    return ended
