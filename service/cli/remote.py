"""A server, asked through `palate.client`, in the shape of `service.api.services.Backend`: commands
see no difference.

Owns the way back from messages to the dataclasses of `service.api.messages`. Knows nothing of
printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from indexer.indexing.indexer import IndexReport
from palate.client import Client
from palate.v1 import explain_pb2, model_pb2, recommend_pb2
from service.api.messages import (
    Change,
    EventReport,
    ExplainRequest,
    Explanation,
    Feedback,
    ModelInfo,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    SearchRequest,
    ServingEncoders,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    UserProfile,
)
from service.api.services import ItemReport
from service.explainer.evidence import Evidence, EvidenceKind
from service.rpc.rows import item_row


class Remote:
    """Every method is one call. What the server refuses is a `PalateRpcError` with its message."""

    def __init__(self, address: str) -> None:
        self._client = Client(address)

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> ItemReport:
        answer = self._client.index_items(
            [item.to_mapping() for item in items], images=images, sounds=sounds
        )
        return IndexReport(
            indexed=answer.indexed,
            skipped=answer.skipped,
            failed=_row_errors(answer.failed),
            warnings=_row_errors(answer.warnings),
        )

    def delete_items(self, item_ids: Sequence[str]) -> Sequence[str]:
        return list(self._client.delete_items(item_ids).missing_item_ids)

    def get_item(self, item_id: str) -> Item:
        return Item.from_mapping(item_row(self._client.get_item(item_id)))

    def list_items(
        self, page_size: int, page_token: str, domain: str
    ) -> tuple[Sequence[Item], str]:
        page = self._client.list_items(page_size=page_size, page_token=page_token, domain=domain)
        return [Item.from_mapping(item_row(item)) for item in page.items], page.next_page_token

    def record_events(self, events: Sequence[Event]) -> EventReport:
        answer = self._client.record_events([_event_row(event) for event in events])
        return EventReport(
            recorded=answer.recorded,
            duplicates=answer.duplicates,
            unknown_items=answer.unknown_items,
            failed=_row_errors(answer.failed),
        )

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        return self._client.delete_events(user_id, event_ids or (), all_of_user=event_ids is None)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        answer = self._client.recommend(
            request.user_id,
            k=request.k,
            domains=request.domains,
            filter=request.filter,
            exclude_item_ids=request.exclude_item_ids,
            include_seen=request.include_seen,
            history_item_ids=request.history_item_ids,
            taste=request.taste,
            diversity=request.diversity,
            exploration=request.exploration,
            explain=request.explain,
            language=request.language,
            personalization=request.personalization.value,
            scenario=request.scenario,
            page_token=request.page_token,
        )
        return Recommendation(
            recommendation_id=answer.recommendation_id,
            results=_results(answer.results),
            model_version=answer.model_version,
            degraded=list(answer.degraded),
            missing_item_ids=list(answer.missing_item_ids),
            next_page_token=answer.next_page_token,
            stage_ms=dict(answer.stage_ms),
        )

    def similar_items(self, request: SimilarRequest) -> Recommendation:
        answer = self._client.similar_items(
            request.item_id,
            k=request.k,
            domains=request.domains,
            filter=request.filter,
            exclude_item_ids=request.exclude_item_ids,
        )
        return _without_id(answer, list(answer.missing_item_ids))

    def search_items(self, request: SearchRequest) -> Recommendation:
        answer = self._client.search_items(
            request.text,
            image=request.image,
            audio=request.audio,
            k=request.k,
            domains=request.domains,
            filter=request.filter,
        )
        return _without_id(answer, [])

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        """Whole: `tell` gets it when all of it is there."""
        answer = self._client.explain(
            request.item_id,
            recommendation_id=request.recommendation_id,
            user_id=request.user_id,
            language=request.language,
            writer=request.writer,
            instead_of_item_id=request.instead_of_item_id,
            change=request.change,
        )
        change, wish = answer.change, answer.less_of_this
        explanation = Explanation(
            item_id=answer.item_id,
            text=answer.text,
            writer=answer.writer,
            evidence=[evidence_of(fact) for fact in answer.evidence],
            model_version=answer.model_version,
            language=answer.language,
            title=answer.title,
            degraded=list(answer.degraded),
            parameters=dict(answer.parameters),
            change=Change([evidence_of(fact) for fact in change.evidence], change.text)
            if answer.HasField("change")
            else None,
            less_of_this=Feedback(wish.user_id, wish.item_id, wish.event_type)
            if answer.HasField("less_of_this")
            else None,
        )
        tell(explanation)
        return explanation

    def describe_taste(self, request: TasteRequest) -> TasteSummary:
        answer = self._client.describe_taste(
            request.user_id, language=request.language, writer=request.writer
        )
        return TasteSummary(
            user_id=answer.user_id,
            text=answer.text,
            writer=answer.writer,
            evidence=[evidence_of(fact) for fact in answer.evidence],
            language=answer.language,
            degraded=list(answer.degraded),
        )

    def put_user(self, user: UserProfile) -> None:
        self._client.put_user(user.user_id, attributes=user.attributes, taste=user.taste)

    def export_user(self, user_id: str) -> Mapping[str, Any]:
        return self._client.export_user(user_id)

    def delete_user(self, user_id: str) -> Mapping[str, int]:
        return self._client.delete_user(user_id)

    def list_models(self) -> Sequence[ModelInfo]:
        return [_model(model) for model in self._client.list_models()]

    def train(
        self,
        progress: Callable[[TrainProgress], None],
        *,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        trained: ModelInfo | None = None
        for update in self._client.train_model(seed=seed, force=force, incremental=incremental):
            if update.HasField("model"):
                trained = _model(update.model)
            else:
                progress(_step(update.progress))
        assert trained is not None, "a training that ends without an error ends with its model"
        return trained

    def change_encoders(
        self, progress: Callable[[TrainProgress], None], *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        for update in self._client.change_encoders(text=text, image=image, audio=audio):
            if update.HasField("encoders"):
                now = update.encoders
                return ServingEncoders(
                    now.text, now.image, now.audio, now.digest, now.items, now.model_version
                )
            progress(_step(update.progress))
        raise AssertionError("a change that ends without an error ends with what serves")

    def activate_model(self, version: str) -> ModelInfo:
        return _model(self._client.activate_model(version))

    def rollback_model(self) -> ModelInfo:
        return _model(self._client.rollback_model())

    def loaded(self) -> Mapping[str, str]:
        return {"server": self._client.address}

    def close(self) -> None:
        self._client.close()


def _event_row(event: Event) -> dict[str, Any]:
    row = {
        name: getattr(event, name)
        for name in ("user_id", "item_id", "event_type", "timestamp", "event_id")
    }
    return row if event.value is None else {**row, "value": event.value}


def _results(results: Iterable[recommend_pb2.ScoredItem]) -> list[ScoredItem]:
    return [
        ScoredItem(
            row.item_id,
            row.rank,
            row.score,
            list(row.sources),
            Item.from_mapping(item_row(row.item)),
            row.reason,
        )
        for row in results
    ]


def _without_id(
    answer: recommend_pb2.SimilarItemsResponse | recommend_pb2.SearchItemsResponse,
    missing: Sequence[str],
) -> Recommendation:
    return Recommendation(
        recommendation_id="",
        results=_results(answer.results),
        model_version=answer.model_version,
        degraded=list(answer.degraded),
        missing_item_ids=missing,
        stage_ms=dict(answer.stage_ms),
    )


def evidence_of(fact: explain_pb2.Evidence) -> Evidence:
    kind = EvidenceKind[explain_pb2.EvidenceKind.Name(fact.kind).removeprefix("EVIDENCE_KIND_")]
    fields = [
        field.name
        for field in explain_pb2.Evidence.DESCRIPTOR.fields
        if field.name not in ("kind", "event_value")
    ]
    value = fact.event_value if fact.HasField("event_value") else None
    return Evidence(kind=kind, event_value=value, **{name: getattr(fact, name) for name in fields})


def _step(step: model_pb2.TrainProgress) -> TrainProgress:
    return TrainProgress(step.stage, step.done, step.total, step.message)


def _model(model: model_pb2.ModelInfo) -> ModelInfo:
    return ModelInfo(
        model.version, model.created_at.ToMicroseconds() / 1e6, model.active, dict(model.metrics)
    )


def _row_errors(rows: Iterable[Any]) -> list[RowError]:
    """With positions from 1, as the rest of the command line counts."""
    return [RowError(row.row + 1, row.item_id or None, row.reason) for row in rows]
