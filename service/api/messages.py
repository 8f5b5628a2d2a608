"""What goes into and comes out of the five services, as plain values.

These mirror the messages of `proto/palate/v1` field by field, so that the command line, the gRPC
server and the evaluation share one `Recommender`. They know nothing of gRPC, of vectors or of
files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from indexer.catalog.item import Item, RowError
from indexer.catalog.personalization import Personalization as Personalization
from palate.limits import MAX_K as MAX_K
from service.explainer.evidence import Evidence
from service.wishes.reading import Reading

DEFAULT_K = 10


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """One call of recommend. Every field is optional; an empty request asks for what anybody might
    like."""

    user_id: str = ""
    k: int = 0
    """Results wanted: 0 means 10; at most 500."""
    domains: Sequence[str] = ()
    """Only items of these domains; empty means all."""
    filter: str = ""
    """AIP-160 style expression, e.g. `categories:"Comedy" AND price < 20`."""
    exclude_item_ids: Sequence[str] = ()
    include_seen: bool = False
    """Let items come back that the user has had positive events on."""
    history_item_ids: Sequence[str] = ()
    """A session or an anonymous visitor, oldest first; appended to the stored history of `user_id`,
    if any."""
    taste: str = ""
    """Free text about what the person likes."""
    diversity: float = 0.0
    """0..1: how far apart the results should be."""
    exploration: float = 0.0
    """0..1: how much room new and little-known items get."""
    explain: bool = False
    """Put a one-line reason beside every result."""
    language: str = "en"
    """Code of the language of the reasons."""
    personalization: Personalization = Personalization.FULL
    scenario: str = ""
    """A label of the caller's for this placement, e.g. `home`; stored with the served context, no
    effect on ranking."""
    page_token: str = ""
    """`next_page_token` of the answer before; the other fields must be as they were."""
    wish: str = ""
    """What the person wants now, in their words; it leads the list."""
    refine_recommendation_id: str = ""
    """The answer that this one goes on from; its wish holds on."""
    without_wish_parts: Sequence[str] = ()
    """Texts of parts of the reading that are to have no effect."""


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One result."""

    item_id: str
    rank: int
    """1 is best."""
    score: float
    """Higher is better; comparable within one answer only."""
    sources: Sequence[str]
    """Names of the candidate sources that proposed the item, best first."""
    item: Item
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to recommend, similar or search."""

    recommendation_id: str
    """Names this answer for Explain; empty for similar and search."""
    results: Sequence[ScoredItem]
    model_version: str
    """Version of the trained model that ranked, or empty while there is none."""
    degraded: Sequence[str] = ()
    """What was missing and what was done instead, one sentence each; empty when all is well."""
    missing_item_ids: Sequence[str] = ()
    """Ids of the request that are not in the catalogue; they were ignored."""
    next_page_token: str = ""
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Time of each stage in milliseconds."""
    wish: Reading | None = None
    """How the wish was read, None where there was none."""


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """Items like one item."""

    item_id: str
    k: int = 0
    domains: Sequence[str] = ()
    filter: str = ""
    exclude_item_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Items for a text, a picture or a sound; exactly one of the three."""

    text: str = ""
    image: bytes = b""
    """An encoded picture (JPEG, PNG, WebP, ...)."""
    audio: bytes = b""
    """An encoded sound (WAV, FLAC, OGG, MP3, ...)."""
    k: int = 0
    domains: Sequence[str] = ()
    filter: str = ""


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """Why `item_id`: as served under `recommendation_id`, or for `user_id` as things stand now."""

    item_id: str
    recommendation_id: str = ""
    user_id: str = ""
    language: str = "en"
    writer: str = ""
    """Name of the writer, empty for the configured one."""
    instead_of_item_id: str = ""
    """Why `item_id` and not this one; empty asks why at all."""
    change: bool = False
    """Ask also what would change it."""
    wish: str = ""
    """What the person wants now, beside `user_id`."""
    taste: str = ""
    """What the person likes, beside `user_id`."""


@dataclass(frozen=True, slots=True)
class Change:
    """History items without which an item would not be on its list."""

    evidence: Sequence[Evidence]
    """The items, all of kind CHANGE; empty where no such set was found."""
    text: str
    """The same in words; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """An event for the caller to record, if the user wants less of what was explained."""

    user_id: str
    item_id: str
    event_type: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reason and what it rests on."""

    item_id: str
    text: str
    writer: str
    """Name of the writer whose text this is."""
    evidence: Sequence[Evidence]
    """Strongest first; weights are shares of what moved the score and sum to at most 1."""
    model_version: str
    language: str
    title: str = ""
    degraded: Sequence[str] = ()
    """What was missing and what was done instead, one sentence each."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Relative weight of the main parameters: share of text, image or audio, behaviour, popularity,
    taste and wish in the movement of the score when each is left out. They sum to 1, or there are
    none."""
    change: Change | None = None
    """Where it was asked for, and the item is on a list."""
    less_of_this: Feedback | None = None
    """None where nobody is known who could want less."""


@dataclass(frozen=True, slots=True)
class TasteRequest:
    """What the service makes of what a user did."""

    user_id: str
    language: str = ""
    """Language of the text, empty for the configured one."""
    writer: str = ""
    """Name of the writer, empty for the configured one."""


@dataclass(frozen=True, slots=True)
class TasteSummary:
    """A user's taste in words and the facts they rest on."""

    user_id: str
    text: str
    writer: str
    """Name of the writer whose text this is."""
    evidence: Sequence[Evidence]
    """What the user said, preferences, changes, aversions, ranges and domains, each before its
    examples, and how little is known, where it is little. Nothing weighs: it was counted, and is no
    part of a score."""
    language: str
    degraded: Sequence[str] = ()
    """What was missing and what was done instead, one sentence each."""


