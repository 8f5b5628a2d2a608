"""A sandbox: a copy of the data folder in which the held-out events never happened, trained and
asked like the real one.

The copy has its own log, store and model, so what is measured is what `Recommender.recommend`
returns, filters, sources and all, and nothing that serves is touched. Vectors are copied, not
computed again. Knows no baselines and no figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.catalog.event import Event
from indexer.stores.store import IMAGE, TEXT, StoredItem
from service.api.messages import Progress, RecommendRequest
from service.config import Settings
from service.evaluation.answers import Recommend
from service.evaluation.pictures import Learning
from service.evaluation.served.dataset import Dataset
from service.evaluation.splits import Case
from service.models.model_card import REFUSED, ModelCard
from service.models.registry import MODELS_FOLDER
from service.ranker.data.interactions import Interactions
from service.ranker.second_stage.blend import Blend
from service.recommender import Recommender
from service.storage.alignments import Alignments
from service.storage.workspace import Workspace

EVENTS_AT_ONCE = 10_000
ITEMS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Training:
    """How the copy's model came about."""

    version: str
    seconds: float
    refused: bool
    """Whether its own check was against it."""
    learning: Learning


class Sandbox:
    """The copy, open for training and questions."""

    def __init__(
        self, recommender: Recommender, folder: Path, dataset: Dataset, without: Sequence[str]
    ) -> None:
        self.recommender = recommender
        self._folder, self._dataset, self._without = folder, dataset, without

    def train(self, progress: Progress, seed: int) -> Training:
        """Fit the ranker on the copy's events; it serves from then on, whatever its training
        measured."""
        model = self.recommender.train(progress, seed=seed, force=True)
        if "second-stage" in self._without:
            ranker = self.recommender.ranker
            ranker.blend = Blend.prior(ranker.blend.signals)
        card = ModelCard.read(self._folder / MODELS_FOLDER / model.version)
        learning = Learning(card.losses, card.validation)
        refused = bool(card.metrics[REFUSED])
        return Training(model.version, card.metrics["seconds"], refused, learning)

    def record_history(self, cases: Sequence[Case], train: Interactions) -> None:
        """Let happen what the asked people did that `train` does not hold; what is known already
        changes nothing."""
        for batch in _chunks(self._unseen(cases, train)):
            self.recommender.record_events(batch)

    def _unseen(self, cases: Sequence[Case], train: Interactions) -> Iterator[Event]:
        trained = set(
            zip(train.user.tolist(), train.item.tolist(), train.timestamp.tolist(), strict=True)
        )
        for case in cases:
            columns = (case.history, case.history_times, case.history_types, case.history_values)
            for step, (item, time, *rest) in enumerate(
                zip(*(column.tolist() for column in columns), strict=True)
            ):
                if (case.user, item, time) not in trained:
                    yield self._dataset.event(
                        case.user, item, time, *rest, event_id=f"history-{case.user}-{step}"
                    )

    def served(self, k: int, exploration: float) -> Recommend:
        """The recommender as a system under evaluation: one call of recommend per case."""

        def recommend(cases: Sequence[Case]) -> Iterator[Sequence[int]]:
            item_ids = self._dataset.item_ids
            for case in cases:
                answer = self.recommender.recommend(
                    RecommendRequest(
                        user_id=self._dataset.users[case.user],
                        k=k,
                        domains=[] if case.domain is None else [case.domain],
                        exploration=exploration,
                    )
                )
                yield item_ids.indices(result.item_id for result in answer.results)[0].tolist()

        return recommend


@contextmanager
def sandbox(
    workspace: Workspace, dataset: Dataset, train: Interactions, without: Sequence[str] = ()
) -> Iterator[Sandbox]:
    """The dataset's items under the same encoders and settings, with the events of `train` alone.

    `without`: `text` and `image` leave those vectors out, and all that is made of them, such as a
    space they share, though not the words and categories themselves; `id` lets the Transformer know
    items by their content alone; `second-stage` ranks by the weights that serve before any
    training, which leave the Transformer out.
    """
    with tempfile.TemporaryDirectory(prefix="palate-evaluate-") as name:
        folder = Path(name)
        settings = _settings(workspace.settings, folder, without)
        if not {TEXT, IMAGE} & set(without):
            alignments = Alignments(folder)
            for alignment in workspace.alignments.values():
                alignments.keep(alignment)
                alignments.activate(alignment, workspace.fingerprints)
        copy = Workspace.open_with(settings, workspace.text_encoder, workspace.modalities)
        try:
            _put_items(copy, dataset.rows, without)
            for batch in _chunks(dataset.events(train)):
                copy.log.append_events(batch)
            recommender = Recommender(copy)
        except BaseException:
            copy.close()
            raise
        try:
            yield Sandbox(recommender, folder, dataset, without)
        finally:
            recommender.close()


def _settings(settings: Settings, folder: Path, without: Sequence[str]) -> Settings:
    ranker = replace(settings.ranker, id_dropout=1.0) if "id" in without else settings.ranker
    embedded = {"data": folder, "log": type(settings.log)(), "store": type(settings.store)()}
    return settings.model_copy(update={**embedded, "ranker": ranker})


def _put_items(copy: Workspace, rows: Sequence[StoredItem], without: Sequence[str]) -> None:
    left_out = set(without)
    if IMAGE in left_out:  # "image" is whatever items have beside their texts
        left_out |= copy.modalities.keys()
    kept = copy.store.vector_names().keys() - left_out
    for start in range(0, len(rows), ITEMS_AT_ONCE):
        part = rows[start : start + ITEMS_AT_ONCE]
        put = copy.log.put_items([row.item for row in part])
        copy.store.upsert(
            [
                StoredItem(
                    new.item_index, row.item, {n: v for n, v in row.vectors.items() if n in kept}
                )
                for row, new in zip(part, put, strict=True)
            ]
        )
        copy.log.mark_indexed([new.item_index for new in put])


def _chunks(events: Iterator[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == EVENTS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
