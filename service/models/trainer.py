"""The trainer: from the log to a model that is registered, and active unless it lost.

Owns what a training reads, when it may go on, and when its model is activated. Knows no requests,
and loads the training loop (`service.models.fitting`) only when something is trained.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.pytorch import require_pytorch
from service.api.messages import ModelInfo, Progress, TrainProgress
from service.errors import NoTrainedModel, TrainingUnderway
from service.models.model_card import REFUSED, ModelCard
from service.models.registry import ModelRegistry
from service.models.serving_model import ServingModel
from service.models.training_data import TrainingData, read_interactions
from service.ranker.candidates import CandidateSource, sources_of
from service.ranker.checkpoint import CheckpointError
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray
from service.ranker.ranker import Ranker
from service.storage.item_ids import ItemIds
from service.storage.privacy_ledger import PrivacyLedger
from service.storage.workspace import Workspace
from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.topics import Topics
from service.wishes.weights import Following

if TYPE_CHECKING:
    from service.models.incumbent import Incumbent
    from service.models.verdict import Verdict
    from service.ranker.training.cases import RankingCase
    from service.ranker.training.train import Shown, Trained
    from service.wishes.learning import Learned

logger = logging.getLogger(__name__)

LexiconNow = Callable[[int], tuple[Lexicon, Topics]]
"""What a catalogue of so many item indices can be asked for in words."""


@dataclass(frozen=True, slots=True)
class Made:
    """A model that lies in its folder, and is yet to be registered."""

    version: str
    metrics: Mapping[str, float]
    incremental: bool
    """It goes on from the active one, and nothing judges it."""
    serves: bool
    """Whether the verdict lets it serve."""
    why: str
    """What the verdict says against it; empty where it says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """What one training gave, and what it was given."""

    trained: Trained
    data: TrainingData
    taken_up_from: str
    """The model whose weights it began with; empty for a full training."""
    active: ModelCard | None = None
    """Of the model that was active when a full training began; None where there was none."""
    following: Following = field(default_factory=Following)
    """How much wishes are to be followed."""
    learned: dict[str, float] = field(default_factory=dict)
    """Figures of that."""


