"""Switching: the recommender that serves, and its exchange for one with other encoders while calls
go on.

    beside the serving one, for as long as it takes: `service.operations.changing.prepare`
    while changes of the catalogue wait: what it has lost, gained and changed meanwhile
    while changes of users wait as well: the events that came meanwhile -> exchange
    the one before ends its calls and is closed; its store stays, for the way back

Every call is answered by the recommender that it began with, and what is written goes to one of the
two alone. People are called by their pseudonyms from here on, where the settings have any. Knows no
gRPC.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, TypeAlias, TypeVar

from service.api.messages import ModelInfo, ServingEncoders, TrainProgress, unheard
from service.api.services import Progress
from service.config import TrainingSettings
from service.errors import NotServing, TrainingUnderway
from service.language_model.model import LanguageModel
from service.operations.changing import named, open_beside, prepare, serving_encoders
from service.operations.housekeeping import Housekeeping
from service.operations.pseudonymous import under_pseudonyms
from service.operations.scrubbing import Scrubber
from service.operations.training_apart import TrainingApart, can_be_apart
from service.operations.training_schedule import TrainingSchedule
from service.priority import TRAINING, give_way
from service.recommender import Recommender
from service.telemetry.progress_lines import ProgressLines, log_progress

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

Lock: TypeAlias = Literal["items", "users"]
"""What a verb changes, so that others who change it wait: items of the catalogue, or what is known
of users."""


def _delegate(
    verb: Callable[Concatenate[Recommender, P], T], lock: Lock | None = None
) -> Callable[Concatenate[Switching, P], T]:
    """The same verb, of the recommender that serves when it is called."""

    @wraps(verb)
    def call(self: Switching, /, *arguments: P.args, **named_arguments: P.kwargs) -> T:
        with self._holding(lock), self._serving() as recommender:
            of_recommender: Callable[P, T] = getattr(recommender, verb.__name__)
            return under_pseudonyms(self._pseudonyms, of_recommender, *arguments, **named_arguments)

    return call


class Switching:
    """A `Backend` that is one recommender at a time."""

    def __init__(
        self,
        recommender: Recommender,
        scrub_every_h: float = 0.0,
        training: TrainingSettings | None = None,
        *,
        housekeeping: bool = False,
    ) -> None:
        """What serves is scrubbed every so many hours; 0 is never. With `training` it trains as that
        says; without, in the caller's thread. `housekeeping` does by itself what falls due, scheduled
        trainings as well; else that is for whoever calls `tend`."""
        self._active = recommender
        self._pseudonyms = recommender.workspace.folder.pseudonyms
        self._apart = TrainingApart(training) if training is not None and training.apart else None
        self._schedule = TrainingSchedule(
            training or TrainingSettings(), lambda: self._active.workspace.log, self._scheduled
        )
        self._scrubber = Scrubber(lambda: self._active, scrub_every_h) if scrub_every_h else None
        self._calls: Counter[Recommender] = Counter()
        """Under way, by the recommender that answers them."""
        self._turn = threading.Condition()
        """Held to read or change which recommender is active, and the count of its calls."""
        self._items = threading.Lock()
        self._users = threading.Lock()
        self._training = threading.Lock()
        self._housekeeping = Housekeeping(lambda: self._active, self._retrain)
        if housekeeping:
            self._housekeeping.start()
            self._schedule.start()

    index_items = _delegate(Recommender.index_items, lock="items")
    delete_items = _delegate(Recommender.delete_items, lock="items")
    get_item = _delegate(Recommender.get_item)
    list_items = _delegate(Recommender.list_items)
    record_events = _delegate(Recommender.record_events, lock="users")
    delete_events = _delegate(Recommender.delete_events, lock="users")

    recommend = _delegate(Recommender.recommend)
    similar_items = _delegate(Recommender.similar_items)
    search_items = _delegate(Recommender.search_items)
    report_online = _delegate(Recommender.report_online)
    report_fairness = _delegate(Recommender.report_fairness)

    explain = _delegate(Recommender.explain)
    describe_taste = _delegate(Recommender.describe_taste)

    list_models = _delegate(Recommender.list_models)
    activate_model = _delegate(Recommender.activate_model)
    rollback_model = _delegate(Recommender.rollback_model)
    start_trial = _delegate(Recommender.start_trial)
    get_trial = _delegate(Recommender.get_trial)
    end_trial = _delegate(Recommender.end_trial)

    put_user = _delegate(Recommender.put_user, lock="users")
    set_consent = _delegate(Recommender.set_consent, lock="users")
    export_user = _delegate(Recommender.export_user)
    delete_user = _delegate(Recommender.delete_user, lock="users")
    merge_users = _delegate(Recommender.merge_users, lock="users")

    loaded = _delegate(Recommender.loaded)
    drop_caches = _delegate(Recommender.drop_caches)

    def train(
        self,
        progress: Progress = unheard,
        *,
        seed: int = 0,
        force: bool = False,
        incremental: bool = False,
    ) -> ModelInfo:
        """Train on the whole log, or take up what is new; what comes of it serves unless its check is
        against it."""
        with self._alone(), self._serving() as recommender:
            model = self._trained(recommender, progress, seed, force, incremental)
        self._schedule.note(incremental)
        return model

    @property
    def reply_model(self) -> LanguageModel | None:
        """See `Recommender.reply_model`; of the one that serves now."""
        return self._active.reply_model

    def change_encoders(
        self, progress: Progress, *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        """Answer with these encoders from then on; an empty name keeps the one there is.

        TrainingUnderway while a training or another change is. What `progress` raises ends it, and
        what has been encoded by then stays for the next time.
        """
        with self._alone():
            before = self._active
            lines = {"text": text, "image": image, "audio": audio}
            settings = named(before.workspace.settings, lines)
            workspace = open_beside(before.workspace, settings, progress)
            after = prepare(workspace, progress, before.workspace.store, before.telemetry)
            try:
                after.catch_up()
                progress(TrainProgress("switch", 0, 1))
                self._exchange(after)
            except BaseException:
                after.close()
                raise
            self._retire(before)
            return serving_encoders(after)

    def close(self) -> None:
        """Close the recommender that serves."""
        self._active.telemetry.unwatch("recommender")
        self._active.telemetry.unwatch("trials")
        self.end_tending()
        if self._scrubber is not None:
            self._scrubber.close()
        self._active.close()

    def tend(self) -> None:
        """Do what has fallen due, in the caller's thread: it may train."""
        self._housekeeping.look()
        self._schedule.look()

    def end_tending(self) -> None:
        """Whoever tends it leaves off at their next step, and does not begin anew."""
        self._schedule.close()
        self._housekeeping.close()

    def _trained(
        self,
        recommender: Recommender,
        progress: Progress,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        if self._apart is not None and can_be_apart(recommender.workspace.settings):
            return self._apart.train(
                recommender, progress, seed=seed, force=force, incremental=incremental
            )
        return recommender.train(progress, seed=seed, force=force, incremental=incremental)

    def _scheduled(self, incremental: bool) -> None:
        self._train_unasked(incremental, lambda: self._schedule.stopping)

    def _retrain(self, stopping: Callable[[], bool]) -> None:
        self._train_unasked(False, stopping)
        self._schedule.note(False)

    def _train_unasked(self, incremental: bool, stopping: Callable[[], bool]) -> None:
        """A training that nobody waits for: its progress is lines of the log, and NotServing ends it
        when `stopping`."""
        lines = ProgressLines(log_progress)

        def progress(step: TrainProgress) -> None:
            if stopping():
                raise NotServing("stopping this work")
            lines.step(step.stage, step.done, step.total or None)

        give_way(TRAINING)
        with self._alone(), self._serving() as recommender:
            model = self._trained(recommender, progress, 0, False, incremental)
        serves = "serves" if model.active else "does not serve: its check was against it"
        logger.info("training: model %s %s", model.version, serves)

    def _exchange(self, after: Recommender) -> None:
        """Make `after` the one that serves. Nothing is written between its last look at the log and
        that."""
        with self._items:
            after.catch_up()
            with self._users:
                after.count_events()
                after.activate()
                with self._turn:
                    self._active = after

    def _retire(self, before: Recommender) -> None:
        """Close the one that served, once its last call has ended."""
        with self._turn:
            self._turn.wait_for(lambda: not self._calls[before])
            del self._calls[before]
        before.close()
        self._active.take_over()

    @contextmanager
    def _serving(self) -> Iterator[Recommender]:
        """The recommender that serves; it is not closed before this ends."""
        with self._turn:
            recommender = self._active
            self._calls[recommender] += 1
        try:
            yield recommender
        finally:
            with self._turn:
                self._calls[recommender] -= 1
                self._turn.notify_all()

    def _holding(self, lock: Lock | None) -> AbstractContextManager[object]:
        match lock:
            case None:
                return nullcontext()
            case "items":
                return self._items
            case "users":
                return self._users

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One training or change of encoders at a time: TrainingUnderway for a second one."""
        if not self._training.acquire(blocking=False):
            raise TrainingUnderway
        try:
            yield
        finally:
            self._training.release()
