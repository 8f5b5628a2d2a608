"""Palate's three calls as plain methods: index, recommend, explain. Read this first.

    index      rows -> log (acknowledged) -> encoders -> store -> the ranker knows the item
    record     events -> log (acknowledged) -> the user is read anew at the next call
    recommend  person -> candidates from several sources -> one ranker -> rules, diversity -> answer, kept for explain
    explain    served context -> counterfactuals through the same ranker -> evidence -> words, verified

Methods are called from several threads at once. It knows no gRPC and no command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from encoders.arrays import FloatArray
from encoders.base import Encoder, runs_on
from indexer.catalog.event import Event
from indexer.catalog.filter import Filter
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.stores.store import TEXT, StoredItem
from service.api.messages import (
    DEFAULT_K,
    EventReport,
    ExplainRequest,
    Explanation,
    ModelInfo,
    Personalization,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    UserProfile,
)
from service.catalog.item_ids import Catalogue, read_interactions
from service.errors import InvalidInput, ItemNotFound, RecommendationNotFound, ServedByOtherEncoders
from service.models.features import second_block
from service.models.registry import Loaded, Models
from service.models.shrinking import Shrunk, shrink
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.ranker.ranker import Ranker, ScoredList
from service.reasons.evidence import rule_text
from service.reasons.explanations import Explanations, Lookups, Question
from service.reasons.tastes import Tastes
from service.reasons.writing import Writing
from service.serving.paging import Page
from service.serving.rerank import POOL, diversify
from service.serving.retrieval import Candidates, Rule, retrieve
from service.serving.search import Found, Search
from service.serving.served import ServedContext, ServedContexts, ServedItem
from service.serving.stopwatch import Stopwatch
from service.serving.users import NOTHING_PAST, Past, People, PersonState, taste_vectors
from service.storage.workspace import Workspace

MAX_ITEMS_IN_MEMORY = 50_000
RUNNERS_UP = 10
"""Candidates kept beside the results of an answer, to tell what would take the place of one."""
FEW_EVENTS = 5
"""Up to this many events, a stored profile or attributes speak beside them."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Who asks, as far as the request lets us know them."""

    history: History
    past: Past
    """The same events as they were recorded."""
    vectors: Mapping[str, FloatArray]
    """Taste in encoder space by modality."""
    taste: str
    excluded: IntArray
    """Items that must not come back."""
    missing: Sequence[str]
    """Ids of the request that are not in the catalogue."""
    n_events: int


