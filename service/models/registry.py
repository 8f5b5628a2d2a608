"""Models: the ranker that serves, and those that could. Training, the registry, activation and
rollback.

Owns checkpoints on disk, their item vectors in the store, and the swap. Knows no requests.
"""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.arrays import FloatArray
from encoders.errors import AlignmentError
from encoders.fingerprint import digest_of
from indexer.indexing.shared_space import joint_name
from indexer.log.event_log import EventLog
from indexer.log.models import ModelRecord
from indexer.stores.store import ItemStore, StoredItem
from service.api.messages import RESUME, ModelInfo, TrainProgress
from service.catalog.item_ids import Catalogue, event_types_of, event_weights, read_interactions
from service.config import Settings
from service.errors import ModelNotFound, NoTrainedModel, TrainingUnderway
from service.models.features import Vocabulary, features_of, read_rows
from service.ranker.checkpoint import CheckpointError, load_checkpoint, read_extra, save_checkpoint
from service.ranker.config import RankerConfig
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.training.fit import Progress, TrainingDiverged
from service.ranker.training.incremental import refresh_ranker
from service.ranker.training.resume import SavedFits, fingerprint
from service.ranker.training.train import TooFewEvents, Trained, train_ranker
from service.ranker.training.validation import BASELINES
from service.storage.alignments import Alignments