class Trainer:
    """Trains on a data folder, one training at a time."""

    def __init__(
        self,
        workspace: Workspace,
        item_ids: ItemIds,
        registry: ModelRegistry,
        plugged: Sequence[CandidateSource] = (),
        lexicon: LexiconNow | None = None,
    ) -> None:
        """`plugged` sources propose candidates beside those that come with Palate. Without a
        `lexicon` wishes are followed as much as is set."""
        self._workspace, self._item_ids, self._registry = workspace, item_ids, registry
        self._plugged, self._lexicon = plugged, lexicon
        self._interrupted = workspace.settings.data / "training"
        self._turn = threading.Lock()
        self._is_outdated = False
        """Whether what was interrupted has learnt from somebody who was deleted."""

    def train(
        self,
        progress: Progress,
        *,
        config: RankerConfig | None = None,
        seed: int = 0,
        force: bool = False,
        incremental: bool = False,
    ) -> ModelInfo:
        """Train on the whole log, or take up the events since the active model; save, and activate.

        A full training that was interrupted goes on after its last whole epoch if log, items and
        settings are the same. Its model is activated unless the verdict is against it
        (`service.models.verdict`); with `force` whatever the verdict is. TrainingUnderway while
        another one is, NoTrainedModel where nothing comes of it, PackageMissing without PyTorch.
        What `progress` raises ends it.
        """
        require_pytorch("Training")
        with self.alone():
            made = self.make(progress, config=config, seed=seed, incremental=incremental)
            return self.admit(progress, made, force=force)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For a training, in whichever process: TrainingUnderway while another one is."""
        if not self._turn.acquire(blocking=False):
            raise TrainingUnderway
        try:
            yield
        finally:
            self._turn.release()
            if self._is_outdated:
                self.forget_interrupted()

    def forget_interrupted(self) -> None:
        """Let go of a training that was interrupted, since somebody it learnt from was deleted; of
        one that is under way, and read the log before, once it has ended."""
        self._is_outdated = True
        if self._turn.acquire(blocking=False):
            try:
                self._is_outdated = False
                shutil.rmtree(self._interrupted, ignore_errors=True)
            finally:
                self._turn.release()

    def make(
        self,
        progress: Progress,
        *,
        config: RankerConfig | None = None,
        seed: int = 0,
        incremental: bool = False,
    ) -> Made:
        """Train, and save what comes of it; nothing else knows of it yet. Errors as of `train`."""
        started = time.time()
        version = _new_version(started)
        progress(TrainProgress("read", 0, 1))
        if self._workspace.settings.privacy.is_private:
            return self._release(progress, version, started, incremental=incremental)
        if incremental:
            fitted = self._take_up(progress, version, seed)
        else:
            config = config or self._workspace.settings.ranker
            fitted = self._fit(progress, version, seed, config)
        verdict = None if fitted.taken_up_from else _verdict_on(fitted)
        serves = verdict is None or verdict.serves
        card = self._card(fitted, started, refused=not serves)
        progress(TrainProgress("save", 0, 1))
        self._registry.save(fitted.trained.ranker, fitted.data.item_ids, card)
        why = "" if verdict is None else verdict.why
        return Made(version, card.metrics, incremental, serves, why)

    def _release(
        self, progress: Progress, version: str, started: float, *, incremental: bool
    ) -> Made:
        """A private training; see `service.models.releasing`."""
        from service.models.releasing import release_ranker

        if incremental:
            raise NoTrainedModel(
                "where privacy.epsilon is set every training releases all anew",
                "train without --incremental",
            )
        workspace = self._workspace
        data = TrainingData.read(workspace, self._item_ids)
        progress(TrainProgress("release", 0, 1))
        settings, ledger = workspace.settings, PrivacyLedger(workspace.log)
        found = release_ranker(data, settings.privacy, settings.ranker, ledger, version)
        card = ModelCard(
            vocabulary=replace(data.vocabulary, event_types={}),  # they are of the log
            fingerprints=workspace.fingerprints,
            alignments=[alignment.version for alignment in data.alignments.values()],
            metrics={
                **found.metrics,
                "seconds": round(time.time() - started, 1),
                REFUSED: 0.0,
            },
            seed=0,
            n_events=0,
            n_users=0,
            last_seq=data.last_seq,
            taken_up_from="",
            losses=(),
            validation=(),
        )
        progress(TrainProgress("save", 0, 1))
        self._registry.save(found.ranker, data.item_ids, card)
        return Made(version, card.metrics, incremental=False, serves=True, why="")

    def admit(self, progress: Progress, made: Made, *, force: bool) -> ModelInfo:
        """Register what was made, and activate it unless it lost; with `force` also then."""
        model = self._registry.register(made.version, made.metrics)
        if not made.incremental:
            shutil.rmtree(self._interrupted, ignore_errors=True)
        if not made.serves and not force:
            logger.warning("model %s is not activated: %s", model.version, made.why)
            progress(TrainProgress("done", 1, 1, f"not activated: {made.why}"))
            return model
        progress(TrainProgress("activate", 0, 1))
        model = self._registry.activate(model.version)
        told = f"activated, though {made.why}" if made.why else "activated"
        progress(TrainProgress("done", 1, 1, told))
        return model

    def _fit(self, progress: Progress, version: str, seed: int, config: RankerConfig) -> _Fitted:
        from service.models.fitting import fit_ranker

        data = TrainingData.read(self._workspace, self._item_ids)
        active = self._registry.active
        card = self._card_of(active)
        sources = self._sources(data.features.modalities)
        lessons: list[Learned] = []
        trained = fit_ranker(
            data,
            config,
            version=version,
            seed=seed,
            saved=self._interrupted,
            sources=sources,
            progress=progress,
            incumbent=None if card is None else self._incumbent(active, card, data),
            shown=self._lesson(data.alignments, sources, seed, progress, lessons.append),
        )
        fitted = _Fitted(trained, data, taken_up_from="", active=card)
        if not lessons:
            return fitted
        return replace(fitted, following=lessons[0].following, learned=lessons[0].metrics())

    def _lesson(
        self,
        alignments: Mapping[str, Alignment],
        sources: Sequence[CandidateSource],
        seed: int,
        progress: Progress,
        tell: Callable[[Learned], None],
    ) -> Shown | None:
        """Who learns how much wishes are to be followed; None where nobody can be asked in words."""
        if self._lexicon is None:
            return None
        from service.models.fitting import by_stage
        from service.models.wish_lists import WishLists
        from service.models.word_spaces import WordSpaces
        from service.wishes.learning import learned

        lexicon, encoder = self._lexicon, self._workspace.text_encoder
        spaces = WordSpaces.of(encoder, self._workspace.modalities, alignments)

        def shown(ranker: Ranker, cases: Sequence[RankingCase]) -> None:
            lists = WishLists(ranker, sources, *lexicon(ranker.n_items), encoder, spaces)
            rng = np.random.default_rng(seed)
            tell(learned(lists.of(cases, rng, by_stage(progress))))

        return shown

    def _incumbent(self, active: ServingModel, card: ModelCard, data: TrainingData) -> Incumbent:
        """The active model, and which of these users have done something since its training."""
        from service.models.incumbent import Incumbent, codes_between

        is_news = np.zeros(data.interactions.n_users, bool)
        is_news[data.interactions.user[self._since(card, data)]] = True
        codes = codes_between(data.vocabulary.event_types, active.vocabulary.event_types)
        sources = self._sources(active.ranker.modalities)
        return Incumbent(active.ranker, sources, is_news, codes)

    def _card_of(self, active: ServingModel) -> ModelCard | None:
        """None where it is not a trained model, or its checkpoint cannot be read any more: then a
        new one is not compared with it."""
        if not active.ranker.trained:
            return None
        try:
            return ModelCard.read(self._registry.folder(active.ranker.version))
        except CheckpointError as error:
            logger.warning("the new model is not compared with the active one: %s", error)
            return None

    def _since(self, card: ModelCard, data: TrainingData) -> BoolArray:
        """(E,) the events of the data that came after the training of a model."""
        since, user_ids = read_interactions(
            self._workspace.log,
            self._workspace.settings.events.policy(),
            data.vocabulary.event_types,
            len(data.item_ids),
            after_seq=card.last_seq,
        )
        return data.newest(since, user_ids)

    def _take_up(self, progress: Progress, version: str, seed: int) -> _Fitted:
        """From the active model and the events since its training."""
        from service.models.fitting import refit_ranker

        card, before = self._registry.load_active()
        if before.ranker.model is None:
            raise NoTrainedModel(
                f"model {before.ranker.version} was trained with differential privacy, and has nothing "
                "that could be taken up",
                "train without --incremental first",
            )
        data = TrainingData.read_coded(
            self._workspace,
            self._item_ids,
            before.vocabulary,
            before.alignments,
            before.ranker.n_items,
        )
        since = self._since(card, data)
        if not since.any():
            raise NoTrainedModel(
                f"nothing happened since model {before.ranker.version} was trained",
                "record events first",
            )
        trained = refit_ranker(
            before.ranker,
            data,
            since,
            version=version,
            seed=seed,
            sources=self._sources(before.ranker.modalities),
            progress=progress,
        )
        from_version = before.ranker.version
        return _Fitted(trained, data, taken_up_from=from_version, following=card.wishes)

    def _sources(self, modalities: Sequence[str]) -> Sequence[CandidateSource]:
        return (*sources_of(modalities), *self._plugged)

    def _card(self, fitted: _Fitted, started: float, *, refused: bool) -> ModelCard:
        trained, data = fitted.trained, fitted.data
        first = trained.first_stage
        return ModelCard(
            vocabulary=data.vocabulary,
            fingerprints=self._workspace.fingerprints,
            alignments=[alignment.version for alignment in data.alignments.values()],
            metrics={
                **trained.metrics,
                **fitted.learned,
                "seconds": round(time.time() - started, 1),
                "epochs": float(first.epochs),
                REFUSED: float(refused),
            },
            seed=trained.seed,
            n_events=len(data.interactions),
            n_users=data.interactions.n_users,
            last_seq=data.last_seq,
            taken_up_from=fitted.taken_up_from,
            losses=first.losses,
            validation=first.validation,
            wishes=fitted.following,
        )


def _verdict_on(fitted: _Fitted) -> Verdict:
    from service.models.verdict import lead_on, verdict_on

    lead = None if fitted.active is None else lead_on(fitted.active.metrics)
    return verdict_on(fitted.trained.checked, lead_of_active=lead)


def _new_version(now: float) -> str:
    """By the time, UTC, and random digits: versions sort as they were made, and never meet."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + "-" + uuid.uuid4().hex[:4]
