"""What the server asks of whatever answers: `service.operations.switching.Switching`, or a stand-in
of a test.

Knows nothing of gRPC. Methods are called from several threads at once, and block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from service.api.messages import (
    EventReport,
    ExplainRequest,
    Explanation,
    ModelInfo,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    ServingEncoders,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    UserProfile,
)


class ItemReport(Protocol):
    """What became of a batch of items; `line` of a row is its position from 1."""

    @property
    def indexed(self) -> int: ...
    @property
    def skipped(self) -> int: ...
    @property
    def failed(self) -> Sequence[RowError]: ...
    @property
    def warnings(self) -> Sequence[RowError]: ...


class Backend(Protocol):
    """The calls of the five services as plain methods."""

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> ItemReport:
        """What came as bytes, by item_id."""

    def delete_items(self, item_ids: Sequence[str], /) -> Sequence[str]:
        """Returns the ids that were not there."""

    def get_item(self, item_id: str, /) -> Item: ...
    def list_items(
        self, page_size: int, page_token: str, domain: str, /
    ) -> tuple[Sequence[Item], str]:
        """The items and the token of the next page, empty at the end; an empty domain means all."""

    def record_events(self, events: Sequence[Event], /) -> EventReport: ...
    def delete_events(self, user_id: str, event_ids: Sequence[str] | None, /) -> int:
        """None deletes all of the user's; returns how many there were."""

    def recommend(self, request: RecommendRequest, /) -> Recommendation: ...
    def similar_items(self, request: SimilarRequest, /) -> Recommendation: ...
    def search_items(self, request: SearchRequest, /) -> Recommendation: ...
    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = ..., /
    ) -> Explanation:
        """May wait for a language model; `tell` gets the explanation without its words before that."""

    def describe_taste(self, request: TasteRequest, /) -> TasteSummary:
        """May wait for a language model."""

    def put_user(self, user: UserProfile, /) -> None: ...
    def export_user(self, user_id: str, /) -> Mapping[str, Any]:
        """Everything that is stored about the user, fit for JSON."""

    def delete_user(self, user_id: str, /) -> Mapping[str, int]:
        """How many of each kind were removed."""

    def list_models(self) -> Sequence[ModelInfo]:
        """Newest first."""

    def train(
        self,
        progress: Callable[[TrainProgress], None],
        *,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        """Takes minutes. What `progress` raises ends the training and comes out of here."""

    def change_encoders(
        self, progress: Callable[[TrainProgress], None], *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        """Takes as long as indexing everything. Empty names keep the encoder there is. What
        `progress` raises ends the change and comes out of here."""

    def activate_model(self, version: str, /) -> ModelInfo: ...
    def rollback_model(self) -> ModelInfo: ...
    def loaded(self) -> Mapping[str, str]:
        """What is loaded, by role, for people."""

    def close(self) -> None:
        """Called once, when nothing is under way any more."""
