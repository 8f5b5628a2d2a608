"""The client for asyncio: one method per call, simple values in, messages out.

`palate.client` is the same without asyncio, and is written from this file: `make proto`. Owns deadlines
and errors; how a channel is opened, and what is tried again, is in `palate.channels`. Knows nothing of
the server's insides.

    async with AsyncClient("127.0.0.1:50051") as palate:
        answer = await palate.recommend("u1", k=5, explain=True)
"""

# protoc generates stubs without types: what a call returns is Any until the method's own annotation.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from palate import values
from palate.channels import (
    DEFAULT_TIMEOUT_S,
    MAX_MESSAGE_BYTES,
    AsyncChannel,
    Target,
    Tls,
    metadata,
    open_async_channel,
)
from palate.errors import PalateRpcError
from palate.v1 import (
    catalog_pb2,
    event_pb2,
    explain_pb2,
    explain_pb2_grpc,
    index_pb2,
    index_pb2_grpc,
    model_pb2,
    model_pb2_grpc,
    recommend_pb2,
    recommend_pb2_grpc,
    user_pb2,
    user_pb2_grpc,
)

__all__ = ["AsyncClient", "PalateRpcError", "Tls"]

INDEX_TIMEOUT_S = 300.0
TRAIN_TIMEOUT_S = 4 * 3600.0
REPORT_TIMEOUT_S = 120.0
EXPORT_PAGE_SIZE = 5_000
"""Events and served answers that are asked for at once."""