@dataclass(frozen=True, slots=True)
class EventReport:
    """What became of a batch of events."""

    recorded: int
    duplicates: int
    """Events that were in the log already (same event_id, or same content where there is none)."""
    unknown_items: int
    """Recorded events whose item is not in the catalogue (yet)."""
    failed: Sequence[RowError] = ()
    unattributed: int = 0
    """Recorded events with a recommendation_id that names no answer that is known, or another
    person's, or one without the item."""
    withheld: int = 0
    """Events that were not kept, by the consent of their people."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A trained model in the registry."""

    version: str
    created_at: float
    """Unix seconds."""
    active: bool
    metrics: Mapping[str, float]
    """`<slice>/<metric>` and `<baseline>:<slice>/<metric>` on the validation split; and
    `wishes/<weight>/<stranger or known>`, how much the model follows a wish."""


class OnlineBy(StrEnum):
    """What a report on online quality tells apart."""

    MODEL = "model"
    SOURCE = "source"
    SCENARIO = "scenario"
    SLICE = "slice"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class OnlineRequest:
    """What came of what was served."""

    since: float = 0.0
    """Unix seconds: answers from then on. 0 is everything that is kept."""
    by: OnlineBy = OnlineBy.MODEL


@dataclass(frozen=True, slots=True)
class OnlineFigure:
    """A figure with its 95 % interval, over people."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OnlineGroup:
    """One row of a report."""

    name: str
    answers: int
    people: int
    """Whoever is not known is one for each answer."""
    served: int
    """Items that were in the answers."""
    impressions: int
    """Those of them that count: all, or where clients say what was shown, those."""
    clicks: int
    """Impressions that the person turned to."""
    conversions: int
    """Impressions with which the person did what the answer was for."""
    impressions_with_dwell: int
    """Impressions of which it is known how long the person stayed."""
    ctr: OnlineFigure | None
    """Clicks by impression; None where fewer than two people are counted."""
    conversion: OnlineFigure | None
    """Conversions by impression."""
    dwell_s: OnlineFigure | None
    """Seconds that the person stayed, where that is known."""


@dataclass(frozen=True, slots=True)
class OnlineAttribution:
    """What became of the events that name an answer."""

    attributed: int
    unattributed: int
    """Those that cannot have come from the answer they name; the sum of the next three."""
    unknown_answer: int
    """No answer of that name is kept."""
    other_person: int
    """It was another person's."""
    other_item: int
    """It did not hold the item."""
    late: int
    """They came after `online.attribution_days`."""


@dataclass(frozen=True, slots=True)
class OnlineReport:
    """What came of what was served."""

    by: OnlineBy
    since: float
    """Unix seconds, as it was asked for."""
    kept_since: float | None
    """When the oldest answer was served that is kept, Unix seconds; None where none is kept."""
    answers: int
    groups: Sequence[OnlineGroup]
    """The first is everything."""
    shown_placements: Sequence[str]
    """Scenarios whose clients say what was shown."""
    attribution: OnlineAttribution


