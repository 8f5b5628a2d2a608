"""Switching: the recommender that serves, and its exchange for one with other encoders while calls
go on.

    beside the serving one, for as long as it takes: `service.operations.changing.prepare`
    while changes of the catalogue wait: what it has lost, gained and changed meanwhile
    while events wait as well: those that came meanwhile -> switch
    the one before ends its calls and is closed; its store stays, for the way back

Every call keeps to the recommender that it began with; what is written goes to one of the two
alone. Knows no gRPC.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
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
from service.errors import TrainingUnderway
from service.operations.changing import named, open_beside, prepare, serving_encoders
from service.recommender import Recommender


class Switching:
    """A `Backend` that is one recommender at a time."""

    def __init__(self, recommender: Recommender) -> None:
        self._now = recommender
        self._calls: Counter[Recommender] = Counter()
        """Under way, by the recommender that answers them."""
        self._turn = threading.Condition()
        self._items = threading.Lock()
        """Held by who changes the catalogue."""
        self._people = threading.Lock()
        """Held by who changes what is known of people."""
        self._training = threading.Lock()

    def change_encoders(
        self, progress: Callable[[TrainProgress], None], *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        """Answer with these encoders from then on; an empty name keeps the one there is.
        TrainingUnderway while a training or another change is. What `progress` raises ends it, and
        what is there stays for the next time."""
        with self._alone():
            before = self._now
            lines = {"text": text, "image": image, "audio": audio}
            settings = named(before.workspace.settings, lines)
            after = prepare(
                open_beside(before.workspace, settings, progress), progress, before.workspace.store
            )
            try:
                after.catch_up()
                progress(TrainProgress("switch", 0, 1))
                self._switch(after)
            except BaseException:
                after.close()
                raise
            self._retire(before)
            return serving_encoders(after)

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        with self._items, self._serving() as palate:
            return palate.index_items(items, images, sounds)

    def delete_items(self, item_ids: Sequence[str]) -> Sequence[str]:
        with self._items, self._serving() as palate:
            return palate.delete_items(item_ids)

    def get_item(self, item_id: str) -> Item:
        with self._serving() as palate:
            return palate.get_item(item_id)

    def list_items(
        self, page_size: int, page_token: str, domain: str
    ) -> tuple[Sequence[Item], str]:
        with self._serving() as palate:
            return palate.list_items(page_size, page_token, domain)

    def record_events(self, events: Sequence[Event]) -> EventReport:
        with self._people, self._serving() as palate:
            return palate.record_events(events)

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        with self._people, self._serving() as palate:
            return palate.delete_events(user_id, event_ids)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        with self._serving() as palate:
            return palate.recommend(request)

    def similar_items(self, request: SimilarRequest) -> Recommendation:
        with self._serving() as palate:
            return palate.similar_items(request)

    def search_items(self, request: SearchRequest) -> Recommendation:
        with self._serving() as palate:
            return palate.search_items(request)

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        with self._serving() as palate:
            return palate.explain(request, tell)

    def describe_taste(self, request: TasteRequest) -> TasteSummary:
        with self._serving() as palate:
            return palate.describe_taste(request)

    def put_user(self, user: UserProfile) -> None:
        with self._people, self._serving() as palate:
            palate.put_user(user)

    def export_user(self, user_id: str) -> Mapping[str, Any]:
        with self._serving() as palate:
            return palate.export_user(user_id)

    def delete_user(self, user_id: str) -> Mapping[str, int]:
        with self._people, self._serving() as palate:
            return palate.delete_user(user_id)

    def list_models(self) -> Sequence[ModelInfo]:
        with self._serving() as palate:
            return palate.list_models()

    def train(
        self,
        progress: Callable[[TrainProgress], None],
        *,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        with self._alone(), self._serving() as palate:
            return palate.train(progress, seed=seed, force=force, incremental=incremental)

    def activate_model(self, version: str) -> ModelInfo:
        with self._serving() as palate:
            return palate.activate_model(version)

    def rollback_model(self) -> ModelInfo:
        with self._serving() as palate:
            return palate.rollback_model()

    def loaded(self) -> Mapping[str, str]:
        with self._serving() as palate:
            return palate.loaded()

    def close(self) -> None:
        self._now.close()

    def _switch(self, after: Recommender) -> None:
        with self._items:
            after.catch_up()
            with self._people:
                after.count_events()
                after.put_to_use()
                with self._turn:
                    self._now = after

    def _retire(self, before: Recommender) -> None:
        """Once its last call has ended."""
        with self._turn:
            self._turn.wait_for(lambda: not self._calls[before])
            del self._calls[before]
        before.close()
        self._now.succeed()

    @contextmanager
    def _serving(self) -> Iterator[Recommender]:
        with self._turn:
            palate = self._now
            self._calls[palate] += 1
        try:
            yield palate
        finally:
            with self._turn:
                self._calls[palate] -= 1
                self._turn.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._training.acquire(blocking=False):
            raise TrainingUnderway
        try:
            yield
        finally:
            self._training.release()
