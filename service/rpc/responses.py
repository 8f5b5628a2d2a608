"""Answers: the dataclasses of `service.api.messages` to generated messages, one to one.

Owns the wire's enums and times. Items are `service.rpc.rows`. Knows nothing of calls, threads or
errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from palate.v1 import explain_pb2, model_pb2, recommend_pb2
from service.api.messages import (
    Explanation,
    ModelInfo,
    Recommendation,
    ScoredItem,
    ServingEncoders,
    TasteSummary,
    TrainProgress,
)
from service.explainer.evidence import Evidence
from service.rpc.rows import item_message, timestamp


def recommend_response(answer: Recommendation) -> recommend_pb2.RecommendResponse:
    return recommend_pb2.RecommendResponse(
        recommendation_id=answer.recommendation_id,
        results=_results(answer.results),
        model_version=answer.model_version,
        degraded=answer.degraded,
        missing_item_ids=answer.missing_item_ids,
        next_page_token=answer.next_page_token,
        stage_ms=answer.stage_ms,
    )


def similar_response(answer: Recommendation) -> recommend_pb2.SimilarItemsResponse:
    return recommend_pb2.SimilarItemsResponse(
        results=_results(answer.results),
        model_version=answer.model_version,
        degraded=answer.degraded,
        missing_item_ids=answer.missing_item_ids,
        stage_ms=answer.stage_ms,
    )


def search_response(answer: Recommendation) -> recommend_pb2.SearchItemsResponse:
    return recommend_pb2.SearchItemsResponse(
        results=_results(answer.results),
        model_version=answer.model_version,
        degraded=answer.degraded,
        stage_ms=answer.stage_ms,
    )


def explain_response(explanation: Explanation) -> explain_pb2.ExplainResponse:
    return explain_pb2.ExplainResponse(
        text=explanation.text,
        writer=explanation.writer,
        evidence=_evidence(explanation.evidence),
        model_version=explanation.model_version,
        item_id=explanation.item_id,
        title=explanation.title,
        language=explanation.language,
        degraded=explanation.degraded,
        parameters=explanation.parameters,
        change=_change(explanation),
        less_of_this=_feedback(explanation),
    )


def explanation_evidence(explanation: Explanation) -> explain_pb2.StreamExplainResponse:
    """The facts of an explanation, which may have no words yet."""
    return explain_pb2.StreamExplainResponse(
        evidence=explain_pb2.ExplanationEvidence(
            evidence=_evidence(explanation.evidence),
            model_version=explanation.model_version,
            item_id=explanation.item_id,
            title=explanation.title,
            parameters=explanation.parameters,
            change=_change(explanation),
            less_of_this=_feedback(explanation),
        )
    )


def explanation_text(explanation: Explanation) -> explain_pb2.StreamExplainResponse:
    """The words."""
    return explain_pb2.StreamExplainResponse(
        text=explain_pb2.ExplanationText(
            text=explanation.text,
            writer=explanation.writer,
            language=explanation.language,
            degraded=explanation.degraded,
        )
    )


def taste_response(summary: TasteSummary) -> explain_pb2.DescribeTasteResponse:
    return explain_pb2.DescribeTasteResponse(
        user_id=summary.user_id,
        text=summary.text,
        writer=summary.writer,
        evidence=_evidence(summary.evidence),
        language=summary.language,
        degraded=summary.degraded,
    )


def model_message(model: ModelInfo) -> model_pb2.ModelInfo:
    return model_pb2.ModelInfo(
        version=model.version,
        created_at=timestamp(model.created_at),
        active=model.active,
        metrics=model.metrics,
    )


def progress_message(progress: TrainProgress) -> model_pb2.TrainProgress:
    return model_pb2.TrainProgress(**asdict(progress))


def encoders_message(encoders: ServingEncoders) -> model_pb2.ServingEncoders:
    return model_pb2.ServingEncoders(**asdict(encoders))


def _results(results: Sequence[ScoredItem]) -> list[recommend_pb2.ScoredItem]:
    return [
        recommend_pb2.ScoredItem(
            item_id=result.item_id,
            rank=result.rank,
            score=result.score,
            sources=result.sources,
            item=item_message(result.item),
            reason=result.reason,
        )
        for result in results
    ]


def _evidence(evidence: Sequence[Evidence]) -> list[explain_pb2.Evidence]:
    return [
        explain_pb2.Evidence(
            **{
                **asdict(fact),
                "kind": explain_pb2.EvidenceKind.Value(f"EVIDENCE_KIND_{fact.kind.name}"),
            }
        )
        for fact in evidence
    ]


def _change(explanation: Explanation) -> explain_pb2.Change | None:
    change = explanation.change
    return (
        None
        if change is None
        else explain_pb2.Change(evidence=_evidence(change.evidence), text=change.text)
    )


def _feedback(explanation: Explanation) -> explain_pb2.Feedback | None:
    wish = explanation.less_of_this
    return None if wish is None else explain_pb2.Feedback(**asdict(wish))