class TrialKind(StrEnum):
    """How a model is tried beside the one that serves."""

    SHADOW = "shadow"
    """It makes lists that are compared with those that are served, and never seen."""
    CANARY = "canary"
    """It serves a share of the people, until it is found to be worse."""


class TrialState(StrEnum):
    """How a trial stands."""

    RUNNING = "running"
    ENDED = "ended"
    """Somebody ended it, or began another."""
    PROMOTED = "promoted"
    """The model serves everybody."""
    RETURNED = "returned"
    """A canary was worse, or could not be judged any more: what served before serves everybody."""


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """Try a model beside the one that serves."""

    version: str
    kind: TrialKind
    share: float = 0.0
    """Of the people of a canary, of the calls of a shadow, 0..1; 0 means a tenth."""


@dataclass(frozen=True, slots=True)
class ShadowFigures:
    """What a shadow was compared in, in this process."""

    compared: int
    dropped: int
    """Calls that were to be compared while it could not follow."""
    failed: int
    overlap: float
    """Mean share of a list that both have."""
    rank_biased_overlap: float
    """The same with the first places weighing most."""
    score_drift: float | None
    """Population stability index of its best scores against those that were served; None until there
    are enough."""
    seconds: float
    """That it took in all."""


@dataclass(frozen=True, slots=True)
class TrialArm:
    """What came of what one of the two models served, of a canary."""

    name: str
    """`canary` or `control`."""
    version: str
    answers: int
    """Of this process."""
    errors: int
    """Of these, what failed, or lacked scores or sources."""
    people: int
    impressions: int
    clicks: int
    conversions: int
    ctr: OnlineFigure | None
    conversion: OnlineFigure | None


@dataclass(frozen=True, slots=True)
class TrialTest:
    """Whether a canary is worse."""

    name: str
    """`clicks`, `conversions` or `errors`."""
    ratio: float
    """How much likelier what was seen is if it is worse; at the threshold it is returned."""
    threshold: float


@dataclass(frozen=True, slots=True)
class ModelTrial:
    """A model beside the one that serves."""

    kind: TrialKind
    version: str
    against: str
    """The model that it is compared with; empty for the untrained ranker."""
    share: float
    started_at: float
    """Unix seconds."""
    state: TrialState
    why: str
    """What ended it; empty while it runs."""
    ended_at: float | None = None
    """Unix seconds; None while it runs."""
    shadow: ShadowFigures | None = None
    """Of a shadow that runs."""
    arms: Sequence[TrialArm] = ()
    """Of a canary, as of the last look."""
    tests: Sequence[TrialTest] = ()
    """Of a canary, as of the last look."""


RESUME = "resume"
"""The stage whose message says that a training goes on where it was interrupted."""


@dataclass(frozen=True, slots=True)
class ServingEncoders:
    """What serves after a change of encoders."""

    text: str
    """As in the setting `encoders.text`."""
    image: str
    """As in the setting `encoders.image`."""
    audio: str
    """As in the setting `encoders.audio`."""
    digest: str
    """What the store of their vectors is called."""
    items: int
    """In the catalogue."""
    model_version: str
    """Empty when no trained model serves."""


@dataclass(frozen=True, slots=True)
class UserExport:
    """A page of what is stored about a user."""

    data: Mapping[str, Any]
    """Fit for JSON."""
    next_page_token: str = ""
    """Empty at the end."""


@dataclass(frozen=True, slots=True)
class UserDeletion:
    """What was removed of a user."""

    deleted: Mapping[str, int]
    """How many of each kind."""
    exposed_model_version: str = ""
    """The model that serves, where it was trained on events of this user."""
    retraining: bool = False
    """A training without the user is in the queue."""


@dataclass(frozen=True, slots=True)
class TrainProgress:
    """How far a training or a change of encoders is; what these call their `progress` with."""

    stage: str
    """What is being done: `encode`, `fit`, `evaluate`, ..."""
    done: int
    """Steps of this stage that are done."""
    total: int = 0
    """Steps of this stage in all; 0 means not known."""
    message: str = ""
    """For people: the loss, a metric."""


Progress = Callable[[TrainProgress], None]
"""What is told how far a long call is. What it raises ends that call."""


def unheard(step: TrainProgress) -> None:
    """A `Progress` for whom it is all the same."""


@dataclass(frozen=True, slots=True)
class UserProfile:
    """What is stored about a user besides events."""

    user_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    taste: str = ""