class Recommender:
    """One data folder, open for calls. Close it."""

    def __init__(self, workspace: Workspace, *, in_use: bool = True) -> None:
        """`in_use`: False keeps it beside one that serves, until `put_to_use`; its store has
        followed the log then."""
        settings = workspace.settings
        self._settings, self._workspace = settings, workspace
        self._log, self._store = workspace.log, workspace.store
        self._policy = settings.events.policy()
        self._writing = Writing(settings)
        if in_use:
            workspace.reconcile()
        self._catalogue = Catalogue(self._log.item_indices())
        self._models = Models(
            settings,
            self._log,
            self._store,
            self._catalogue,
            workspace.dims,
            workspace.fingerprints,
            second_block(workspace.dims),
            workspace.alignments.get(second_block(workspace.dims)),
        )
        self._indexer = workspace.indexer(self._learn_items)
        owned = settings.store.kind == "edge" and settings.log_url.startswith(
            "sqlite"
        )  # one process per folder
        self._people = People(self._log, self._store, self._policy, only_writer=owned)
        self._served = ServedContexts(
            self._log, keep_days=settings.explain.keep_days, max_served=settings.explain.max_served
        )
        self._encode_query = lru_cache(maxsize=4096)(self._encode_query_now)
        self._search = Search(
            self._store, self._encode_query, workspace.modalities, workspace.alignments
        )
        self._explanations = Explanations(
            settings.explain,
            self._policy,
            self._writing,
            Lookups(
                items=self._items,
                exists=self._catalogue.has_index,
                encode_query=lambda text: self._encode_query(text),
                catalogue=lambda: (item for _, item in self._log.iter_items()),
            ),
        )
        self._tastes = Tastes(settings.explain, self._policy, self._log, self._writing)
        self._item_cache: dict[int, Item] = {}

    # index

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        """Add or replace items; `images` and `sounds` hold encoded ones by item id. Durable when
        this returns."""
        given = {
            "image": images,
            "audio": {item_id: [sound] for item_id, sound in (sounds or {}).items()},
        }
        report = self._indexer.index_items(items, given=given)
        self._know_items(self._log.get_items([item.item_id for item in items]).values())
        return report

    def delete_items(self, item_ids: Sequence[str]) -> Sequence[str]:
        """Remove items; returns the ids that were not there. Their events stay in the log."""
        missing = self._indexer.delete_items(item_ids)
        self._forget_items(item_ids)
        return missing

    def get_item(self, item_id: str) -> Item:
        found = self._log.get_items([item_id])
        if item_id not in found:
            raise ItemNotFound(item_id)
        return found[item_id][1]

    def list_items(
        self, page_size: int, page_token: str, domain: str
    ) -> tuple[Sequence[Item], str]:
        """Items in the order they were first indexed, and the token of the next page, empty at the
        end."""
        after = int(page_token) if page_token.isdecimal() else -1
        if page_token and not page_token.isdecimal():
            raise InvalidInput(
                "page_token", page_token, "is not a token that ListItems gave; start without one"
            )
        page = self._log.list_items(page_size + 1, after, domain or None)
        more = str(page[page_size - 1][0]) if len(page) > page_size else ""
        return [item for _, item in page[:page_size]], more

    def record_events(self, events: Sequence[Event]) -> EventReport:
        """Append to the log; durable when this returns, and the next recommend sees it."""
        added = self._log.append_events(events)
        self._people.forget([event.user_id for event in events])
        fresh = [event for event, new in zip(events, added, strict=True) if new]
        _, unknown = self._catalogue.indices(event.item_id for event in fresh)
        behaviour = (e.item_id for e in fresh if self._policy.kind(e.event_type, e.value).trains)
        self._models.active.ranker.observe(self._catalogue.indices(behaviour)[0])
        return EventReport(
            recorded=len(fresh), duplicates=len(events) - len(fresh), unknown_items=len(unknown)
        )

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        """Delete some of a user's events, or all of them (None); returns how many there were."""
        deleted = self._log.delete_events(user_id, event_ids)
        self._people.delete_point(user_id)
        return deleted

    # recommend

    def recommend(self, request: RecommendRequest) -> Recommendation:
        """What this person might like next, best first."""
        watch = Stopwatch()
        loaded = self._models.active
        page = Page.of(request)
        rule = Rule.of(request.filter, request.domains, self._store, self._catalogue)
        person = self._person(request, loaded)
        watch.lap("person")
        query_scores = loaded.ranker.query_scores(person.history)
        watch.lap("encode")
        per_source = max(loaded.ranker.config.candidates, request.k)
        domains = loaded.vocabulary.domain_codes(request.domains)
        candidates = retrieve(
            self._store,
            loaded,
            query_scores,
            person.vectors,
            rule,
            person.excluded,
            domains,
            per_source,
        )
        watch.lap("retrieve")
        scored = loaded.ranker.score_list(query_scores, candidates.items, domains)
        order = self._order(loaded, scored, candidates, request, page.stop)
        watch.lap("rank")
        shown = order[page.start : page.stop]
        items = self._items(candidates.items[shown])
        explored = self._explored(loaded, candidates.items, scored, shown, request.exploration)
        next_best = order[page.stop : page.stop + RUNNERS_UP]
        context = self._context(
            request, loaded, person, scored, candidates, shown, next_best, explored
        )
        recommendation_id = self._served.put(context)
        watch.lap("answer")
        reasons: Sequence[str] = [""] * len(shown)
        if request.explain and len(shown):
            reasons = self._explanations.reasons(
                loaded, context, candidates.items[shown], items, explored, request.language
            )
            watch.lap("explain")
        results = [
            ScoredItem(item.item_id, rank, float(scored.scores[place]), one.sources, item, reason)
            for rank, (place, item, one, reason) in enumerate(
                zip(shown.tolist(), items, context.results, reasons, strict=True),
                start=page.start + 1,
            )
        ]
        return Recommendation(
            recommendation_id=recommendation_id,
            results=results,
            model_version=loaded.ranker.version,
            degraded=self._degraded(loaded, person, request),
            missing_item_ids=person.missing,
            next_page_token=page.next_token(len(order)),
            stage_ms=watch.laps_ms(),
        )

    def similar_items(self, request: SimilarRequest) -> Recommendation:
        """Items like one item, by content and by who chose both: the ranker with that item as the
        whole history."""
        if self._catalogue.index(request.item_id) is None:
            raise ItemNotFound(request.item_id)
        answer = self.recommend(
            RecommendRequest(
                k=request.k,
                domains=request.domains,
                filter=request.filter,
                exclude_item_ids=[*request.exclude_item_ids, request.item_id],
                history_item_ids=[request.item_id],
            )
        )
        return replace(
            answer, recommendation_id=""
        )  # an answer to nobody, of which there is nothing to ask later

    def search_items(self, request: SearchRequest) -> Recommendation:
        """Items for a text, or for a picture or a sound by what it is like; nearest first."""
        watch = Stopwatch()
        rule = Rule.of(request.filter, request.domains, self._store, self._catalogue)
        found = self._find(request, request.k or 10, rule.filter)
        watch.lap("retrieve")
        items = self._items(np.array([one.item_index for one in found], dtype=np.int64))
        results = [
            ScoredItem(item.item_id, rank, one.score, one.sources, item)
            for rank, (item, one) in enumerate(zip(items, found, strict=True), start=1)
        ]
        degraded = [self._workspace.unaligned] if self._workspace.unaligned else []
        return Recommendation("", results, "", degraded=degraded, stage_ms=watch.laps_ms())

    # explain

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        """Why this item: as it was served, or for a user as things stand now.

        `tell` gets the explanation without its words before a writer is asked for them.
        """
        index = self._catalogue.index(request.item_id)
        if index is None:
            raise ItemNotFound(request.item_id)
        other = None
        if request.instead_of_item_id:
            other = self._other(request.instead_of_item_id, request.item_id)
        writer = self._writing.writer(request.writer)
        if request.recommendation_id:
            context, explored = self._served_context(request, index)
        else:
            context, explored = self._context_now(request.user_id, index), False
        question = Question(
            context=context,
            loaded=self._models.by_version(context.model_version),
            index=index,
            explored=explored,
            instead_of=other,
            change=request.change,
            writer=writer,
            language=request.language or self._settings.explain.language,
        )
        return self._explanations.explain(question, tell)

    def influence(self, recommendation_id: str, item_id: str) -> Mapping[str, float]:
        """How much lower a served item would have scored without each item of the history, by item
        id."""
        index = self._catalogue.index(item_id)
        if index is None:
            raise ItemNotFound(item_id)
        context, _ = self._served_context(ExplainRequest(item_id, recommendation_id), index)
        return self._explanations.influence(
            self._models.by_version(context.model_version), context, index
        )

    def describe_taste(self, request: TasteRequest) -> TasteSummary:
        """What sets the choices of a user apart, and when they changed; a user without any is told
        so."""
        return self._tastes.describe(request, self.ranker.view.behaviour.counts)

    # users

    def put_user(self, user: UserProfile) -> None:
        """Replace what is stored about a user besides events."""
        self._log.put_user(user.user_id, user.attributes, user.taste)
        self._people.forget([user.user_id])

    def export_user(self, user_id: str) -> Mapping[str, Any]:
        """Everything that is stored about the user."""
        self._served.flush()
        return self._log.export_user(user_id)

    def delete_user(self, user_id: str) -> Mapping[str, int]:
        """Remove everything about the user; returns how many of each kind there were."""
        self._served.flush()
        counts = self._log.delete_user(user_id)
        self._people.delete_point(user_id)
        return counts

    # models

    def list_models(self) -> Sequence[ModelInfo]:
        return self._models.list()

    def train(
        self,
        progress: Callable[[TrainProgress], None] = lambda _: None,
        *,
        seed: int = 0,
        force: bool = False,
        incremental: bool = False,
    ) -> ModelInfo:
        """Train on the whole log, or take up what is new; what comes of it serves unless a baseline
        did better."""
        return self._models.train(progress, seed=seed, force=force, incremental=incremental)

    def activate_model(self, version: str) -> ModelInfo:
        return self._models.activate(version)

    def rollback_model(self) -> ModelInfo:
        return self._models.rollback()

    def shrink_model(self, version: str) -> Shrunk:
        """Register a smaller copy of a model, and compare what both recommend."""
        return shrink(self._settings, self._log, self._models, version)

    @property
    def ranker(self) -> Ranker:
        """What scores at this moment."""
        return self._models.active.ranker

    def loaded(self) -> Mapping[str, str]:
        """What is loaded, for people to read."""
        version = self._models.active.ranker.version
        modalities, alignments = self._workspace.modalities, self._workspace.alignments
        media = {f"{one.name} encoder": _described(one.encoder) for one in modalities.values()}
        before = self._workspace.served_before
        changed = {"encoders": f"others than before: {before} served last"} if before else {}
        return {
            "data": str(self._settings.data),
            "items": f"{len(self._catalogue):,}",
            "events": f"{self._log.count_events():,}",
            **changed,
            "text encoder": _described(self._workspace.text_encoder),
            **(media or {"image encoder": "none"}),
            "shared space": self._workspace.unaligned
            or ", ".join(one.version for one in alignments.values())
            or "none",
            "writer": self._settings.explain.writer,
            "model": version or "none yet: content, item-kNN and popularity until `palate train`",
        }

    # change of encoders

    @property
    def workspace(self) -> Workspace:
        """What is stored, and what encodes it."""
        return self._workspace

    def catch_up(self) -> None:
        """Take in what items the log has gained, changed and lost since; other calls may go on."""
        self._indexer.follow(on_put=self._know_items)
        there = self._log.item_indices()
        self._forget_items(
            [item_id for item_id in self._catalogue.index_of if item_id not in there]
        )
        ranker = (
            self._models.active.ranker
        )  # may have read from the store what was deleted before the catalogue was read
        ranker.remove_items(
            np.setdiff1d(np.flatnonzero(ranker.view.content.live), list(there.values()))
        )

    def count_events(self) -> None:
        """Take in the events that were recorded since its ranker was loaded, by whoever served;
        once."""
        loaded = self._models.active
        types, n_items = loaded.vocabulary.event_types, loaded.ranker.n_items
        since, _ = read_interactions(
            self._log, self._policy, types, n_items, after_seq=loaded.counted
        )
        loaded.ranker.observe(since.item)

    def put_to_use(self) -> None:
        """From here on the log's marks are about this store, and the next start finds that it
        served."""
        self._log.put_store_in_use(self._workspace.digest)

    def succeed(self) -> None:
        """After the one that served before has been closed: end what it left undone. Its store
        keeps no people."""
        self._workspace.folder.registry.forget_users(but=self._workspace.digest)
        self._indexer.reconcile()

    def close(self) -> None:
        self._served.close()
        self._writing.close()
        self._workspace.close()

    # parts of recommend

    def _person(self, request: RecommendRequest, loaded: Loaded) -> Person:
        """The stored user, the session and the taste of the request, under its personalization."""
        profiled = request.personalization is Personalization.FULL
        stored = (
            self._people.state(request.user_id, self._catalogue.index) if request.user_id else None
        )
        session, missing = self._catalogue.indices(request.history_item_ids)
        excluded, unknown = self._catalogue.indices(request.exclude_item_ids)
        used = stored if profiled else None
        taste = request.taste if profiled else ""
        if used is not None and used.profile is not None and not taste:
            taste = _profile_words(used)
        history, past = self._history(used, session if profiled else session[:0], loaded)
        vectors: dict[str, FloatArray] = dict(used.vectors) if used is not None else {}
        if profiled and len(session):
            vectors = self._session_vectors(history)
        if taste:
            words = self._encode_query(taste)
            history = replace(history, taste=loaded.ranker.project_text(words))
            vectors[TEXT] = words + vectors[TEXT] if TEXT in vectors else words
        away = [excluded]
        if stored is not None and not request.include_seen:
            away.append(stored.seen)
        if not request.include_seen:
            away.append(session)
        return Person(
            history=history,
            past=past,
            vectors=vectors,
            taste=taste,
            excluded=np.unique(np.concatenate(away)),
            missing=[*missing, *unknown],
            n_events=len(history),
        )

    def _history(
        self, stored: PersonState | None, session: IntArray, loaded: Loaded
    ) -> tuple[History, Past]:
        """The newest events that are behaviour, then the session's items as views."""
        past = NOTHING_PAST if stored is None else stored.past
        past = past.then_viewed(session, time.time()) if len(session) else past
        past = past.newest(loaded.ranker.config.feature_history, loaded.ranker.n_items)
        codes = loaded.vocabulary.event_types
        kinds = np.array([codes.get(kind, 0) for kind in past.event_types], dtype=np.int64)
        return History(past.items, kinds, past.times, past.liked), past

    def _session_vectors(self, history: History) -> dict[str, FloatArray]:
        """Taste in encoder space of a history that is not the stored one."""
        return taste_vectors(self._store, history.items[history.liked])

    def _order(
        self,
        loaded: Loaded,
        scored: ScoredList,
        candidates: Candidates,
        request: RecommendRequest,
        n: int,
    ) -> IntArray:
        """Places of the candidates in serving order, at least the first n of them."""
        scores = scored.scores
        if request.exploration > 0:
            scores = scores + loaded.ranker.exploration_bonus(candidates.items, request.exploration)
        order = np.argsort(-scores, kind="stable")
        if request.diversity <= 0:
            return order
        content = loaded.ranker.view.content
        pool = candidates.items[order[: max(POOL * n, 50)]]
        both = np.concatenate([content.text[pool], content.image[pool]], axis=1)
        both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-6)
        first = diversify(scores[order], both, n, request.diversity)
        diverse: IntArray = order[
            np.concatenate([first, np.setdiff1d(np.arange(len(order)), first)])
        ]
        return diverse

    def _explored(
        self,
        loaded: Loaded,
        items: IntArray,
        scored: ScoredList,
        shown: IntArray,
        exploration: float,
    ) -> list[bool]:
        """Which of the shown would not be here without exploration."""
        if exploration <= 0 or not len(shown):
            return [False] * len(shown)
        plain = set(np.argsort(-scored.scores, kind="stable")[: len(shown)].tolist())
        bonus = loaded.ranker.exploration_bonus(items[shown], exploration)
        return [
            place not in plain and extra > 0
            for place, extra in zip(shown.tolist(), bonus.tolist(), strict=True)
        ]

    def _degraded(self, loaded: Loaded, person: Person, request: RecommendRequest) -> list[str]:
        """What was missing and what was done instead."""
        said = []
        if not loaded.ranker.trained:
            why = self._models.warning or "no model has been trained yet"
            said.append(f"{why}; ranked by content, co-engagement and popularity")
            if self._workspace.unaligned:
                said.append(self._workspace.unaligned)
        if request.personalization is Personalization.FULL and not len(person.history):
            if person.taste:
                said.append(
                    "nothing is known of what this user did; ranked by the described taste and popularity"
                )
            else:
                said.append("nothing is known about this user; ranked by popularity")
        return said

    def _items(self, indices: IntArray) -> list[Item]:
        """Items by index, from memory where they were used lately."""
        wanted = indices.tolist()
        absent = [index for index in wanted if index not in self._item_cache]
        if absent:
            if len(self._item_cache) > MAX_ITEMS_IN_MEMORY:
                self._item_cache.clear()
                absent = wanted
            self._item_cache |= self._store.get_items(absent)
        return [self._item_cache[index] for index in wanted]

    def _encode_query_now(self, text: str) -> FloatArray:
        vector: FloatArray = self._workspace.text_encoder.encode_queries([text])[0]
        return vector

    def _find(self, request: SearchRequest, k: int, rule: Filter | None) -> list[Found]:
        if [bool(request.text), bool(request.image), bool(request.audio)].count(True) != 1:
            raise InvalidInput("query", request.text, "give exactly one of text, image and audio")
        if request.image:
            return self._search.by_content("image", request.image, k, rule)
        if request.audio:
            return self._search.by_content("audio", request.audio, k, rule)
        return self._search.by_text(request.text, k, rule)

    # parts of explain

    def _context(
        self,
        request: RecommendRequest,
        loaded: Loaded,
        person: Person,
        scored: ScoredList,
        candidates: Candidates,
        shown: IntArray,
        next_best: IntArray,
        explored: Sequence[bool],
    ) -> ServedContext:
        """All that a later explanation needs to score as this answer did."""
        items = candidates.items[shown]
        return ServedContext(
            user_id=request.user_id,
            model_version=loaded.ranker.version,
            profiled=request.personalization is Personalization.FULL,
            history=person.history.items.tolist(),
            event_types=person.past.event_types,
            values=person.past.values,
            liked=person.history.liked.tolist(),
            taste=person.taste,
            rule=rule_text(request.filter, request.domains),
            n_events_known=person.n_events,
            scale_shift=scored.scale.shift.tolist(),
            scale_spread=scored.scale.spread.tolist(),
            results=[
                ServedItem(*one)
                for one in zip(
                    items.tolist(),
                    scored.scores[shown].tolist(),
                    candidates.sources(items),
                    explored,
                    strict=True,
                )
            ],
            created_at=time.time(),
            runners_up=candidates.items[next_best].tolist(),
            times=person.history.times.tolist(),
            domains=tuple(request.domains),
            encoders=self._workspace.digest,
        )

    def _served_context(self, request: ExplainRequest, index: int) -> tuple[ServedContext, bool]:
        """The context of an answer and whether exploration put the item there."""
        context = self._served.get(request.recommendation_id)
        if context is None:
            raise RecommendationNotFound(request.recommendation_id)
        if context.encoders not in ("", self._workspace.digest):
            raise ServedByOtherEncoders(request.recommendation_id)
        for result in context.results:
            if result.item_index == index:
                return context, result.explored
        raise InvalidInput(
            "item_id",
            request.item_id,
            f"is not among the results of answer {request.recommendation_id}; explain it by user_id instead",
        )

    def _other(self, item_id: str, than: str) -> int:
        """Index of the item that an item is contrasted with."""
        index = self._catalogue.index(item_id)
        if index is None:
            raise ItemNotFound(item_id)
        if item_id == than:
            raise InvalidInput(
                "instead_of_item_id", item_id, "it must be another item than item_id"
            )
        return index

    def _context_now(self, user_id: str, index: int) -> ServedContext:
        """What would be kept if this moment's best were served to the user; or the item alone,
        where it is not one of them."""
        if not user_id:
            raise InvalidInput(
                "user_id",
                user_id,
                "or recommendation_id is required to say who it was recommended to",
            )
        loaded = self._models.active
        request = RecommendRequest(user_id=user_id)
        person = self._person(request, loaded)
        query_scores = loaded.ranker.query_scores(person.history)
        anything = Rule(None, None)
        candidates = retrieve(
            self._store,
            loaded,
            query_scores,
            person.vectors,
            anything,
            person.excluded,
            None,
            loaded.ranker.config.candidates,
        )
        scored = loaded.ranker.score_list(query_scores, candidates.items)
        order = self._order(loaded, scored, candidates, request, DEFAULT_K)
        shown, next_best = order[:DEFAULT_K], order[DEFAULT_K : DEFAULT_K + RUNNERS_UP]
        if index not in candidates.items[shown]:
            candidates = Candidates(np.array([index], dtype=np.int64), {})
            scored = loaded.ranker.score_list(query_scores, candidates.items)
            shown, next_best = np.zeros(1, np.int64), np.zeros(0, np.int64)
        unexplored = [False] * len(shown)
        return self._context(
            request, loaded, person, scored, candidates, shown, next_best, unexplored
        )

    # parts of index

    def _know_items(self, items: Iterable[tuple[int, Item]]) -> None:
        """Items by index, as they are in the log now."""
        for index, item in items:
            self._catalogue.put(item.item_id, index)
            self._item_cache.pop(index, None)
            self._models.active.ranker.set_live(index, item.available)

    def _forget_items(self, item_ids: Iterable[str]) -> None:
        removed = [
            index for item_id in item_ids if (index := self._catalogue.remove(item_id)) is not None
        ]
        self._models.active.ranker.remove_items(np.array(removed, dtype=np.int64))
        self._people.forget()

    def _learn_items(self, rows: Sequence[StoredItem]) -> None:
        """Tell the ranker of items whose content was put into the store."""
        for row in rows:
            self._catalogue.put(row.item.item_id, row.item_index)
        self._models.learn(rows)
        self._people.forget()


def _described(encoder: Encoder) -> str:
    return f"{encoder.name} on {where}" if (where := runs_on(encoder)) else encoder.name


def _profile_words(state: PersonState) -> str:
    """What a stored profile says in words, while few events say more."""
    profile = state.profile
    if profile is None or state.n_events >= FEW_EVENTS:
        return ""
    attributes = "; ".join(f"{name}: {value}" for name, value in profile.attributes.items())
    return ". ".join(part for part in (profile.taste, attributes) if part)