class AsyncClient:
    """A connection to a Palate server, for any number of calls at a time.

    `key` is an API key or a token, sent with every call; `tls` has the files for TLS, and without it
    nothing is encrypted.
    `timeout_s` is the deadline of a call, retries included; every method takes its own as well.
    `max_attempts` (2 to 5) and `first_pause_s` (at least 0.01) are how often and how soon an
    UNAVAILABLE call is tried. `channel` is one that there is already, and is closed with the client.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str = "",
        tls: Tls | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        max_attempts: int = 4,
        first_pause_s: float = 0.1,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        channel: AsyncChannel | None = None,
    ) -> None:
        self.address = address
        self._timeout_s = timeout_s
        self._metadata = metadata(key)
        target = Target(address, key, tls, max_attempts, first_pause_s, max_message_bytes)
        self._channel: Any = channel if channel is not None else open_async_channel(target)
        self._index: Any = index_pb2_grpc.IndexServiceStub(self._channel)
        self._recommend: Any = recommend_pb2_grpc.RecommendServiceStub(self._channel)
        self._explain: Any = explain_pb2_grpc.ExplainServiceStub(self._channel)
        self._model: Any = model_pb2_grpc.ModelServiceStub(self._channel)
        self._user: Any = user_pb2_grpc.UserServiceStub(self._channel)
        self._health = health_pb2_grpc.HealthStub(self._channel)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; calls under way are cancelled."""
        await self._channel.close()

    async def wait_until_serving(self, timeout_s: float) -> None:
        """Returns as soon as the server has loaded and answers; PalateRpcError when it does not in
        time."""
        states = self._health.Watch(
            health_pb2.HealthCheckRequest(), timeout=timeout_s, wait_for_ready=True
        )
        try:
            async for state in states:
                if state.status == health_pb2.HealthCheckResponse.SERVING:
                    states.cancel()
                    return
        except grpc.RpcError as error:
            raise PalateRpcError.from_grpc(error) from None
        raise PalateRpcError(
            grpc.StatusCode.UNAVAILABLE, f"the server at {self.address} is stopping"
        )

    # Items and events

    async def index_items(
        self,
        items: Iterable[Mapping[str, Any] | catalog_pb2.Item],
        images: Mapping[str, bytes | Sequence[bytes]] | None = None,
        sounds: Mapping[str, bytes] | None = None,
        *,
        timeout_s: float | None = INDEX_TIMEOUT_S,
    ) -> index_pb2.IndexItemsResponse:
        """Adds or replaces items, with encoded pictures and sounds by item id; look at `failed` and
        `warnings` in the answer."""
        single, several = values.pictures(images or {})
        request = index_pb2.IndexItemsRequest(
            items=[values.item(row) for row in items],
            images=single,
            image_lists=several,
            sounds=sounds,
        )
        return await self._call(self._index.IndexItems, request, timeout_s)

    async def delete_items(
        self, item_ids: Iterable[str], *, timeout_s: float | None = None
    ) -> index_pb2.DeleteItemsResponse:
        """Removes items; the answer names those that were not there. Their events stay."""
        return await self._call(
            self._index.DeleteItems, index_pb2.DeleteItemsRequest(item_ids=item_ids), timeout_s
        )

    async def get_item(self, item_id: str, *, timeout_s: float | None = None) -> catalog_pb2.Item:
        """One item; NOT_FOUND where there is none of that id."""
        answer = await self._call(
            self._index.GetItem, index_pb2.GetItemRequest(item_id=item_id), timeout_s
        )
        return answer.item

    async def list_items(
        self,
        *,
        page_size: int = 0,
        page_token: str = "",
        domain: str = "",
        timeout_s: float | None = None,
    ) -> index_pb2.ListItemsResponse:
        """A page of the catalogue, in the order of indexing; `next_page_token` asks for the next one."""
        request = index_pb2.ListItemsRequest(
            page_size=page_size, page_token=page_token, domain=domain
        )
        return await self._call(self._index.ListItems, request, timeout_s)

    async def record_events(
        self,
        events: Iterable[Mapping[str, Any] | event_pb2.Event],
        *,
        timeout_s: float | None = None,
    ) -> index_pb2.RecordEventsResponse:
        """Appends events; look at `failed` in the answer."""
        rows = [values.event(row) for row in events]
        return await self._call(
            self._index.RecordEvents, index_pb2.RecordEventsRequest(events=rows), timeout_s
        )

    async def delete_events(
        self,
        user_id: str,
        event_ids: Iterable[str] = (),
        *,
        all_of_user: bool = False,
        timeout_s: float | None = None,
    ) -> int:
        """Returns how many were there."""
        request = index_pb2.DeleteEventsRequest(
            user_id=user_id, event_ids=event_ids, all=all_of_user
        )
        answer = await self._call(self._index.DeleteEvents, request, timeout_s)
        return int(answer.deleted)

    # Recommendations

    async def recommend(
        self,
        user_id: str = "",
        *,
        k: int = 0,
        domains: Sequence[str] = (),
        filter: str = "",
        exclude_item_ids: Sequence[str] = (),
        include_seen: bool = False,
        history_item_ids: Sequence[str] = (),
        taste: str = "",
        diversity: float = 0.0,
        exploration: float = 0.0,
        explain: bool = False,
        language: str = "",
        personalization: str | int = "",
        scenario: str = "",
        page_token: str = "",
        wish: str = "",
        refine_recommendation_id: str = "",
        without_wish_parts: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> recommend_pb2.RecommendResponse:
        """See `RecommendRequest` for what each field means."""
        request = recommend_pb2.RecommendRequest(
            user_id=user_id,
            k=k,
            domains=domains,
            filter=filter,
            exclude_item_ids=exclude_item_ids,
            include_seen=include_seen,
            history_item_ids=history_item_ids,
            taste=taste,
            diversity=diversity,
            exploration=exploration,
            explain=explain,
            language=language,
            personalization=values.personalization(personalization),  # type: ignore[arg-type]
            scenario=scenario,
            page_token=page_token,
            wish=wish,
            refine_recommendation_id=refine_recommendation_id,
            without_wish_parts=without_wish_parts,
        )
        return await self._call(self._recommend.Recommend, request, timeout_s)

    async def similar_items(
        self,
        item_id: str,
        *,
        k: int = 0,
        domains: Sequence[str] = (),
        filter: str = "",
        exclude_item_ids: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> recommend_pb2.SimilarItemsResponse:
        """Items like one item, best first."""
        request = recommend_pb2.SimilarItemsRequest(
            item_id=item_id, k=k, domains=domains, filter=filter, exclude_item_ids=exclude_item_ids
        )
        return await self._call(self._recommend.SimilarItems, request, timeout_s)

    async def search_items(
        self,
        text: str = "",
        *,
        image: bytes = b"",
        audio: bytes = b"",
        k: int = 0,
        domains: Sequence[str] = (),
        filter: str = "",
        timeout_s: float | None = None,
    ) -> recommend_pb2.SearchItemsResponse:
        """For words, for a picture or for a sound; exactly one of the three."""
        query: dict[str, Any] = {
            name: value
            for name, value in (("text", text), ("image", image), ("audio", audio))
            if value
        }
        if len(query) != 1:
            raise ValueError("search for text, for an image or for audio: exactly one of the three")
        request = recommend_pb2.SearchItemsRequest(**query, k=k, domains=domains, filter=filter)
        return await self._call(self._recommend.SearchItems, request, timeout_s)

    async def report_online(
        self,
        *,
        since: float | str | datetime | None = None,
        by: str | int = "",
        timeout_s: float | None = REPORT_TIMEOUT_S,
    ) -> recommend_pb2.ReportOnlineResponse:
        """What came of what was served since a time: by "model", "source", "scenario", "slice" or
        "position"."""
        request = recommend_pb2.ReportOnlineRequest(
            since=None if since is None else values.timestamp(since),
            by=values.online_by(by),  # type: ignore[arg-type]
        )
        return await self._call(self._recommend.ReportOnline, request, timeout_s)

    async def report_fairness(
        self,
        *,
        since: float | str | datetime | None = None,
        provider: str = "",
        windows: int = 0,
        group_by: str = "",
        groupings: Mapping[str, Mapping[str, str]] | None = None,
        timeout_s: float | None = REPORT_TIMEOUT_S,
    ) -> recommend_pb2.ReportFairnessResponse:
        """Whom what was served since a time serves. `groupings` has by the name of each the group of
        each user."""
        request = recommend_pb2.ReportFairnessRequest(
            since=None if since is None else values.timestamp(since),
            provider=provider,
            windows=windows,
            group_by=group_by,
            groupings=[
                recommend_pb2.UserGrouping(name=name, group_of_user=group_of_user)
                for name, group_of_user in (groupings or {}).items()
            ],
        )
        return await self._call(self._recommend.ReportFairness, request, timeout_s)

    # Explanations

    async def explain(
        self,
        item_id: str,
        *,
        recommendation_id: str = "",
        user_id: str = "",
        language: str = "",
        writer: str = "",
        instead_of_item_id: str = "",
        change: bool = False,
        wish: str = "",
        taste: str = "",
        timeout_s: float | None = None,
    ) -> explain_pb2.ExplainResponse:
        """Why the item (and not another) was served under `recommendation_id`, or would be for
        `user_id` now; with `change` also which history items it would take away."""
        request = explain_pb2.ExplainRequest(
            item_id=item_id,
            recommendation_id=recommendation_id,
            user_id=user_id,
            language=language,
            writer=writer,
            instead_of_item_id=instead_of_item_id,
            change=change,
            wish=wish,
            taste=taste,
        )
        return await self._call(self._explain.Explain, request, timeout_s)

    def stream_explain(
        self,
        item_id: str,
        *,
        recommendation_id: str = "",
        user_id: str = "",
        language: str = "",
        writer: str = "",
        instead_of_item_id: str = "",
        change: bool = False,
        wish: str = "",
        taste: str = "",
        timeout_s: float | None = None,
    ) -> AsyncIterator[explain_pb2.StreamExplainResponse]:
        """The same in parts: the evidence, then the text."""
        request = explain_pb2.StreamExplainRequest(
            item_id=item_id,
            recommendation_id=recommendation_id,
            user_id=user_id,
            language=language,
            writer=writer,
            instead_of_item_id=instead_of_item_id,
            change=change,
            wish=wish,
            taste=taste,
        )
        return self._stream(self._explain.StreamExplain, request, timeout_s)

    async def describe_taste(
        self, user_id: str, *, language: str = "", writer: str = "", timeout_s: float | None = None
    ) -> explain_pb2.DescribeTasteResponse:
        """What the service makes of what the user did, for them to read."""
        request = explain_pb2.DescribeTasteRequest(
            user_id=user_id, language=language, writer=writer
        )
        return await self._call(self._explain.DescribeTaste, request, timeout_s)

    # Models

    async def list_models(self, *, timeout_s: float | None = None) -> Sequence[model_pb2.ModelInfo]:
        """The trained models, newest first."""
        answer = await self._call(self._model.ListModels, model_pb2.ListModelsRequest(), timeout_s)
        return answer.models

    def train_model(
        self,
        *,
        incremental: bool = False,
        seed: int = 0,
        force: bool = False,
        timeout_s: float | None = TRAIN_TIMEOUT_S,
    ) -> AsyncIterator[model_pb2.TrainModelResponse]:
        """Progress, then the model. Leaving the loop early ends the training."""
        request = model_pb2.TrainModelRequest(incremental=incremental, seed=seed, force=force)
        return self._stream(self._model.TrainModel, request, timeout_s)

    def change_encoders(
        self,
        *,
        text: str = "",
        image: str = "",
        audio: str = "",
        timeout_s: float | None = TRAIN_TIMEOUT_S,
    ) -> AsyncIterator[model_pb2.ChangeEncodersResponse]:
        """Progress, then what answers. Leaving the loop early ends the change."""
        request = model_pb2.ChangeEncodersRequest(text=text, image=image, audio=audio)
        return self._stream(self._model.ChangeEncoders, request, timeout_s)

    async def activate_model(
        self, version: str, *, timeout_s: float | None = None
    ) -> model_pb2.ModelInfo:
        """Serves with this model from now on."""
        answer = await self._call(
            self._model.ActivateModel, model_pb2.ActivateModelRequest(version=version), timeout_s
        )
        return answer.model

    async def rollback_model(self, *, timeout_s: float | None = None) -> model_pb2.ModelInfo:
        """Serves with the model that served before."""
        answer = await self._call(
            self._model.RollbackModel, model_pb2.RollbackModelRequest(), timeout_s
        )
        return answer.model

    async def start_trial(
        self, version: str, kind: str | int, *, share: float = 0.0, timeout_s: float | None = None
    ) -> model_pb2.ModelTrial:
        """Tries a model as "shadow" or "canary" beside the one that serves."""
        request = model_pb2.StartTrialRequest(
            version=version,
            kind=values.trial_kind(kind),  # type: ignore[arg-type]
            share=share,
        )
        answer = await self._call(self._model.StartTrial, request, timeout_s)
        return answer.trial

    async def get_trial(self, *, timeout_s: float | None = None) -> model_pb2.ModelTrial | None:
        """The trial that runs, else the last there was; None where there never was one."""
        answer = await self._call(self._model.GetTrial, model_pb2.GetTrialRequest(), timeout_s)
        return answer.trial if answer.HasField("trial") else None

    async def end_trial(self, *, timeout_s: float | None = None) -> model_pb2.ModelTrial:
        """Ends the trial that runs."""
        answer = await self._call(self._model.EndTrial, model_pb2.EndTrialRequest(), timeout_s)
        return answer.trial

    # Users

    async def put_user(
        self,
        user_id: str,
        *,
        attributes: Mapping[str, str] | None = None,
        taste: str = "",
        timeout_s: float | None = None,
    ) -> None:
        """Replaces what is stored about a user besides events."""
        request = user_pb2.PutUserRequest(user_id=user_id, attributes=attributes, taste=taste)
        await self._call(self._user.PutUser, request, timeout_s)

    async def set_consent(
        self, user_id: str, personalization: str | int, *, timeout_s: float | None = None
    ) -> None:
        """Replaces how much of what is stored about a user may be used: "full", "contextual" or
        "non_profiled"."""
        request = user_pb2.SetConsentRequest(
            user_id=user_id,
            personalization=values.personalization(personalization),  # type: ignore[arg-type]
        )
        await self._call(self._user.SetConsent, request, timeout_s)

    async def export_user(self, user_id: str, *, timeout_s: float | None = None) -> dict[str, Any]:
        """Everything that is stored about the user; asked for in pages."""
        exported: dict[str, Any] = {}
        request = user_pb2.ExportUserRequest(user_id=user_id, page_size=EXPORT_PAGE_SIZE)
        while True:
            response = await self._call(self._user.ExportUser, request, timeout_s)
            for name, value in json.loads(response.json).items():
                if isinstance(value, list) and name in exported:
                    exported[name] += value
                else:
                    exported[name] = value
            if not response.next_page_token:
                return exported
            request.page_token = response.next_page_token

    async def delete_user(
        self, user_id: str, *, retrain: bool = False, timeout_s: float | None = None
    ) -> dict[str, int]:
        """Returns how many of each kind were removed."""
        answer = await self.erase_user(user_id, retrain=retrain, timeout_s=timeout_s)
        return dict(answer.deleted)

    async def erase_user(
        self, user_id: str, *, retrain: bool = False, timeout_s: float | None = None
    ) -> user_pb2.DeleteUserResponse:
        """The same, with what is said of the model that serves; `retrain` has a model trained without
        the user, where one serves that has learnt of them."""
        request = user_pb2.DeleteUserRequest(user_id=user_id, retrain=retrain)
        response: user_pb2.DeleteUserResponse = await self._call(
            self._user.DeleteUser, request, timeout_s
        )
        return response

    async def merge_users(
        self, guest_user_id: str, user_id: str, *, timeout_s: float | None = None
    ) -> dict[str, int]:
        """Makes a guest one with the user they turned out to be; returns how many of each kind became
        the user's."""
        request = user_pb2.MergeUsersRequest(guest_user_id=guest_user_id, user_id=user_id)
        answer = await self._call(self._user.MergeUsers, request, timeout_s)
        return dict(answer.merged)

    async def _call(
        self, method: Callable[..., Any], request: object, timeout_s: float | None
    ) -> Any:
        try:
            return await method(
                request,
                timeout=self._timeout_s if timeout_s is None else timeout_s,
                metadata=self._metadata,
            )
        except grpc.RpcError as error:
            raise PalateRpcError.from_grpc(error) from None

    async def _stream(
        self, method: Callable[..., Any], request: object, timeout_s: float | None
    ) -> AsyncIterator[Any]:
        call = method(
            request,
            timeout=self._timeout_s if timeout_s is None else timeout_s,
            metadata=self._metadata,
        )
        try:
            async for part in call:
                yield part
        except grpc.RpcError as error:
            raise PalateRpcError.from_grpc(error) from None
        finally:
            call.cancel()
