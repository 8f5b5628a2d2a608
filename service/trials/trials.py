"""Trials: a model beside the one that serves, as its shadow or for a share of the people, and who
looks after it.

At most one at a time, kept in the log, so that it goes on after a restart. Activating the model that is
tried promotes it; activating another lets a canary be compared with that one from then on. Knows no
gRPC, and nothing of how lists are made.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from indexer.log.event_log import EventLog
from service.api.messages import (
    ModelTrial,
    RecommendRequest,
    TrialArm,
    TrialKind,
    TrialRequest,
    TrialState,
    TrialTest,
)
from service.config import TrialSettings
from service.errors import InvalidInput, NoTrial, PalateError, status_of
from service.models.registry import ModelRegistry
from service.models.serving_model import ServingModel
from service.online.feedback import Feedback
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading
from service.trials.arms import CANARY, CONTROL, Calls
from service.trials.canary import Canary
from service.trials.shadow import Ranked, Shadow
from service.trials.trial import Trial

T = TypeVar("T")

DEFAULT_SHARE = 0.1
_OURS = {"INTERNAL", "DATA_LOSS", "UNAVAILABLE"}
"""Codes of errors that are no fault of the caller's."""

logger = logging.getLogger(__name__)


class Trials:
    """Of one recommender."""

    def __init__(
        self,
        log: EventLog,
        registry: ModelRegistry,
        encoders: str,
        read: Callable[[float, int], Feedback],
        rank: Callable[[RecommendRequest, ServingModel, int], Ranked],
        settings: TrialSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`encoders` is the digest of those that serve, `read` what came of the answers since a
        time by the events after a number, and `rank` makes a list."""
        self._log, self._registry, self._encoders = log, registry, encoders
        self._read, self._rank, self._settings, self._clock = read, rank, settings, clock
        self._changing = threading.RLock()
        self._trial: Trial | None = None
        self._canary: Canary | None = None
        self._shadow: Shadow | None = None
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None
        self._totals = {CANARY: Calls(), CONTROL: Calls()}
        self._returned = 0
        self._last_arms: Sequence[TrialArm] = ()
        self._last_tests: Sequence[TrialTest] = ()
        """As they stood when the last canary ended."""

    # who is asked

    def resume(self) -> None:
        """Go on with the trial that the log knows of."""
        with self._changing:
            trial = Trial.read(self._log)
            self._trial = trial
            if trial is None or not trial.is_running:
                return
            if trial.encoders != self._encoders:
                self._finish(TrialState.ENDED, "other encoders serve")
                return
            try:
                self._begin(trial)
            except PalateError as error:
                self._finish(TrialState.ENDED, f"the model cannot be used: {error}")

    def start(self, request: TrialRequest) -> ModelTrial:
        """Begin one; another that runs is ended. InvalidInput for the model that serves and for a
        share that is none, else errors as of `ModelRegistry.activate`."""
        share = request.share or DEFAULT_SHARE
        if not 0 < share <= 1:
            raise InvalidInput("share", request.share, "it must be above 0, and at most 1")
        active = self._registry.active.ranker.version
        if request.version == active:
            raise InvalidInput("version", request.version, "it serves already; try another")
        self._registry.record(request.version)
        after_seq, now = self._log.last_seq(), time.time()
        with self._changing:
            if self._trial is not None and self._trial.is_running:
                self._finish(TrialState.ENDED, "another trial was begun")
            self._last_arms, self._last_tests = (), ()
            trial = Trial(
                request.kind,
                request.version,
                share,
                self._encoders,
                active,
                started_at=now,
                since=now,
                after_seq=after_seq,
            )
            self._begin(trial)
            trial.write(self._log)
            return self._told()

    def end(self) -> ModelTrial:
        """End the one that runs. NoTrial where none does."""
        with self._changing:
            self._check_lease()
            if self._trial is None or not self._trial.is_running:
                raise NoTrial
            self._finish(TrialState.ENDED, "somebody ended it")
            return self._told()

    def get(self) -> ModelTrial | None:
        """The one that runs, else the last there was."""
        with self._changing:
            self._check_lease()
            return None if self._trial is None else self._told()

    def activated(self, version: str) -> None:
        """A model serves everybody from now on."""
        with self._changing:
            trial = self._trial
            if trial is None or not trial.is_running:
                return
            if trial.version == version:
                self._finish(TrialState.PROMOTED, "it was activated")
            elif trial.against != version:
                after_seq = self._log.last_seq()
                self._trial = replace(
                    trial, against=version, since=time.time(), after_seq=after_seq
                )
                self._trial.write(self._log)
                if self._canary is not None:
                    self._canary.compare_with(self._trial)

    # while lists are made

    def model_for(self, user_id: str) -> ServingModel:
        """What serves this person at this moment."""
        canary, trial = self._canary, self._trial
        if canary is not None and trial is not None and canary.serves(user_id):
            return self._registry.beside.get(trial.version, self._registry.active)
        return self._registry.active

    def ranked(
        self, request: RecommendRequest, rank: Callable[[ServingModel], T]
    ) -> tuple[T, bool]:
        """What `rank` makes with the model of this person, and whether a model failed. Where a canary
        fails, what serves the others does it."""
        model, active = self.model_for(request.user_id), self._registry.active
        if model is active:
            try:
                return rank(active), False
            except Exception as error:
                if not isinstance(error, PalateError) or status_of(error) in _OURS:
                    self.answered(request, None, is_faulty=True)
                raise
        try:
            return rank(model), False
        except Exception as error:
            made = rank(active)  # raises what is wrong with the request itself
            logger.error(
                "the canary failed, and %s answered: %s",
                active.ranker.version or "the untrained ranker",
                error,
                exc_info=not isinstance(error, PalateError),
            )
            return made, True

    def answered(
        self, request: RecommendRequest, listed: Ranked | None, *, is_faulty: bool
    ) -> None:
        """A list was served, or none could be."""
        canary, shadow = self._canary, self._shadow
        if canary is not None and (arm := canary.answered(request.user_id, is_faulty=is_faulty)):
            self._totals[arm].answers += 1
            self._totals[arm].errors += is_faulty
        if shadow is not None and listed is not None and not request.page_token:
            shadow.served(request, listed)

    # looking after it

    def look(self) -> None:
        """Whether the canary may stay; it goes where it has to."""
        canary = self._canary
        if canary is None:
            return
        try:
            why = canary.look()
        except Exception as error:
            logger.error(
                "the canary could not be looked at: %s",
                error,
                exc_info=not isinstance(error, PalateError),
            )
            why = ""
        with self._changing:
            if canary is not self._canary:
                return
            if why:
                self._return(why)
            self._check_lease()

    def readings(self) -> Iterator[Reading]:
        """As of now."""
        trial, canary, shadow = self._trial, self._canary, self._shadow
        for kind in TrialKind:
            runs = trial is not None and trial.is_running and trial.kind is kind
            yield Reading(m.TRIAL_RUNNING, int(runs), (kind.value,))
        for arm, calls in self._totals.items():
            yield Reading(m.TRIAL_ANSWERS, calls.answers, (arm,))
            yield Reading(m.TRIAL_ERRORS, calls.errors, (arm,))
        yield Reading(m.TRIAL_RETURNED, self._returned)
        ratios = {} if canary is None else {test.name: test.ratio for test in canary.tests}
        for name in ("clicks", "conversions", "errors"):
            yield Reading(m.TRIAL_RATIO, ratios.get(name, 0.0), (name,))
        figures = None if shadow is None else shadow.figures()
        nan = float("nan")
        yield Reading(m.SHADOW_OVERLAP, nan if figures is None else figures.overlap)
        drift = None if figures is None else figures.score_drift
        yield Reading(m.SHADOW_DRIFT, nan if drift is None else drift)

    def close(self) -> None:
        """Stop looking; the trial goes on with the next start."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()
        with self._changing:
            self._let_go()

    # parts

    def _begin(self, trial: Trial) -> None:
        model = self._registry.keep_beside(trial.version)
        self._trial = trial
        if trial.kind is TrialKind.SHADOW:
            self._shadow = Shadow(lambda request, n: self._rank(request, model, n), trial.share)
            return
        self._canary = Canary(trial, self._read, self._settings, self._clock)
        if self._watch is None:
            self._watch = threading.Thread(target=self._run, name="canary", daemon=True)
            self._watch.start()

    def _run(self) -> None:
        while not self._stopping.wait(self._settings.check_every_s):
            self.look()

    def _check_lease(self) -> None:
        if self._canary is not None and not self._canary.is_leased:
            self._return(
                "it could not be looked at for too long: nobody can tell whether it is worse"
            )

    def _return(self, why: str) -> None:
        self._returned += 1
        active = self._registry.active.ranker.version or "the untrained ranker"
        logger.error("the canary is returned, and %s serves everybody: %s", active, why)
        self._finish(TrialState.RETURNED, why)

    def _finish(self, state: TrialState, why: str) -> None:
        assert self._trial is not None
        last = self._told()
        self._trial = self._trial.ended(state, why, time.time())
        self._last_arms, self._last_tests = last.arms, last.tests
        version = self._trial.version
        self._let_go()
        if version != self._registry.active.ranker.version:
            self._registry.let_go(version)
        try:
            self._trial.write(self._log)
        except PalateError as error:  # it is ended all the same, in this process
            logger.error("that the trial has ended could not be kept: %s", error)

    def _let_go(self) -> None:
        self._canary = None
        if self._shadow is not None:
            self._shadow.close()
            self._shadow = None

    def _told(self) -> ModelTrial:
        trial, canary = self._trial, self._canary
        assert trial is not None
        return ModelTrial(
            kind=trial.kind,
            version=trial.version,
            against=trial.against,
            share=trial.share,
            started_at=trial.started_at,
            state=trial.state,
            why=trial.why,
            ended_at=trial.ended_at,
            shadow=None if self._shadow is None else self._shadow.figures(),
            arms=self._last_arms if canary is None else canary.arms,
            tests=self._last_tests if canary is None else canary.tests,
        )
