"""The model registry: which models there are, which one serves, and how another takes its place.

Owns checkpoints on disk and their item vectors in the store. Knows no training and no requests.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.errors import AlignmentError
from encoders.fingerprint import digest_of
from indexer.log.event_log import ModelRecord, ModelRecords
from indexer.stores.store import StoredItem
from service.api.messages import ModelInfo
from service.errors import ModelNotFound, ModelUnreadable, NoRoom, NoTrainedModel
from service.models.features import features_of
from service.models.kept_rankers import Kept, KeptRankers
from service.models.model_card import ModelCard
from service.models.serving_model import VECTORS_OF_MODELS, ServingModel
from service.models.training_data import TrainingData
from service.ranker.checkpoint import (
    CheckpointError,
    has_checksums,
    load_checkpoint,
    save_checkpoint,
)
from service.ranker.data.arrays import IntArray
from service.ranker.ranker import Ranker, released_ranker, untrained_ranker
from service.storage.alignments import Alignments
from service.storage.item_ids import ItemIds
from service.storage.stand import Stand
from service.storage.workspace import Workspace

logger = logging.getLogger(__name__)

KEPT_IN_MEMORY = 2
"""Models kept for answers that were served by the one before."""
GROWTH = 1.2
"""The untrained ranker is made anew when the catalogue has grown by this factor."""
MODELS_FOLDER = "models"
"""Of checkpoints, in the data folder."""


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """A trained model that was loaded, and what is yet to be done that it may serve."""

    card: ModelCard
    model: ServingModel
    changed: IntArray | None = None
    """Items whose vectors in the store may be others; None for all of them."""
    stand: Stand | None = None
    """Of what it was made; None where there is nothing new to keep."""


class ModelRegistry:
    """The models of one data folder for its encoders. Readers take `active` once per call and keep
    to it."""

    active: ServingModel
    """What serves at this moment: a trained model, or until there is one the untrained ranker."""

    def __init__(self, workspace: Workspace, item_ids: ItemIds) -> None:
        """Loads the active model. `item_ids` are those of the catalogue, kept up to date by the
        caller."""
        self._workspace, self._item_ids = workspace, item_ids
        self._records: ModelRecords = workspace.log
        self._store = workspace.store
        self._fingerprints: Mapping[str, str] = dict(workspace.fingerprints)
        self._kept = KeptRankers(workspace)
        self._is_private = workspace.settings.privacy.is_private
        self._swapping = threading.Lock()
        self._recent: OrderedDict[str, ServingModel] = OrderedDict()
        self.beside: dict[str, ServingModel] = {}
        """Models that are tried beside the active one, by version; they learn what it learns."""
        self.on_loaded: Callable[[ServingModel], object] = lambda _: None
        """Called with a model before it serves, to see that it can, and for what only a first call
        makes. What it raises keeps the model from serving."""
        self.active = self._first()

    # which there are

    def list(self) -> Sequence[ModelInfo]:
        """Newest first. Those of other encoders are among them."""
        return [_info(record) for record in self._all()]

    def record(self, version: str) -> ModelRecord:
        """What the log says of a model. ModelNotFound where there is none of this version."""
        for record in self._all():
            if record.version == version:
                return record
        raise ModelNotFound(version)

    def folder(self, version: str) -> Path:
        """The checkpoint of a registered model, or of one that is yet to be registered."""
        return self._workspace.settings.data / MODELS_FOLDER / version

    def save(self, ranker: Ranker, item_ids: Sequence[str], card: ModelCard) -> None:
        """Into `folder(version)`, to be registered. `item_ids` (N,) are those of its item indices."""
        save_checkpoint(self.folder(ranker.version), ranker, item_ids, card.to_extra())

    def register(self, version: str, metrics: Mapping[str, float]) -> ModelInfo:
        """Register a checkpoint that lies in `folder(version)`; it does not serve yet."""
        self._records.add_model(version, f"{MODELS_FOLDER}/{version}", metrics)
        return _info(self.record(version))

    # which one serves

    def activate(self, version: str) -> ModelInfo:
        """Serve this model from the next call on. ModelNotFound, NoTrainedModel for one of other
        encoders, ModelUnreadable for a damaged one."""
        record = self._own_record(version)
        if (beside := self.beside.get(version)) is not None:
            self.on_loaded(beside)
            self._swap(beside)  # its vectors are in the store
        else:
            loaded = self._load(record)
            self.on_loaded(loaded.model)
            self._swap(loaded.model, loaded)
        self._records.set_active_model(version, self._workspace.digest)
        return _info(self.record(version))

    def rollback(self) -> ModelInfo:
        """Serve the model that served before the active one, with these encoders. NoTrainedModel
        where there was none."""
        before = self._served_before()
        if not before:
            raise NoTrainedModel(
                "no model served before this one",
                "see `palate models list`, activate one by version",
            )
        return self.activate(before[0].version)

    # beside it

    @property
    def live(self) -> Sequence[ServingModel]:
        """The active model, and those beside it."""
        return (self.active, *self.beside.values())

    def keep_beside(self, version: str) -> ServingModel:
        """Load a model, and let it learn what the active one learns, until `let_go`. Errors as of
        `activate`."""
        loaded = self._load(self._own_record(version))
        self.on_loaded(loaded.model)
        with self._swapping:
            self._publish(loaded)
            self.beside[version] = loaded.model
        return loaded.model

    def let_go(self, version: str) -> None:
        """It is kept no longer."""
        with self._swapping:
            model = self.beside.pop(version, None)
            if model is not None and model is not self.active:
                self._remember(model)
                if model.vector_name:
                    self._store.drop_vector(model.vector_name)
                self._kept.forget(version)

    # for answers and for the trainer

    def by_version(self, version: str) -> ServingModel:
        """A model by version, from memory or from its checkpoint; the untrained ranker has the
        empty version. Errors as of `activate`."""
        if version == self.active.ranker.version:
            return self.active
        if version in self.beside:
            return self.beside[version]
        if version not in self._recent:
            self._remember(self._load(self._own_record(version), anew=True).model)
        return self._recent[version]

    def load_active(self) -> tuple[ModelCard, ServingModel]:
        """The active model anew from its checkpoint, as it was trained. NoTrainedModel where none
        is active."""
        record = self._active_record()
        if record is None:
            raise NoTrainedModel(
                "no model is active that could be taken up", "train without --incremental first"
            )
        loaded = self._load(record, anew=True)
        return loaded.card, loaded.model

    def learn(self, rows: Sequence[StoredItem]) -> None:
        """Let the active ranker score new or changed items from their content at once."""
        model = self.active
        if not model.ranker.trained and len(self._item_ids) > GROWTH * model.ranker.n_items:
            # Its idea of the catalogue is out of date, and cheap to make anew.
            self.active = self._untrained(model.notes, anew=True)
        else:
            self._learn(model, rows)
        for model in list(self.beside.values()):
            self._learn(model, rows)

    def _learn(self, model: ServingModel, rows: Sequence[StoredItem]) -> None:
        indices = np.array([row.item_index for row in rows], dtype=np.int64)
        features = features_of(
            rows, model.vocabulary, self._workspace.dims, alignments=model.alignments
        )
        model.ranker.catalog.put_items(indices, features)
        if model.vector_name:
            vectors = model.ranker.snapshot.item_vectors[indices]
            self._store.set_vectors(model.vector_name, indices, vectors)

    # parts

    def _first(self) -> ServingModel:
        """What serves at start: the active model, or without one the untrained ranker."""
        record = self._active_record()
        if record is None and self._served_before():
            return self._set_aside(["the log names no model that there is"])
        if record is None:
            records = self._all()
            if records and not any(map(self._is_ours, records)):
                return self._untrained(
                    self._notes("no model has been trained with these encoders yet")
                )
            return self._untrained(self._notes("no model has been trained yet"))
        try:
            loaded = self._load(record)
        except ModelUnreadable as error:
            return self._set_aside([f"the active model could not be loaded ({error})"])
        return self._published(loaded)

    def _set_aside(self, notes: Sequence[str]) -> ServingModel:
        """In the place of a model that is damaged or unknown: the latest before it that can be read,
        or the untrained ranker. `notes` say what is wrong."""
        logger.error("a model is set aside: %s", notes[-1])
        for candidate in self._served_before():
            try:
                loaded = self._load(candidate)
            except ModelUnreadable as error:
                logger.error("a model is set aside: %s", error)
                notes = [*notes, f"an earlier model could not be loaded ({error})"]
                continue
            instead = f"{notes[-1]}; {candidate.version}, which served before, serves in its place"
            model = self._published(loaded)
            return replace(model, notes=[*notes[:-1], instead, *model.notes])
        return self._untrained([*notes[:-1], *self._notes(notes[-1])])

    def _published(self, loaded: _Loaded) -> ServingModel:
        """What is to serve, once its vectors are in the store, where there is room for them."""
        try:
            self._publish(loaded)
        except NoRoom as error:
            logger.error("item vectors of the model are as they were: %s", error)
        return loaded.model

    def _served_before(self) -> Sequence[ModelRecord]:
        """Models of these encoders that served before the active one, the latest first."""
        before = [
            record
            for record in self._all()
            if record.activated_at is not None and not record.active and self._is_ours(record)
        ]
        return sorted(before, key=lambda record: record.activated_at or 0.0, reverse=True)

    def _notes(self, why: str) -> Sequence[str]:
        """What callers are told while no trained model serves."""
        by = "content alone" if self._is_private else "content, co-engagement and popularity"
        notes = [f"{why}; ranked by {by}"]
        return [*notes, self._workspace.unaligned] if self._workspace.unaligned else notes

    def _untrained(self, notes: Sequence[str], *, anew: bool = False) -> ServingModel:
        """`anew` from the whole store and log, whatever is kept; for while items come, so that it is
        not kept either."""
        alignments = self._workspace.alignments
        if not anew and (kept := self._kept.take_up("", alignments)):
            return self._serving_kept(kept, alignments, notes)
        stand = None if anew else self._kept.stand()
        data = TrainingData.read(self._workspace, self._item_ids)
        config = self._workspace.settings.ranker
        if self._is_private:
            ranker = released_ranker(data.features, None, config)
        else:
            ranker = untrained_ranker(data.features, data.interactions, config)
        model = self._serving(ranker, data, notes)
        if stand:
            self._keep(model, stand)
        return model

    def _load(self, record: ModelRecord, *, anew: bool = False) -> _Loaded:
        """A trained model into the present catalogue, its popularity counted; `anew` from its
        checkpoint and the whole log, whatever is kept of it. ModelUnreadable where it cannot be
        read, or is of other encoders."""
        try:
            return self._read(record, anew)
        except CheckpointError as error:
            raise ModelUnreadable(record.version, str(error)) from error

    def _read(self, record: ModelRecord, anew: bool) -> _Loaded:
        """As `_load`, with CheckpointError."""
        folder = self._workspace.settings.data / record.path
        card = ModelCard.read(folder)
        if digest_of(card.fingerprints) != self._workspace.digest:
            raise CheckpointError(
                f"model {record.version} was trained with other encoders ({card.fingerprints}) "
                f"than those in use ({self._fingerprints}); train anew"
            )
        alignments = self._alignments_of(record.version, card.alignments)
        may_keep = not anew and has_checksums(folder)
        if may_keep and (kept := self._kept.take_up(record.version, alignments)):
            model = _of_card(self._serving_kept(kept, alignments), card, record)
            return _Loaded(card, model, kept.changed)
        stand = self._kept.stand() if may_keep else None
        data = TrainingData.read_coded(self._workspace, self._item_ids, card.vocabulary, alignments)
        ranker = load_checkpoint(folder, data.features, self._item_ids.index_of)
        if self._is_private and not ranker.snapshot.behaviour.is_released:
            raise CheckpointError(
                f"model {record.version} was trained without differential privacy, and "
                "privacy.epsilon is set; train anew"
            )
        ranker.catalog.recount(data.interactions)
        return _Loaded(card, _of_card(self._serving(ranker, data), card, record), stand=stand)

    def _serving(
        self, ranker: Ranker, data: TrainingData, notes: Sequence[str] = ()
    ) -> ServingModel:
        return ServingModel(
            ranker=ranker,
            vocabulary=data.vocabulary,
            alignments=data.alignments,
            counted=data.last_seq,
            notes=self._with_damage(notes),
        )

    def _serving_kept(
        self, kept: Kept, alignments: Mapping[str, Alignment], notes: Sequence[str] = ()
    ) -> ServingModel:
        return ServingModel(
            ranker=kept.ranker,
            vocabulary=kept.vocabulary,
            alignments=alignments,
            counted=kept.counted,
            notes=self._with_damage(notes),
        )

    def _with_damage(self, notes: Sequence[str]) -> Sequence[str]:
        return [*notes, self._store.damage] if self._store.damage else notes

    def _keep(self, model: ServingModel, stand: Stand) -> None:
        versions = [alignment.version for alignment in model.alignments.values()]
        self._kept.keep(model.ranker, model.vocabulary, versions, stand)

    def _alignments_of(self, model: str, versions: Sequence[str]) -> Mapping[str, Alignment]:
        """What the model saw pictures and the like through in training, by modality, whether or not
        it is active otherwise."""
        kept = Alignments(self._workspace.settings.data)
        try:
            found = [kept.read(version, self._fingerprints) for version in versions]
        except AlignmentError as error:
            raise CheckpointError(f"model {model} cannot be used without its {error}") from error
        return {alignment.modality: alignment for alignment in found}

    def _swap(self, model: ServingModel, loaded: _Loaded | None = None) -> None:
        """Let the model serve, and publish it first where it was `loaded` for that."""
        with self._swapping:
            if loaded is not None:
                self._publish(loaded)
            before, self.active = self.active, model
            self.beside.pop(model.ranker.version, None)
            self._remember(before)
            # The one before may have calls that have begun.
            kept = {before.vector_name, *(one.vector_name for one in self.live)}
            for name in self._store.vector_names():
                if name.startswith(VECTORS_OF_MODELS) and name not in kept:
                    self._store.drop_vector(name)
            self._kept.forget_but([one.ranker.version for one in self.live])

    def _publish(self, loaded: _Loaded) -> None:
        """Put the model's item vectors into the store under its own name, before anything reads
        them: where the store has them, those of items that have changed. A model is kept after
        that, so that one that is kept has been published."""
        model, changed = loaded.model, loaded.changed
        name, vectors = model.vector_name, model.ranker.snapshot.item_vectors
        stand = loaded.stand
        if not name:
            changed = np.zeros(0, np.int64)
        elif changed is None or self._store.vector_names().get(name) != vectors.shape[1]:
            if changed is not None:  # made anew from the log since
                self._kept.forget(model.ranker.version)
            self._store.create_vector(name, vectors.shape[1], "dot")
            changed = np.array(sorted(self._item_ids.index_of.values()), dtype=np.int64)
        changed = changed[changed < len(vectors)]
        if len(changed):
            self._store.set_vectors(name, changed, vectors[changed])
        if stand is not None:
            self._keep(model, stand)

    def _remember(self, model: ServingModel) -> None:
        self._recent[model.ranker.version] = model
        while len(self._recent) > KEPT_IN_MEMORY:
            self._recent.popitem(last=False)

    def _all(self) -> Sequence[ModelRecord]:
        return self._records.list_models(self._workspace.digest)

    def _active_record(self) -> ModelRecord | None:
        return self._records.active_model(self._workspace.digest)

    def _own_record(self, version: str) -> ModelRecord:
        record = self.record(version)
        if not self._is_ours(record):
            raise NoTrainedModel(
                f"model {version} was trained with other encoders than those that serve",
                "train anew, or go back to its encoders with `palate encoders change`",
            )
        return record

    def _is_ours(self, record: ModelRecord) -> bool:
        """Whether it was trained with these encoders. One that cannot be read is said to be when it
        is loaded."""
        try:
            card = ModelCard.read(self._workspace.settings.data / record.path)
        except CheckpointError:
            return True
        return digest_of(card.fingerprints) == self._workspace.digest


def _of_card(model: ServingModel, card: ModelCard, record: ModelRecord) -> ServingModel:
    """The same with what is known of its training."""
    return replace(
        model, following=card.wishes, trained_on=card.last_seq, trained_at=record.created_at
    )


def _info(record: ModelRecord) -> ModelInfo:
    return ModelInfo(record.version, record.created_at, record.active, record.metrics)
