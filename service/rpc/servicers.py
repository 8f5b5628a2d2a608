"""The five services: each call is checked, converted, handed to one method of the backend in a
thread, converted back.

Owns which lane a call takes and how long work is told of. Knows nothing of sockets, health or how
errors look on the wire.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, TypeAlias, TypeVar

import grpc

from palate.v1 import (
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
from service.api.messages import Explanation, ModelInfo, ServingEncoders, TrainProgress
from service.api.services import Backend
from service.errors import NotServing
from service.rpc import requests as wire_in
from service.rpc import responses as wire_out
from service.rpc import rows as wire_rows
from service.rpc.garbage import leave_alone_what_stays
from service.rpc.lanes import Lanes

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"  # generic in the type stubs only

Progress: TypeAlias = Callable[[TrainProgress], None]
T = TypeVar("T")

MAX_UNREAD_PROGRESS = 100


class IndexServicer(index_pb2_grpc.IndexServiceServicer):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._limits = lanes.settings.server

    async def IndexItems(
        self, request: index_pb2.IndexItemsRequest, context: Context
    ) -> index_pb2.IndexItemsResponse:
        def work(backend: Backend) -> index_pb2.IndexItemsResponse:
            batch, images, sounds = wire_rows.item_batch(request, self._limits.max_items_per_call)
            if not batch.rows:
                return index_pb2.IndexItemsResponse(failed=batch.failed)
            report = backend.index_items(batch.rows, images, sounds)
            return index_pb2.IndexItemsResponse(
                indexed=report.indexed,
                skipped=report.skipped,
                failed=batch.errors(report.failed),
                warnings=batch.located(report.warnings),
            )

        return await self._lanes.index(context, work)

    async def DeleteItems(
        self, request: index_pb2.DeleteItemsRequest, context: Context
    ) -> index_pb2.DeleteItemsResponse:
        item_ids = wire_in.some_ids(request.item_ids, "item_ids", self._limits.max_items_per_call)
        missing = await self._lanes.index(context, lambda backend: backend.delete_items(item_ids))
        return index_pb2.DeleteItemsResponse(
            deleted=len(item_ids) - len(missing), missing_item_ids=missing
        )

    async def GetItem(
        self, request: index_pb2.GetItemRequest, context: Context
    ) -> index_pb2.GetItemResponse:
        item_id = wire_in.required_id(request.item_id, "item_id")
        item = await self._lanes.answer(context, lambda backend: backend.get_item(item_id))
        return index_pb2.GetItemResponse(item=wire_rows.item_message(item))

    async def ListItems(
        self, request: index_pb2.ListItemsRequest, context: Context
    ) -> index_pb2.ListItemsResponse:
        page_size, token, domain = wire_in.list_page(request)
        items, next_token = await self._lanes.answer(
            context, lambda backend: backend.list_items(page_size, token, domain)
        )
        return index_pb2.ListItemsResponse(
            items=[wire_rows.item_message(item) for item in items], next_page_token=next_token
        )

    async def RecordEvents(
        self, request: index_pb2.RecordEventsRequest, context: Context
    ) -> index_pb2.RecordEventsResponse:
        def work(backend: Backend) -> index_pb2.RecordEventsResponse:
            batch = wire_rows.event_batch(request, self._limits.max_events_per_call)
            if not batch.rows:
                return index_pb2.RecordEventsResponse(failed=batch.failed)
            report = backend.record_events(batch.rows)
            return index_pb2.RecordEventsResponse(
                recorded=report.recorded,
                duplicates=report.duplicates,
                unknown_items=report.unknown_items,
                failed=batch.errors(report.failed),
            )

        return await self._lanes.answer(context, work)

    async def DeleteEvents(
        self, request: index_pb2.DeleteEventsRequest, context: Context
    ) -> index_pb2.DeleteEventsResponse:
        user_id, event_ids = wire_in.chosen_events(request, self._limits.max_events_per_call)
        deleted = await self._lanes.answer(
            context, lambda backend: backend.delete_events(user_id, event_ids)
        )
        return index_pb2.DeleteEventsResponse(deleted=deleted)


class RecommendServicer(recommend_pb2_grpc.RecommendServiceServicer):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    async def Recommend(
        self, request: recommend_pb2.RecommendRequest, context: Context
    ) -> recommend_pb2.RecommendResponse:
        wanted = wire_in.recommend_request(request, self._lanes.settings.explain.language)
        answer = await self._lanes.answer(context, lambda backend: backend.recommend(wanted))
        return wire_out.recommend_response(answer)

    async def SimilarItems(
        self, request: recommend_pb2.SimilarItemsRequest, context: Context
    ) -> recommend_pb2.SimilarItemsResponse:
        wanted = wire_in.similar_request(request)
        answer = await self._lanes.answer(context, lambda backend: backend.similar_items(wanted))
        return wire_out.similar_response(answer)

    async def SearchItems(
        self, request: recommend_pb2.SearchItemsRequest, context: Context
    ) -> recommend_pb2.SearchItemsResponse:
        wanted = wire_in.search_request(request)
        answer = await self._lanes.answer(context, lambda backend: backend.search_items(wanted))
        return wire_out.search_response(answer)


class ExplainServicer(explain_pb2_grpc.ExplainServiceServicer):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    async def Explain(
        self, request: explain_pb2.ExplainRequest, context: Context
    ) -> explain_pb2.ExplainResponse:
        wanted = wire_in.explain_request(request, self._lanes.settings.explain.language)
        return wire_out.explain_response(
            await self._lanes.explain(context, lambda backend: backend.explain(wanted))
        )

    async def StreamExplain(
        self, request: explain_pb2.StreamExplainRequest, context: Context
    ) -> AsyncIterator[explain_pb2.StreamExplainResponse]:
        wanted = wire_in.explain_request(request, self._lanes.settings.explain.language)
        loop = asyncio.get_running_loop()
        found: asyncio.Queue[Explanation] = asyncio.Queue()

        def tell(facts: Explanation) -> None:
            loop.call_soon_threadsafe(found.put_nowait, facts)

        written = asyncio.create_task(
            self._lanes.explain(context, lambda backend: backend.explain(wanted, tell))
        )
        told = asyncio.create_task(found.get())
        try:
            await asyncio.wait((written, told), return_when=asyncio.FIRST_COMPLETED)
            if written.done() and not told.done():
                await written  # it failed before there were facts, and raises
            yield wire_out.explanation_evidence(await told)
            yield wire_out.explanation_text(await written)
        finally:
            written.cancel()
            told.cancel()

    async def DescribeTaste(
        self, request: explain_pb2.DescribeTasteRequest, context: Context
    ) -> explain_pb2.DescribeTasteResponse:
        wanted = wire_in.taste_request(request, self._lanes.settings.explain.language)
        summary = await self._lanes.explain(context, lambda backend: backend.describe_taste(wanted))
        return wire_out.taste_response(summary)


class ModelServicer(model_pb2_grpc.ModelServiceServicer):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    async def ListModels(
        self, request: model_pb2.ListModelsRequest, context: Context
    ) -> model_pb2.ListModelsResponse:
        models = await self._lanes.answer(context, lambda backend: backend.list_models())
        return model_pb2.ListModelsResponse(
            models=[wire_out.model_message(model) for model in models]
        )

    async def TrainModel(
        self, request: model_pb2.TrainModelRequest, context: Context
    ) -> AsyncIterator[model_pb2.TrainModelResponse]:
        def work(backend: Backend, progress: Progress) -> ModelInfo:
            return backend.train(
                progress, seed=request.seed, force=request.force, incremental=request.incremental
            )

        async with aclosing(self._steps(context, work)) as steps:
            async for step in steps:
                if isinstance(step, TrainProgress):
                    yield model_pb2.TrainModelResponse(progress=wire_out.progress_message(step))
                else:
                    yield model_pb2.TrainModelResponse(model=wire_out.model_message(step))

    async def ChangeEncoders(
        self, request: model_pb2.ChangeEncodersRequest, context: Context
    ) -> AsyncIterator[model_pb2.ChangeEncodersResponse]:
        def work(backend: Backend, progress: Progress) -> ServingEncoders:
            now = backend.change_encoders(
                progress, text=request.text, image=request.image, audio=request.audio
            )
            leave_alone_what_stays()
            return now

        async with aclosing(self._steps(context, work)) as steps:
            async for step in steps:
                if isinstance(step, TrainProgress):
                    yield model_pb2.ChangeEncodersResponse(progress=wire_out.progress_message(step))
                else:
                    yield model_pb2.ChangeEncodersResponse(encoders=wire_out.encoders_message(step))

    async def _steps(
        self, context: Context, work: Callable[[Backend, Progress], T]
    ) -> AsyncGenerator[TrainProgress | T, None]:
        """What long work tells of itself, then its result. Ending the iteration ends the work at
        its next step."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        unread: deque[TrainProgress] = deque(maxlen=MAX_UNREAD_PROGRESS)
        abandoned = False

        def progress(step: TrainProgress) -> None:
            if abandoned or self._lanes.stopping:
                raise NotServing("stopping this work")
            unread.append(step)
            loop.call_soon_threadsafe(changed.set)

        task = asyncio.create_task(
            self._lanes.train(context, lambda backend: work(backend, progress))
        )
        task.add_done_callback(lambda _: changed.set())
        try:
            done = False
            while not done:
                await changed.wait()
                changed.clear()
                done = task.done()
                while unread:
                    yield unread.popleft()
            yield task.result()
        finally:
            abandoned = True
            task.cancel()

    async def ActivateModel(
        self, request: model_pb2.ActivateModelRequest, context: Context
    ) -> model_pb2.ActivateModelResponse:
        version = wire_in.required_id(request.version, "version")
        model = await self._lanes.index(context, lambda backend: backend.activate_model(version))
        return model_pb2.ActivateModelResponse(model=wire_out.model_message(model))

    async def RollbackModel(
        self, request: model_pb2.RollbackModelRequest, context: Context
    ) -> model_pb2.RollbackModelResponse:
        model = await self._lanes.index(context, lambda backend: backend.rollback_model())
        return model_pb2.RollbackModelResponse(model=wire_out.model_message(model))


class UserServicer(user_pb2_grpc.UserServiceServicer):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    async def PutUser(
        self, request: user_pb2.PutUserRequest, context: Context
    ) -> user_pb2.PutUserResponse:
        user = wire_in.user_profile(request)
        await self._lanes.answer(context, lambda backend: backend.put_user(user))
        return user_pb2.PutUserResponse()

    async def ExportUser(
        self, request: user_pb2.ExportUserRequest, context: Context
    ) -> user_pb2.ExportUserResponse:
        user_id = wire_in.required_id(request.user_id, "user_id")
        export = await self._lanes.answer(
            context, lambda backend: json.dumps(backend.export_user(user_id), ensure_ascii=False)
        )
        return user_pb2.ExportUserResponse(json=export)

    async def DeleteUser(
        self, request: user_pb2.DeleteUserRequest, context: Context
    ) -> user_pb2.DeleteUserResponse:
        user_id = wire_in.required_id(request.user_id, "user_id")
        deleted = await self._lanes.answer(context, lambda backend: backend.delete_user(user_id))
        return user_pb2.DeleteUserResponse(deleted=deleted)