KEPT_IN_MEMORY = 2
"""Rankers kept for answers that were served by the one before."""
GROWTH = 1.2
"""The untrained ranker is made anew when the catalogue has grown by this factor."""
TOLERANCE = 0.98
"""A model is activated by itself if it reaches this share of the best baseline on all held-out
events."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A ranker with the vocabulary its arrays are coded in, what its items are perceived by, and
    the alignment it sees that through."""

    ranker: Ranker
    vocabulary: Vocabulary
    medium: str
    alignment: Alignment | None
    counted: int
    """Newest event of the log that its popularity was counted with."""

    @property
    def vector_name(self) -> str:
        """Name of its item vectors in the store; empty without a trained model."""
        return f"sequence-{self.ranker.version}" if self.ranker.trained else ""

    def source(self, name: str) -> str:
        """A source of the ranker's by the name that callers see: it takes sounds for the pictures
        they stand in for."""
        return f"content_{self.medium}" if name == "content_image" else name

    def image_query(self, store: ItemStore, taste: FloatArray) -> tuple[str, FloatArray]:
        """Where in the store to look for a taste in the image encoder's space, (dim,), and as what
        vector: as the ranker sees pictures, unless its alignment is not the one whose vectors the
        store has."""
        if self.alignment is not None:
            name = joint_name(self.alignment.version, self.medium)
            if name in store.vector_names():
                return name, self.alignment.heads.media(taste[np.newaxis])[0]
        return self.medium, taste


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What one training gave, and what it was given."""

    trained: Trained
    vocabulary: Vocabulary
    interactions: Interactions
    item_ids: Sequence[str]
    last_seq: int
    """The newest event of the log when it began; an incremental training goes on from there."""
    taken_up_from: str
    """The model whose weights it began with; empty for a full training."""
    alignment: Alignment | None
    """What its pictures were seen through."""


class Models:
    """The registry. One training at a time; readers take `active` once per call and keep to it."""

    def __init__(
        self,
        settings: Settings,
        log: EventLog,
        store: ItemStore,
        catalogue: Catalogue,
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        medium: str = "image",
        alignment: Alignment | None = None,
    ) -> None:
        """`alignment` is what an untrained ranker, and the next one that is trained, sees pictures
        through."""
        self._settings, self._log, self._store, self._catalogue = settings, log, store, catalogue
        self._dims, self._fingerprints = dims, dict(fingerprints)
        self._encoders = digest_of(fingerprints)
        self._medium, self._alignment = medium, alignment
        self._policy = settings.events.policy()
        self._folder = settings.data / "models"
        self._interrupted = settings.data / "training"
        self._training = threading.Lock()
        self._swapping = threading.Lock()
        self._recent: OrderedDict[str, Loaded] = OrderedDict()
        self.warning = ""
        """Why no trained model serves although there is one, for `degraded`."""
        self.active = self._first()

    def by_version(self, version: str) -> Loaded:
        """A ranker by version, from memory or from its checkpoint; the untrained one has the empty
        version."""
        if version == self.active.ranker.version:
            return self.active
        if version not in self._recent:
            self._remember(self._load(self._own_record(version)))
        return self._recent[version]

    def list(self) -> list[ModelInfo]:
        """Newest first. Those of other encoders are among them."""
        return [_info(record) for record in self._records()]

    def train(
        self,
        progress: Callable[[TrainProgress], None],
        *,
        config: RankerConfig | None = None,
        seed: int = 0,
        force: bool = False,
        incremental: bool = False,
    ) -> ModelInfo:
        """Train on the whole log, or take up the events since the active model; save, and activate.

        A full training that was interrupted goes on after its last whole epoch if log, items and
        settings are the same. A full training is not activated if it loses to a baseline, unless
        `force` is set.
        """
        if not self._training.acquire(blocking=False):
            raise TrainingUnderway
        try:
            started = time.time()
            version = (
                time.strftime("%Y%m%d-%H%M%S", time.gmtime(started)) + "-" + uuid.uuid4().hex[:4]
            )
            progress(TrainProgress("read", 0, 1))
            try:
                if incremental:
                    training = self._refresh(progress, version, seed)
                else:
                    training = self._fit(progress, version, seed, config or self._settings.ranker)
            except TooFewEvents as error:
                raise NoTrainedModel("there is too little to train on", str(error)) from error
            except TrainingDiverged as error:
                raise NoTrainedModel("training diverged", str(error)) from error
            return self._admit(progress, training, started, always=force or incremental)
        finally:
            self._training.release()

    def activate(self, version: str) -> ModelInfo:
        """Serve this model from the next call on."""
        self._swap(self._load(self._own_record(version)))
        self._log.set_active_model(version, self._encoders)
        return _info(self._record(version))

    def rollback(self) -> ModelInfo:
        """Serve the model that served before the active one, with these encoders."""
        records = [
            r
            for r in self._records()
            if r.activated_at is not None and not r.active and self._is_ours(r)
        ]
        if not records:
            raise NoTrainedModel(
                "no model served before this one",
                "see `palate models list`, activate one by version",
            )
        return self.activate(max(records, key=lambda record: record.activated_at or 0.0).version)

    def _fit(
        self,
        progress: Callable[[TrainProgress], None],
        version: str,
        seed: int,
        config: RankerConfig,
    ) -> Training:
        last_seq = self._log.last_seq()
        rows = read_rows(self._store)
        vocabulary = Vocabulary.of((row.item for row in rows), event_types_of(self._log))
        n_items = self._catalogue.n_indices
        features = features_of(rows, vocabulary, self._dims, n_items, alignment=self._alignment)
        del rows
        interactions, _ = read_interactions(
            self._log, self._policy, vocabulary.event_types, n_items
        )
        item_ids = self._catalogue.ids()[:n_items]
        weights = event_weights(self._policy, vocabulary.event_types)
        kept = SavedFits(
            self._interrupted,
            fingerprint(interactions, features, config, weights, seed),
            lambda text: progress(TrainProgress(RESUME, 0, 1, text)),
        )
        trained = train_ranker(
            interactions, features, config, version=version, event_weights=weights, seed=seed,
            progress=_told(progress), kept=kept,
        )  # fmt: skip
        return Training(trained, vocabulary, interactions, item_ids, last_seq, "", self._alignment)

    def _refresh(
        self, progress: Callable[[TrainProgress], None], version: str, seed: int
    ) -> Training:
        """From the active model and the events since its training."""
        record = self._log.active_model(self._encoders)
        if record is None:
            raise NoTrainedModel(
                "no model is active that could be taken up", "train without --incremental first"
            )
        after = read_extra(self._settings.data / record.path)["last_seq"]
        last_seq = self._log.last_seq()
        loaded = self._load(record)
        vocabulary, n_items = loaded.vocabulary, loaded.ranker.n_items
        rows = [row for row in read_rows(self._store) if row.item_index < n_items]
        features = features_of(rows, vocabulary, self._dims, n_items, alignment=loaded.alignment)
        interactions, users = read_interactions(
            self._log, self._policy, vocabulary.event_types, n_items
        )
        item_ids = self._catalogue.ids()[:n_items]
        since, who = read_interactions(
            self._log, self._policy, vocabulary.event_types, n_items, after_seq=after
        )
        if not len(since):
            raise NoTrainedModel(
                f"nothing happened since model {record.version} was trained", "record events first"
            )
        counts = dict(zip(who, np.diff(since.by_user()).tolist(), strict=True))
        new = (
            interactions.positions_from_end()
            < np.array([counts.get(user, 0) for user in users])[interactions.user]
        )
        trained = refresh_ranker(
            loaded.ranker, interactions, new, features, version=version, seed=seed, progress=_told(progress),
            event_weights=event_weights(self._policy, vocabulary.event_types),
        )  # fmt: skip
        return Training(
            trained, vocabulary, interactions, item_ids, last_seq, record.version, loaded.alignment
        )

    def _admit(
        self,
        progress: Callable[[TrainProgress], None],
        training: Training,
        started: float,
        *,
        always: bool,
    ) -> ModelInfo:
        """Save and register what was trained, and let it serve unless it lost."""
        trained, version = training.trained, training.trained.ranker.version
        metrics = {
            **trained.metrics,
            "seconds": round(time.time() - started, 1),
            "epochs": float(trained.first_stage.epochs),
        }
        words = training.vocabulary
        extra = {
            "vocabulary": {
                "tags": list(words.tags),
                "domains": dict(words.domains),
                "event_types": dict(words.event_types),
            },
            "fingerprints": self._fingerprints,
            "alignment": "" if training.alignment is None else training.alignment.version,
            "metrics": metrics,
            "seed": trained.seed,
            "n_events": len(training.interactions),
            "n_users": training.interactions.n_users,
            "last_seq": training.last_seq,
            "taken_up_from": training.taken_up_from,
            "losses": list(trained.first_stage.losses),
            "validation": list(trained.first_stage.validation),
        }
        progress(TrainProgress("save", 0, 1))
        save_checkpoint(self._folder / version, trained.ranker, training.item_ids, extra)
        self._log.add_model(version, f"models/{version}", metrics)
        if not training.taken_up_from:
            shutil.rmtree(self._interrupted, ignore_errors=True)
        lost_to = [name for name in BASELINES if _loses(metrics, name)]
        if lost_to and not always:
            progress(
                TrainProgress(
                    "done",
                    1,
                    1,
                    f"not activated: {', '.join(lost_to)} did better on held-out events",
                )
            )
            return _info(self._record(version))
        progress(TrainProgress("activate", 0, 1))
        info = self.activate(version)
        progress(TrainProgress("done", 1, 1, "activated"))
        return info

    def _first(self) -> Loaded:
        """What serves at start: the active model, or without one the untrained ranker."""
        record = self._log.active_model(self._encoders)
        if record is None and (records := self._records()) and not any(map(self._is_ours, records)):
            self.warning = "no model has been trained with these encoders yet"
        if record is not None:
            try:
                loaded = self._load(record)
            except CheckpointError as error:
                self.warning = f"the active model could not be loaded ({error})"
            else:
                self._publish(loaded)
                return loaded
        return self._untrained()

    def _untrained(self) -> Loaded:
        rows = read_rows(self._store)
        vocabulary = Vocabulary.of((row.item for row in rows), event_types_of(self._log))
        n_items = self._catalogue.n_indices
        features = features_of(rows, vocabulary, self._dims, n_items, alignment=self._alignment)
        counted = self._log.last_seq()
        interactions, _ = read_interactions(
            self._log, self._policy, vocabulary.event_types, n_items
        )
        ranker = untrained_ranker(features, interactions, self._settings.ranker)
        return Loaded(ranker, vocabulary, self._medium, self._alignment, counted)

    def learn(self, rows: Sequence[StoredItem]) -> None:
        """Let the active ranker score new or changed items from their content at once."""
        loaded = self.active
        if not loaded.ranker.trained and len(self._catalogue) > GROWTH * loaded.ranker.n_items:
            self.active = (
                self._untrained()
            )  # its idea of the catalogue is out of date, and cheap to make anew
            return
        indices = np.array([row.item_index for row in rows], dtype=np.int64)
        features = features_of(rows, loaded.vocabulary, self._dims, alignment=loaded.alignment)
        loaded.ranker.put_items(indices, features)
        if loaded.ranker.trained:
            self._store.set_vectors(
                loaded.vector_name, indices, loaded.ranker.view.vectors[indices]
            )

    def _load(self, record: ModelRecord) -> Loaded:
        folder = self._settings.data / record.path
        extra = read_extra(folder)
        if digest_of(extra["fingerprints"]) != self._encoders:
            raise CheckpointError(
                f"model {record.version} was trained with other encoders ({extra['fingerprints']}) than those in use "
                f"({self._fingerprints}); train anew"
            )
        alignment = self._alignment_of(record.version, extra.get("alignment", ""))
        words = extra["vocabulary"]
        vocabulary = Vocabulary(
            {tag: code for code, tag in enumerate(words["tags"])},
            words["domains"],
            words["event_types"],
        )
        n_items = self._catalogue.n_indices
        features = features_of(
            read_rows(self._store), vocabulary, self._dims, n_items, alignment=alignment
        )
        ranker = load_checkpoint(folder, features, self._catalogue.index_of)
        counted = self._log.last_seq()
        interactions, _ = read_interactions(
            self._log, self._policy, vocabulary.event_types, n_items
        )
        ranker.recount(interactions)
        return Loaded(ranker, vocabulary, self._medium, alignment, counted)

    def _alignment_of(self, model: str, version: str) -> Alignment | None:
        """What the model saw pictures through in training, whether or not it is in use otherwise."""
        if not version:
            return None
        try:
            return Alignments(self._settings.data).read(version, self._fingerprints)
        except AlignmentError as error:
            raise CheckpointError(f"model {model} cannot be used without its {error}") from error

    def _swap(self, loaded: Loaded) -> None:
        with self._swapping:
            self._publish(loaded)
            before, self.active = self.active, loaded
            self.warning = ""
            self._remember(before)
            for name in self._store.vector_names():
                if name.startswith("sequence-") and name != loaded.vector_name:
                    self._store.drop_vector(name)

    def _publish(self, loaded: Loaded) -> None:
        """Put the ranker's item vectors into the store under its own name, before anything reads
        them."""
        ranker = loaded.ranker
        vectors = ranker.view.vectors
        self._store.create_vector(loaded.vector_name, vectors.shape[1], "dot")
        live = np.array(sorted(self._catalogue.index_of.values()), dtype=np.int64)
        live = live[live < len(vectors)]
        self._store.set_vectors(loaded.vector_name, live, vectors[live])

    def _remember(self, loaded: Loaded) -> None:
        self._recent[loaded.ranker.version] = loaded
        while len(self._recent) > KEPT_IN_MEMORY:
            self._recent.popitem(last=False)

    def _own_record(self, version: str) -> ModelRecord:
        record = self._record(version)
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
            return bool(
                digest_of(read_extra(self._settings.data / record.path)["fingerprints"])
                == self._encoders
            )
        except CheckpointError:
            return True

    def _records(self) -> Sequence[ModelRecord]:
        return self._log.list_models(self._encoders)

    def _record(self, version: str) -> ModelRecord:
        for record in self._records():
            if record.version == version:
                return record
        raise ModelNotFound(version)


def _loses(metrics: Mapping[str, float], baseline: str) -> bool:
    return metrics.get("palate/all/ndcg@10", 0.0) < TOLERANCE * metrics.get(
        f"{baseline}/all/ndcg@10", 0.0
    )


def _told(progress: Callable[[TrainProgress], None]) -> Progress:
    return lambda stage, done, total: progress(TrainProgress(stage, done, total))


def _info(record: ModelRecord) -> ModelInfo:
    return ModelInfo(record.version, record.created_at, record.active, record.metrics)
