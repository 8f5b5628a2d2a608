"""Palate's three calls as plain methods: index, recommend, explain. Read this first.

    index      rows -> log (acknowledged) -> encoders -> store -> the ranker knows the item
    record     events -> log (acknowledged) -> the user is read anew at the next call
    recommend  person -> candidates from several sources -> one ranker -> rules, diversity -> answer
    explain    served answer -> counterfactuals through the same ranker -> evidence -> words, verified

This file is wiring and verbs: each verb hands its work down to a collaborator. Methods are called
from several threads at once. It knows no gRPC and no command line.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from encoders.base import Encoder, runs_on
from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from service.api.fairness import FairnessReport, FairnessRequest
from service.api.messages import (
    DEFAULT_K,
    EventReport,
    ExplainRequest,
    Explanation,
    ModelInfo,
    ModelTrial,
    OnlineReport,
    OnlineRequest,
    Personalization,
    Progress,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrialRequest,
    UserDeletion,
    UserExport,
    UserProfile,
    unheard,
)
from service.aspects.reading import Aspects
from service.errors import InvalidInput, NoRoom
from service.language_model.account import Account
from service.language_model.model import LanguageModel
from service.models.registry import ModelRegistry
from service.models.serving_model import ServingModel
from service.models.trainer import Made, Trainer
from service.models.training_data import read_interactions
from service.models.word_spaces import WordSpaces, knowing_texts
from service.online.fairness_reading import read_fairness
from service.online.online import Online
from service.ranker.ranker import Ranker
from service.ranker.stopwatch import Stopwatch
from service.reasons.crowds import Crowds
from service.reasons.explanations import Explanations, Question
from service.reasons.kept_crowd import KeptCrowd
from service.reasons.kept_usual import KeptUsual
from service.reasons.tastes import Tastes
from service.reasons.usual import Usual
from service.reasons.writing import Writing
from service.rules.placements import Placements
from service.rules.rule import PlacementRule
from service.serving.answer import Answer
from service.serving.answer_contexts import AnswerContexts
from service.serving.catalog import Catalog
from service.serving.catalogue_lexicon import CatalogueLexicon
from service.serving.freshness import Freshness
from service.serving.kept_words import KeptWords
from service.serving.last_resort import LastResort, in_numbers
from service.serving.paging import Page
from service.serving.query_encoder import QueryEncoder
from service.serving.request_ranker import RequestRanker
from service.serving.rule import Rule
from service.serving.search import Found, Search
from service.serving.served import ServedContexts
from service.serving.sources import Sources
from service.serving.user_context import UserContexts
from service.serving.user_exports import UserExports
from service.serving.user_states import UserStates
from service.serving.users import Users
from service.serving.wishes import Wishes
from service.storage.item_ids import ItemIds
from service.storage.kept_habits import KeptHabits
from service.storage.language_model import prompt_model
from service.storage.liking import Liking
from service.storage.nobody import Everybody, Nobody
from service.storage.privacy_ledger import PrivacyLedger
from service.storage.retraining import ask_for_retraining
from service.storage.workspace import Workspace
from service.telemetry.telemetry import SILENT, Telemetry
from service.trials.shadow import Ranked as Listing
from service.trials.trials import Trials
from service.vital_signs import VitalSigns

if TYPE_CHECKING:
    from service.models.shrinking import Shrunk
    from service.rules.preview import RulesPreview, Step

logger = logging.getLogger(__name__)

WARMED_UP_BY = 20
"""Items of the history that is warmed up with."""
TOLD_EVERY_S = 10.0
"""Between two lines of the log on how far the encoding at a start is."""


class Recommender:
    """One data folder, open for calls. Close it."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        active: bool = True,
        telemetry: Telemetry = SILENT,
        account: Account | None = None,
    ) -> None:
        """`active`: False keeps it beside one that serves, until `activate`; its store has followed
        the log then. `telemetry` is told what happens while it serves. What language models are asked
        goes on the `account`, without one on that of the settings."""
        settings, log, store = workspace.settings, workspace.log, workspace.store
        policy = settings.events.policy()
        self._settings, self._workspace, self._policy = settings, workspace, policy
        self._encoders = workspace.digest
        self._account = account or Account(settings.language_model.budget_tokens)
        self._writing = Writing(settings, account=self._account)
        self._prompt_model = prompt_model(settings, self._account)
        followed = _follow_log(workspace) if active else True
        queries = QueryEncoder(workspace.text_encoder.encode_queries)
        encode_query = queries.encode
        knowing = knowing_texts(workspace.modalities)
        others = {name: QueryEncoder(encode) for name, encode in knowing.items()}
        own = {name: one.encode for name, one in others.items()}
        spaces = WordSpaces(encode_query, own, workspace.alignments)
        self.ids = ItemIds(log.item_indices())
        is_private = settings.privacy.is_private
        everybody: Everybody = Nobody() if is_private else log
        kept_habits, kept_crowd = KeptHabits(workspace), KeptCrowd(workspace)
        if is_private:
            kept_habits.forget()
            kept_crowd.forget()
        self.liking = Liking(policy, everybody, None if is_private else kept_habits)
        self._models = ModelRegistry(workspace, self.ids)
        sole_writer = workspace.folder.sole_writer
        states = UserStates(log, store, self.ids, self.liking, only_writer=sole_writer)
        self._served = ServedContexts(
            log,
            keep_days=settings.explain.keep_days,
            max_served=settings.explain.max_served,
            impression_days=settings.online.keep_days,
        )
        self._online = Online(log, self._served, policy, settings.online.attribution_days)
        self._users = Users(
            log,
            self.liking,
            states,
            self._served,
            UserExports(log, states, self.ids),
            workspace.folder.wiper,
        )
        self.catalog = Catalog(workspace, self.ids, self._models, on_change=states.forget)
        if not followed:
            self.catalog.leave_out_deleted(self.ids.index_of)
        sources = Sources(self.catalog, settings.server.source_timeout_s)
        lexicon = CatalogueLexicon(
            self.catalog.everything, Aspects(log), workspace.text_encoder, KeptWords(workspace)
        )
        self.catalog.on_known = lexicon.note
        self._trainer = Trainer(workspace, self.ids, self._models, sources.plugged, lexicon.now)
        contexts = UserContexts(states, self.ids, store, encode_query)
        reader = self._prompt_model if settings.language_model.reads_wishes else None
        self.wishes = Wishes(
            lexicon, self.ids, self._served, workspace.text_encoder, queries, spaces, reader
        )
        self.placements = Placements(settings.rules, store, self.ids, self.catalog)
        self.ranking = RequestRanker(
            store, self.ids, contexts, sources, self.wishes, self.placements
        )
        self._last_resort = LastResort(self.catalog, self.ids, contexts)
        self.answers = AnswerContexts(self._served, self.ranking, self._encoders)
        self._queries, self._states = queries, states
        self._queries_of_media = others
        self._search = Search(store, spaces, workspace.modalities)
        self._crowds = Crowds(everybody, self.liking, None if is_private else kept_crowd)
        self._explanations = Explanations(
            settings.explain,
            policy,
            self._writing,
            self.catalog,
            self._crowds,
            encode_query,
            Aspects(log),
            Usual(self.catalog.everything, Aspects(log), KeptUsual(workspace)),
            self.wishes,
        )
        self._tastes = Tastes(settings.explain, self.liking, log, everybody, self._writing)
        self._freshness = Freshness()
        caches = {
            "users": states.uses,
            "items": self.catalog.uses,
            "query_texts": queries.uses,
            "explanations": self._writing.uses,
        }
        self._vital_signs = VitalSigns(
            workspace,
            self.ids,
            self._models,
            self.catalog,
            self._writing,
            self._freshness,
            caches,
        )
        self._trials = Trials(
            log,
            self._models,
            self._encoders,
            self._online.feedback,
            self._listed,
            settings.trials,
        )
        self._models.on_loaded = self._ready
        self.telemetry = telemetry
        if active:
            self._be_watched()

    # index

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        """Add or replace items; `images` and `sounds` hold encoded ones by item id. Durable when
        this returns."""
        return self.catalog.index(items, images, sounds)

    def delete_items(self, item_ids: Sequence[str]) -> Sequence[str]:
        """Remove items; returns the ids that were not there. Their events stay in the log."""
        return self.catalog.delete(item_ids)

    def get_item(self, item_id: str) -> Item:
        """ItemNotFound where there is none of this id."""
        return self.catalog.get(item_id)

    def list_items(
        self, page_size: int, page_token: str, domain: str
    ) -> tuple[Sequence[Item], str]:
        """Items in the order they were first indexed, and the token of the next page, empty at the
        end."""
        return self.catalog.page(page_size, page_token, domain)

    def record_events(self, events: Sequence[Event]) -> EventReport:
        """Append to the log; durable when this returns, and the next recommend sees it."""
        fresh, withheld = self._users.record(events)
        _, unknown = self.ids.indices(event.item_id for event in fresh)
        behaviour = (e.item_id for e in fresh if self._policy.of_type(e.event_type).trains)
        observed = self.ids.indices(behaviour)[0]
        for model in self._models.live:
            model.ranker.catalog.observe(observed)
        self._freshness.recorded(self._models.active, len(events), len(fresh))
        return EventReport(
            recorded=len(fresh),
            duplicates=len(events) - len(fresh) - withheld,
            unknown_items=len(unknown),
            unattributed=self._online.count_unattributed(fresh, self.ids.index),
            withheld=withheld,
        )

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        """Delete some of a user's events, or all of them (None); returns how many there were."""
        return self._users.delete_events(user_id, event_ids)

    # recommend

    def recommend(self, request: RecommendRequest) -> Recommendation:
        """What this person might like next, best first."""
        watch, asked_at = Stopwatch(), time.time()
        page = Page.of(request)
        try:
            ranking, has_failed = self._trials.ranked(
                request, lambda model: self.ranking.rank(request, model, page.stop, watch)
            )
        except Exception as error:
            popular = self._last_resort.instead(request, self._models.active, page, error)
            self.telemetry.listed(lambda: in_numbers(popular))
            return popular
        model, answer = ranking.model, Answer.of(ranking, page)
        is_faulty = has_failed or bool(ranking.ranked.failed or ranking.ranked.n_unscored)
        self._trials.answered(request, _listing(answer), is_faulty=is_faulty)
        items = self.catalog.items(answer.items)
        context = answer.context(self._encoders, asked_at)
        recommendation_id = self._served.put(context, answer.impression())
        watch.lap("answer")
        reasons: Sequence[str] = [""] * len(items)
        if request.explain and items:
            reasons = self._explanations.reasons(
                model, context, answer.items, items, request.language
            )
            watch.lap("explain")
        self.telemetry.stages(watch)
        # The drift of scores is that of the active model.
        is_active = model is self._models.active
        self.telemetry.listed(
            answer.listed if is_active else lambda: replace(answer.listed(), best_score=None)
        )
        return answer.recommendation(recommendation_id, items, reasons, watch.laps_ms())

    def similar_items(self, request: SimilarRequest) -> Recommendation:
        """Items like one item, by content and by who chose both: the ranker with that item as the
        whole history. There is nobody to explain it to, so nothing is kept of it."""
        self.catalog.index_of(request.item_id)
        watch = Stopwatch()
        asked = RecommendRequest(
            k=request.k,
            domains=request.domains,
            filter=request.filter,
            exclude_item_ids=[*request.exclude_item_ids, request.item_id],
            history_item_ids=[request.item_id],
        )
        page, model = Page.of(asked), self._models.active
        answer = Answer.of(self.ranking.rank(asked, model, page.stop, watch, ruled=False), page)
        items = self.catalog.items(answer.items)
        watch.lap("answer")
        self.telemetry.stages(watch)
        reasons = [""] * len(items)
        return answer.recommendation("", items, reasons, watch.laps_ms())

    def search_items(self, request: SearchRequest) -> Recommendation:
        """Items for a text, or for a picture or a sound by what it is like; nearest first."""
        watch = Stopwatch()
        rule = Rule.of(request.filter, request.domains, self._workspace.store, self.ids)
        found = self._find(request, rule)
        watch.lap("retrieve")
        items = self.catalog.items(np.array([one.item_index for one in found], dtype=np.int64))
        results = [
            ScoredItem(item.item_id, rank, one.score, one.sources, item)
            for rank, (item, one) in enumerate(zip(items, found, strict=True), start=1)
        ]
        self.telemetry.stages(watch)
        notes = list(filter(None, [self._workspace.unaligned, self._workspace.store.damage]))
        notes += rule.notes
        return Recommendation("", results, "", degraded=notes, stage_ms=watch.laps_ms())

    def report_online(self, request: OnlineRequest) -> OnlineReport:
        """What came of what was served."""
        return self._online.report(request)

    def report_fairness(self, request: FairnessRequest) -> FairnessReport:
        """Whom it serves."""
        self._served.flush()
        online, log = self._online, self._workspace.log
        return read_fairness(log, online.policy, online.attribution_days, request)

    # explain

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] | None = None
    ) -> Explanation:
        """Why this item: as it was served, or for a user as things stand now.

        `tell` gets the explanation without its words before a writer is asked for them.
        """
        watch = Stopwatch()
        index, other = self._asked_about(request)
        writer = self._writing.writer(request.writer)
        if request.recommendation_id:
            context = self.answers.served(request.recommendation_id)
        else:
            context = self.answers.now(request, index, self._trials.model_for(request.user_id))
        question = Question(
            context=context,
            model=self._models.by_version(context.model_version),
            index=index,
            explored=context.result(index, request).explored,
            instead_of=other,
            change=request.change,
            writer=writer,
            language=request.language or self._settings.explain.language,
        )
        watch.lap("look_up")
        explanation = self._explanations.explain(question, tell, watch)
        self.telemetry.stages(watch)
        return explanation

    def influence(self, recommendation_id: str, item_id: str) -> Mapping[str, float]:
        """How much lower a served item would have scored without each item of the history, by item
        id."""
        index = self.catalog.index_of(item_id)
        context = self.answers.served(recommendation_id)
        context.result(index, ExplainRequest(item_id, recommendation_id))
        model = self._models.by_version(context.model_version)
        return self._explanations.influence(model, context, index)

    def describe_taste(self, request: TasteRequest) -> TasteSummary:
        """What sets the choices of a user apart, and when they changed; a user without any is told
        so."""
        return self._tastes.describe(request, self._crowds.now(self.ids.n_indices).counts)

    # users

    def put_user(self, user: UserProfile) -> None:
        """Replace what is stored about a user besides events."""
        self._users.put(user)

    def set_consent(self, user_id: str, personalization: Personalization) -> None:
        """Replace how much of what is stored about a user may be used, from now on. What is counted of
        people together is counted anew, and the next training follows."""
        self._users.set_consent(user_id, personalization)
        self._forget_people()

    def export_user(self, user_id: str, page_size: int = 0, page_token: str = "") -> UserExport:
        """Everything that is stored about the user, or a page of it; 0 is all in one."""
        return self._users.export(user_id, page_size, page_token)

    def delete_user(self, user_id: str, *, retrain: bool = False) -> UserDeletion:
        """Remove everything about the user. With `retrain` the server trains a model without them,
        where one serves that has learnt of them."""
        first = self._workspace.log.recorded_events(user_id, limit=1)
        counts = self._users.delete(user_id)
        self._forget_people()
        has_learnt = (
            model.ranker.version
            for model in self._models.live
            if first and first[0].seq <= model.trained_on
        )
        exposed = next(has_learnt, "")
        retrain = retrain and bool(exposed)
        if retrain:
            ask_for_retraining(self._workspace.log)
        return UserDeletion(counts, exposed, retrain)

    def merge_users(self, guest_user_id: str, user_id: str) -> Mapping[str, int]:
        """Give the user all that is known of a guest, who is deleted; returns how many of each kind
        there were."""
        return self._users.merge(guest_user_id, user_id)

    def sweep_events(self) -> Mapping[str, int]:
        """Delete events that are older than `privacy.retention_days` keeps them; how many of each
        type there were."""
        days = self._settings.privacy.retention_days
        swept = self._users.sweep(days, time.time())
        if any(swept.values()):
            told = ", ".join(f"{n:,} {name}" for name, n in swept.items() if n)
            logger.info("deleted events that are older than privacy.retention_days: %s", told)
            self._forget_people()
        return swept

    # models

    def list_models(self) -> Sequence[ModelInfo]:
        """All models, newest first."""
        return self._models.list()

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
        model = self._trainer.train(progress, seed=seed, force=force, incremental=incremental)
        self._note_active()
        return model

    def training_apart(self) -> AbstractContextManager[None]:
        """For as long as another process trains for this one: TrainingUnderway while another training
        is."""
        return self._trainer.alone()

    def admit_model(self, progress: Progress, made: Made, *, force: bool) -> ModelInfo:
        """A model that another process has trained: register it, and let it serve unless its check
        is against it."""
        model = self._trainer.admit(progress, made, force=force)
        self._note_active()
        return model

    def activate_model(self, version: str) -> ModelInfo:
        """Serve this model from the next call on."""
        model = self._models.activate(version)
        self._trials.activated(model.version)
        return model

    def rollback_model(self) -> ModelInfo:
        """Serve the model that served before the active one."""
        model = self._models.rollback()
        self._trials.activated(model.version)
        return model

    def start_trial(self, request: TrialRequest) -> ModelTrial:
        """Let a model be tried beside the one that serves: as its shadow, or for a share of the
        people."""
        return self._trials.start(request)

    def get_trial(self) -> ModelTrial | None:
        """The trial that runs, else the last there was; None where there never was one."""
        return self._trials.get()

    def end_trial(self) -> ModelTrial:
        """End the trial that runs: what serves the others serves everybody."""
        return self._trials.end()

    def shrink_model(self, version: str) -> Shrunk:
        """Register a smaller copy of a model, and compare what both recommend."""
        from service.models.shrinking import shrink

        return shrink(self._workspace, self._models, version)

    @property
    def model(self) -> ServingModel:
        """The model that serves at this moment."""
        return self._models.active

    @property
    def reply_model(self) -> LanguageModel | None:
        """What phrases the replies of a conversation, until it is closed; None where templates do."""
        return self._prompt_model if self._settings.language_model.phrases_replies else None

    @property
    def ranker(self) -> Ranker:
        """What scores at this moment."""
        return self._models.active.ranker

    def drop_caches(self) -> None:
        """Forget what can be read or worked out again: people, items, query texts and histories. What
        was asked of a language model is kept."""
        self._states.forget()
        self.catalog.drop_cache()
        for queries in (self._queries, *self._queries_of_media.values()):
            queries.drop_cache()
        for model in self._models.live:
            model.ranker.remembered.clear()

    def loaded(self) -> Mapping[str, str]:
        """What is loaded, for people to read."""
        workspace = self._workspace
        media = [modality.encoder for modality in workspace.modalities.values()]
        names = [f"{name} encoder" for name in workspace.modalities]
        encoders = dict(zip(names, map(_described, media), strict=True))
        versions = [alignment.version for alignment in workspace.alignments.values()]
        before = workspace.served_before
        changed = {"encoders": f"others than before: {before} served last"} if before else {}
        if damage := workspace.store.damage:
            changed = {**changed, "vectors": damage}
        if no_room := workspace.store.no_room:
            changed = {**changed, "disk": f"read only: {no_room}"}
        return {
            "data": str(self._settings.data),
            "items": f"{len(self.ids):,}",
            "events": f"{workspace.log.count_events():,}",
            "ratings": self.liking.described,
            **self._privacy_spent(),
            **changed,
            "text encoder": _described(workspace.text_encoder),
            **(encoders or {"image encoder": "none"}),
            "shared space": workspace.unaligned or ", ".join(versions) or "none",
            "writer": self._settings.explain.writer,
            "model": self.ranker.version or f"none yet: {self._untrained_by} until `palate train`",
        }

    # rules

    def preview_rules(
        self,
        rules: Sequence[PlacementRule],
        *,
        people: int,
        seed: int = 0,
        step: Step = lambda done, total: None,
    ) -> RulesPreview:
        """What these rules do to lists of people in the log, and what that costs."""
        from service.rules.preview import preview  # it knows training, and what serves does not

        model = self._models.active
        interactions, _ = read_interactions(
            self._workspace.log, self._policy, model.vocabulary.event_types, model.ranker.n_items
        )
        names = [(rule.name, rule.kind, self.placements.members(rule)) for rule in rules]
        return preview(
            model.ranker,
            self.placements.placement(rules),
            names,
            interactions,
            people=people,
            seed=seed,
            step=step,
        )

    # change of encoders

    @property
    def workspace(self) -> Workspace:
        """What is stored, and what encodes it."""
        return self._workspace

    def catch_up(self) -> None:
        """Take in what items the log has gained, changed and lost since; other calls may go on."""
        self.catalog.follow_log()

    def count_events(self) -> None:
        """Take in the events that were recorded since its ranker was loaded, by whoever served;
        once."""
        model, newest = self._models.active, self._workspace.log.last_seq()
        types, n_items = model.vocabulary.event_types, model.ranker.n_items
        since, _ = read_interactions(
            self._workspace.log, self._policy, types, n_items, after_seq=model.counted
        )
        model.ranker.catalog.observe(since.item)
        self._freshness.counted(model, newest)

    def activate(self) -> None:
        """From here on the log's marks are about this store, and the next start finds that it
        served."""
        self._workspace.log.activate_store(self._workspace.digest)
        self._be_watched()

    def take_over(self) -> None:
        """After the one that served before has been closed: end what it left undone."""
        self.catalog.reconcile()

    def warm_up(self) -> None:
        """Do what the first calls would else wait for: the encoders' first batch, the reading of the
        catalogue's words and of the crowd, and one list with its reasons, of which nothing is kept."""
        self._workspace.warm_up()
        self.wishes.lexicon.prepare()
        self._crowds.now(self.ids.n_indices)
        model = self._models.active
        counts = model.ranker.snapshot.behaviour.counts
        met = [self.ids.item_id(int(index)) for index in np.argsort(-counts)[:WARMED_UP_BY]]
        request = RecommendRequest(history_item_ids=[item_id for item_id in met if item_id])
        page = Page.of(request)
        answer = Answer.of(self.ranking.rank(request, model, page.stop), page)
        items = self.catalog.items(answer.items)
        if items:
            context = answer.context(self._encoders, time.time())
            self._explanations.reasons(model, context, answer.items, items, "")

    def close(self) -> None:
        """Write what is yet to be written, and let go of the data folder."""
        self._trials.close()
        self._served.close()
        self._writing.close()
        if self._prompt_model is not None:
            self._prompt_model.close()
        self._workspace.close()

    # parts

    @property
    def _untrained_by(self) -> str:
        alone = self._settings.privacy.is_private
        return "content alone" if alone else "content, item-kNN and popularity"

    def _privacy_spent(self) -> Mapping[str, str]:
        """What is said of differential privacy, where it is on."""
        privacy = self._settings.privacy
        if not privacy.is_private:
            return {}
        from service.ranker.private.budget import epsilon_of  # it loads scipy.optimize

        spent = epsilon_of(PrivacyLedger(self._workspace.log).spent, privacy.delta)
        told = (
            f"epsilon {privacy.epsilon:g} a training at delta {privacy.delta:g}, {spent:.3g} spent"
        )
        return {"differential privacy": told}

    def _forget_people(self) -> None:
        """What is remembered of several people at once is read anew."""
        self._crowds.forget()
        self._writing.forget()
        self._trainer.forget_interrupted()

    def _be_watched(self) -> None:
        """From here on this is the recommender that serves."""
        self.telemetry.watch("recommender", self._vital_signs.readings)
        self.telemetry.watch("trials", self._trials.readings)
        self._trials.resume()

    def _note_active(self) -> None:
        self._trials.activated(self._models.active.ranker.version)

    def _ready(self, model: ServingModel) -> None:
        """A first list, which makes what later ones find; a model that cannot make one raises."""
        self.ranking.rank(RecommendRequest(), model, DEFAULT_K)

    def _listed(self, request: RecommendRequest, model: ServingModel, n: int) -> Listing:
        """What a model would list for a request."""
        ranking = self.ranking.rank(request, model, n)
        return _listing(Answer.of(ranking, Page(0, n, "")))

    def _find(self, request: SearchRequest, rule: Rule) -> list[Found]:
        if [bool(request.text), bool(request.image), bool(request.audio)].count(True) != 1:
            why = "give exactly one of text, image and audio"
            raise InvalidInput("query", request.text, why)
        k = request.k or DEFAULT_K
        if request.image:
            return self._search.by_content("image", request.image, k, rule.filter)
        if request.audio:
            return self._search.by_content("audio", request.audio, k, rule.filter)
        return self._search.by_text(request.text, k, rule.filter)

    def _asked_about(self, request: ExplainRequest) -> tuple[int, int | None]:
        """Index of the item, and of the one that it is contrasted with, where one is named."""
        index = self.catalog.index_of(request.item_id)
        if not request.instead_of_item_id:
            return index, None
        if request.instead_of_item_id == request.item_id:
            why = "it must be another item than item_id"
            raise InvalidInput("instead_of_item_id", request.item_id, why)
        return index, self.catalog.index_of(request.instead_of_item_id)


def _listing(answer: Answer) -> Listing:
    best = answer.results[0].score if answer.results else None
    return Listing(answer.items.tolist(), best)


class _Telling:
    """Says in the log how far the encoding at a start is, where it takes long."""

    def __init__(self) -> None:
        self._said = monotonic()

    def __call__(self, done: int, total: int | None) -> None:
        if monotonic() - self._said >= TOLD_EVERY_S:
            self._said = monotonic()
            logger.warning("bringing vectors up to the log: %s of %s items", done, total)


def _follow_log(workspace: Workspace) -> bool:
    """Bring the store up to the log, and say whether that could be done. On a full disk what it has
    is served all the same."""
    if no_room := workspace.store.no_room:
        logger.error("read only: %s", no_room)
    try:
        workspace.reconcile(_Telling())
    except NoRoom as error:
        logger.error("what the store lacks of the log is not served: %s", error)
        return False
    return True


def _described(encoder: Encoder) -> str:
    return f"{encoder.name} on {where}" if (where := runs_on(encoder)) else encoder.name
