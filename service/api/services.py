"""The five services as plain methods: what servicers and commands ask for, and what answers them.

One protocol for each service of `proto/palate/v1`, under the same name, so that a caller can say
which of them it needs; `Backend` is all five. The verb of an rpc is its name in snake case, but for
two: TrainModel is `train`, and StreamExplain is `explain` with `tell`.

    service.recommender.Recommender          every verb but change_encoders
    service.operations.switching.Switching   a Backend: one recommender at a time
    service.cli.remote.Remote                a Backend: a server at an address
    service.tenants.tenants.Tenants          Backends: one for each tenant, opened when it is called

Verbs block and may be called from several threads at once. What they refuse is an error of
`service.errors`. Knows nothing of gRPC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from service.api.fairness import FairnessReport, FairnessRequest
from service.api.messages import (
    EventReport,
    ExplainRequest,
    Explanation,
    ModelInfo,
    ModelTrial,
    OnlineReport,
    OnlineRequest,
    Personalization,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    ServingEncoders,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    TrialRequest,
    UserDeletion,
    UserExport,
    UserProfile,
)

Progress: TypeAlias = Callable[[TrainProgress], None]
"""Called with every step of long work. What it raises ends the work, and comes out of the verb."""


class ItemReport(Protocol):
    """What became of a batch of items; `line` of a row is its position in the batch, from 1."""

    @property
    def indexed(self) -> int:
        """Items that are stored and can be found."""

    @property
    def skipped(self) -> int:
        """Items that were as they are already."""

    @property
    def failed(self) -> Sequence[RowError]:
        """Rows that were refused."""

    @property
    def warnings(self) -> Sequence[RowError]:
        """Rows that were taken without something, such as a picture."""


class IndexService(Protocol):
    """The catalogue and the events."""

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> ItemReport:
        """Add or replace items; `images` and `sounds` hold encoded files by item_id. A bad row is
        reported, and the others go on."""

    def delete_items(self, item_ids: Sequence[str], /) -> Sequence[str]:
        """Remove items; returns the ids that were not there."""

    def get_item(self, item_id: str, /) -> Item:
        """One item; ItemNotFound where there is none of that id."""

    def list_items(
        self, page_size: int, page_token: str, domain: str, /
    ) -> tuple[Sequence[Item], str]:
        """Items in the order they were first indexed, and the token of the next page, empty at the
        end. An empty domain means all."""

    def record_events(self, events: Sequence[Event], /) -> EventReport:
        """Append events; one that is in the log already is counted and left out."""

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None, /) -> int:
        """Delete these events of a user, or all of the user's (None); returns how many there
        were."""


class RecommendService(Protocol):
    """Lists of items."""

    def recommend(self, request: RecommendRequest, /) -> Recommendation:
        """What a person might like next, best first."""

    def similar_items(self, request: SimilarRequest, /) -> Recommendation:
        """Items like one item, best first; ItemNotFound where it is not in the catalogue."""

    def search_items(self, request: SearchRequest, /) -> Recommendation:
        """Items for a text, a picture or a sound, nearest first; ModalityUnsupported where no
        encoder takes it."""

    def report_online(self, request: OnlineRequest, /) -> OnlineReport:
        """What came of what was served, counted from the events that name an answer."""

    def report_fairness(self, request: FairnessRequest, /) -> FairnessReport:
        """Whom what was served serves, counted alike."""


class ExplainService(Protocol):
    """Reasons."""

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = ..., /
    ) -> Explanation:
        """Why an item. May wait for a language model; `tell` gets the explanation without its words
        before that."""

    def describe_taste(self, request: TasteRequest, /) -> TasteSummary:
        """What a user's choices have in common. May wait for a language model."""


class ModelService(Protocol):
    """Trained models and encoders."""

    def list_models(self) -> Sequence[ModelInfo]:
        """Newest first."""

    def train(self, progress: Progress, *, seed: int, force: bool, incremental: bool) -> ModelInfo:
        """Train a model, which serves afterwards unless its check is against it. Takes minutes;
        TrainingUnderway while another training or change of encoders is."""

    def change_encoders(
        self, progress: Progress, *, text: str, image: str, audio: str = ""
    ) -> ServingEncoders:
        """Serve with these encoders; an empty name keeps the encoder there is. Takes as long as
        indexing everything; TrainingUnderway as for `train`."""

    def activate_model(self, version: str, /) -> ModelInfo:
        """Serve with this model; ModelNotFound where there is none of that version."""

    def rollback_model(self) -> ModelInfo:
        """Serve with the model that served before."""

    def start_trial(self, request: TrialRequest, /) -> ModelTrial:
        """Try a model beside the one that serves; another trial is ended."""

    def get_trial(self) -> ModelTrial | None:
        """The trial that runs, else the last there was; None where there never was one."""

    def end_trial(self) -> ModelTrial:
        """End the trial that runs; NoTrial where none does."""


class UserService(Protocol):
    """What is stored about a user."""

    def put_user(self, user: UserProfile, /) -> None:
        """Replace what is stored besides events."""

    def set_consent(self, user_id: str, personalization: Personalization) -> None:
        """Replace how much of what is stored about the user may be used."""

    def export_user(self, user_id: str, page_size: int = 0, page_token: str = "") -> UserExport:
        """Everything that is stored about the user, or a page of it; 0 is all in one."""

    def delete_user(self, user_id: str, *, retrain: bool = False) -> UserDeletion:
        """Remove everything about the user."""

    def merge_users(self, guest_user_id: str, user_id: str) -> Mapping[str, int]:
        """Give the user all that is known of a guest, who is deleted; returns how many of each kind
        there were."""


class Backend(IndexService, RecommendService, ExplainService, ModelService, UserService, Protocol):
    """All five services, and the end of them."""

    def loaded(self) -> Mapping[str, str]:
        """What is loaded, by role, for people."""

    def drop_caches(self) -> None:
        """Give up what is remembered and can be read or worked out again."""

    def close(self) -> None:
        """Called once, when nothing is under way any more."""


class Backends(ABC):
    """Several backends behind one server, by the tenant whose catalogue each is."""

    @abstractmethod
    def is_open(self, tenant: str) -> bool:
        """Whether `lease` would give it without opening it."""

    @abstractmethod
    def lease(self, tenant: str) -> AbstractContextManager[Backend]:
        """The backend of a tenant, which is not closed before this ends. It is opened if it is not open,
        which may take a second. TenantRefused where there is none of that name, TenantUnavailable where
        it cannot be opened."""

    @abstractmethod
    def loaded(self) -> Mapping[str, str]:
        """What is loaded, by role, for people."""

    @abstractmethod
    def drop_caches(self) -> None:
        """Give up what can be read or worked out again."""

    @abstractmethod
    def close(self) -> None:
        """Called once, when nothing is under way any more."""
