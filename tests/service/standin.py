"""A backend that remembers what it was asked and answers what it was told, and a server around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

import grpc

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from service.api.fairness import (
    ExposureBy,
    ExposureGroup,
    FairnessReport,
    FairnessTrend,
    FairnessWindow,
    UserGroup,
    UsersBy,
)
from service.api.messages import (
    Change,
    EventReport,
    ExplainRequest,
    Explanation,
    Feedback,
    ModelInfo,
    ModelTrial,
    OnlineAttribution,
    OnlineBy,
    OnlineFigure,
    OnlineGroup,
    OnlineReport,
    Recommendation,
    ScoredItem,
    ServingEncoders,
    ShadowFigures,
    TasteSummary,
    TrainProgress,
    TrialArm,
    TrialKind,
    TrialState,
    TrialTest,
    UserDeletion,
    UserExport,
)
from service.api.services import Backend, Backends, Progress
from service.config import ServerSettings, Settings
from service.errors import ItemNotFound, TenantRefused
from service.explainer.evidence import Evidence, EvidenceKind
from service.rpc.server import serve
from service.telemetry.telemetry import SILENT, Telemetry

ALIEN = Item(
    item_id="f1",
    domain="films",
    title="Alien",
    description="In space.",
    categories=("Horror", "Sci-Fi"),
    attributes={"director": "Scott", "minutes": 117.0, "colour": True, "cast": ("Weaver", "Hurt")},
    media={"image": ("posters/f1.jpg",), "audio": ("trailers/f1.ogg",)},
    price=0.0,
    created_at=296_611_200.25,
    available=False,
)
ANSWER = Recommendation(
    recommendation_id="rec-1",
    results=(
        ScoredItem("f1", 1, 0.5, ("sequence", "popular"), ALIEN, "Because you watched Aliens."),
    ),
    model_version="m1",
    degraded=("no pictures",),
    missing_item_ids=("gone",),
    next_page_token="more",
    stage_ms={"retrieve": 1.5, "rank": 2.0},
)
EXPLANATION = Explanation(
    item_id="f1",
    text="Because you watched Aliens.",
    writer="template",
    evidence=(
        Evidence(
            EvidenceKind.HISTORY,
            0.75,
            item_id="f2",
            title="Aliens",
            event_type="rating",
            event_value=0.0,
        ),
        Evidence(EvidenceKind.POPULARITY, 0.25, count=12, window_days=7, percentile=0.875),
    ),
    model_version="m1",
    language="en",
    title="Alien",
    degraded=("writer openai failed (no answer), so the template wrote this",),
    parameters={"text": 0.25, "behaviour": 0.75},
    change=Change(
        [Evidence(EvidenceKind.CHANGE, 0.0, item_id="f2", title="Aliens")],
        "It would drop off your list.",
    ),
    less_of_this=Feedback("u", "f1", "dislike"),
)
TASTE = TasteSummary(
    user_id="u",
    text="You keep coming back to Horror.",
    writer="template",
    evidence=(
        Evidence(EvidenceKind.PREFERENCE, 0.0, value="Horror", count=6, total=9, lift=2.5),
        Evidence(
            EvidenceKind.RISE,
            0.0,
            value="Drama",
            count=5,
            total=6,
            earlier_total=7,
            since="2017-03-14",
        ),
        Evidence(
            EvidenceKind.RANGE,
            0.0,
            name="year",
            value="lower",
            count=4,
            total=8,
            low=1968.0,
            high=1979.0,
        ),
    ),
    language="en",
    degraded=("writer openai failed (no answer), so the template wrote this",),
)
MODEL = ModelInfo(
    version="m1", created_at=1_700_000_000.5, active=True, metrics={"all/ndcg@10": 0.25}
)
ONLINE = OnlineReport(
    by=OnlineBy.SLICE,
    since=0.0,
    kept_since=1_700_000_000.5,
    answers=3,
    groups=(OnlineGroup("all", 3, 2, 6, 5, 2, 1, 1, OnlineFigure(0.4, 0.25, 0.75), None, None),),
    shown_placements=("home",),
    attribution=OnlineAttribution(4, 3, 2, 1, 0, 5),
)
FAIRNESS = FairnessReport(
    since=0.0,
    answers=3,
    people=2,
    impressions=5,
    items=9,
    gini=OnlineFigure(0.5, 0.25, 0.75),
    effective_items=None,
    exposure=(
        ExposureBy(
            "age",
            (ExposureGroup("under a day", 4, 0.25, None, 0, None, None, None, None),),
            unexposed=1,
        ),
    ),
    users=(UsersBy("plan", (UserGroup(ONLINE.groups[0], None, OnlineFigure(0.4, 0.25, 0.75)),)),),
    windows=(FairnessWindow(1_700_000_000.5, 1_700_000_001.5, 2, 1, None, None, None),),
    trends=(FairnessTrend("head", OnlineFigure(-0.5, -0.75, 0.25), "may be level"),),
    notes=("no event names one of these answers, so that there are no clicks",),
)
TRIAL = ModelTrial(
    kind=TrialKind.CANARY,
    version="m2",
    against="m1",
    share=0.25,
    started_at=1_700_000_000.5,
    state=TrialState.RETURNED,
    why="worse by clicks",
    ended_at=1_700_000_001.5,
    shadow=ShadowFigures(3, 2, 1, 0.5, 0.25, None, 1.5),
    arms=(TrialArm("canary", "m2", 9, 1, 4, 90, 5, 0, OnlineFigure(0.4, 0.25, 0.75), None),),
    tests=(TrialTest("clicks", 75.0, 60.0),),
)
ENCODERS = ServingEncoders("st:new", "none", "none", "1a2b3c4d", 1, "m2")


ANSWERS: Mapping[str, Any] = {
    "delete_events": 3,
    "recommend": ANSWER,
    "similar_items": ANSWER,
    "search_items": ANSWER,
    "report_online": ONLINE,
    "report_fairness": FAIRNESS,
    "describe_taste": TASTE,
    "list_models": [MODEL],
    "activate_model": MODEL,
    "rollback_model": MODEL,
    "start_trial": TRIAL,
    "get_trial": TRIAL,
    "end_trial": TRIAL,
    "put_user": None,
    "set_consent": None,
    "export_user": UserExport({"user_id": "u", "taste": "慢"}),
    "delete_user": UserDeletion({"events": 2}, "m1", True),
    "merge_users": {"events": 3},
    "drop_caches": None,
}
"""What verbs answer that have the same answer for everybody; the others are methods of `StandIn`."""


@dataclass
class StandIn:
    """A `Backend`. Every call is in `asked`, as its verb and arguments; it waits for `gate`, if one
    is set, and raises `error`, if one is."""

    gate: threading.Event | None = None
    gated: frozenset[str] | None = None
    """The verbs that wait for the gate; None is all."""
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released each time a call has begun."""
    item_report: IndexReport = field(default_factory=IndexReport)
    event_report: EventReport = field(default_factory=lambda: EventReport(0, 0, 0))
    closed: bool = False

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        if verb not in ANSWERS:
            raise AttributeError(verb)

        def call(*arguments: Any, **named: Any) -> Any:
            self._take(verb, *arguments, *([named] if named else []))
            return ANSWERS[verb]

        return call

    def _take(self, *asked: Any) -> None:
        self.asked.append(asked)
        self.entered.release()
        if self.gate is not None and (self.gated is None or asked[0] in self.gated):
            self.gate.wait()
        if self.error is not None:
            raise self.error

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        self._take("index_items", list(items), dict(images), dict(sounds or {}))
        return self.item_report

    def delete_items(self, item_ids: Sequence[str]) -> list[str]:
        self._take("delete_items", list(item_ids))
        return [item_id for item_id in item_ids if item_id != ALIEN.item_id]

    def get_item(self, item_id: str) -> Item:
        self._take("get_item", item_id)
        if item_id != ALIEN.item_id:
            raise ItemNotFound(item_id)
        return ALIEN

    def list_items(self, page_size: int, page_token: str, domain: str) -> tuple[list[Item], str]:
        self._take("list_items", page_size, page_token, domain)
        return [ALIEN], "next"

    def record_events(self, events: Sequence[Event]) -> EventReport:
        self._take("record_events", list(events))
        return self.event_report

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        """Evidence is told before the gate, where a writer would be waited for."""
        if self.error is None:
            tell(replace(EXPLANATION, text=""))
        self._take("explain", request)
        return EXPLANATION

    def train(self, progress: Progress, *, seed: int, force: bool, incremental: bool) -> ModelInfo:
        progress(TrainProgress("fit", 1, 2, "loss 0.5"))
        self._take("train", seed, force, incremental)
        progress(TrainProgress("fit", 2, 2))
        return MODEL

    def change_encoders(
        self, progress: Progress, *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        progress(TrainProgress("encode", 1, 2))
        self._take("change_encoders", text, image, audio)
        progress(TrainProgress("switch", 0, 1))
        return ENCODERS

    def loaded(self) -> dict[str, str]:
        return {"model": "m1"}

    def close(self) -> None:
        self.closed = True


class Several(Backends):
    """Tenants a and b, opened by the first lease; who has one is noted."""

    def __init__(self) -> None:
        self.backends: dict[str, StandIn] = {}
        self.opened_by: list[str] = []
        self.leased = 0

    def is_open(self, tenant: str) -> bool:
        return tenant in self.backends

    @contextmanager
    def lease(self, tenant: str) -> Iterator[StandIn]:
        if tenant not in ("a", "b"):
            raise TenantRefused
        if tenant not in self.backends:
            self.opened_by.append(threading.current_thread().name)
            self.backends[tenant] = StandIn()
        self.leased += 1
        try:
            yield self.backends[tenant]
        finally:
            self.leased -= 1

    def loaded(self) -> Mapping[str, str]:
        return {}

    def drop_caches(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Running:
    address: str
    channel: grpc.aio.Channel
    backend: Any
    stop: asyncio.Event
    done: asyncio.Task[bool]
    """Ends when the server has stopped."""
    http: str = ""
    """Where it answers over HTTP, if it does: `http://127.0.0.1:4242`."""


@asynccontextmanager
async def running(
    backend: StandIn | Backend | Backends | None = None,
    factory: Callable[[Settings], StandIn] | None = None,
    telemetry: Telemetry = SILENT,
    sections: Mapping[str, Any] | None = None,
    **limits: Any,
) -> AsyncIterator[Running]:
    """A real server on a free port, and a channel to it; without a `factory` it has loaded already.
    `sections` are settings beside those of the server."""
    used = backend or StandIn()
    server = ServerSettings(address="127.0.0.1:0", **limits)
    access = {"encoders": ("st:new", "fake")}  # that ChangeEncoders may be asked for
    settings = Settings(**{"server": server, "access": access, **(sections or {})})
    stop, loaded = asyncio.Event(), asyncio.Event()
    listening = asyncio.get_running_loop().create_future()
    http: list[str] = []
    done = asyncio.create_task(
        serve(
            settings,
            factory or (lambda _: used),
            stop=stop,
            on_listening=listening.set_result,
            on_http=lambda address: http.append(f"http://{address}"),
            on_loaded=lambda _: loaded.set(),
            telemetry=telemetry,
        )
    )
    await asyncio.wait([done, listening], return_when=asyncio.FIRST_COMPLETED)
    if done.done():
        await done
    address = listening.result()
    if factory is None:
        await loaded.wait()
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_retries", 0)]) as channel:
        try:
            yield Running(address, channel, used, stop, done, "".join(http))
        finally:
            if (gate := getattr(used, "gate", None)) is not None:  # no real backend has one
                gate.set()
            stop.set()
            await asyncio.wait([done])


@contextmanager
def served(backend: StandIn | Backend) -> Iterator[str]:
    """The address of a real server around a backend, whose event loop runs in a thread."""
    address: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    async def life() -> None:
        async with running(backend) as server:
            address.append(server.address)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(life()))
    thread.start()
    try:
        assert ready.wait(20)
        yield address[0]
    finally:
        stop.set()
        thread.join()


def with_lists(value: Any) -> Any:
    """To compare answers by: a sequence of an answer may be a tuple or a list."""
    if is_dataclass(value) and not isinstance(value, Item):
        return {field.name: with_lists(getattr(value, field.name)) for field in fields(value)}
    return [with_lists(one) for one in value] if isinstance(value, list | tuple) else value
