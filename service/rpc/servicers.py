"""The five services: each call is checked, converted, handed to one verb of the backend in a thread,
and converted back.

Owns which work queue a call waits in, and how the progress of long work is told. Knows nothing of
sockets, health or how errors look on the wire.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

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
from service.api.services import IndexService, ModelService, Progress, UserService
from service.errors import NotServing
from service.garbage_collection import freeze_gc
from service.rpc.conversion.batches import event_batch, item_batch
from service.rpc.conversion.converter import to_message
from service.rpc.conversion.requests import (
    checked,
    chosen_events,
    chosen_items,
    encoder_lines,
    explain_request,
    export_page,
    fairness_request,
    list_page,
    online_request,
    recommend_request,
    search_request,
    similar_request,
    stated_consent,
    taste_request,
    trial_request,
    user_profile,
)
from service.rpc.conversion.rows import fitting, item_message, row_error_message
from service.rpc.work.queues import Context, WorkQueues
from service.telemetry.progress_lines import ProgressLines, log_progress

BULK_EVENTS = 100
"""From so many on, the events of one call are a load and not what somebody has just done."""

T = TypeVar("T")

MAX_UNREAD_PROGRESS = 100
"""Steps that are kept for a caller who reads slower than the work goes on; the oldest are dropped."""


class IndexServicer(index_pb2_grpc.IndexServiceServicer):
    def __init__(self, queues: WorkQueues) -> None:
        self._queues = queues
        self._limits = queues.settings.server

    async def IndexItems(
        self, request: index_pb2.IndexItemsRequest, context: Context
    ) -> index_pb2.IndexItemsResponse:
        def work(backend: IndexService) -> index_pb2.IndexItemsResponse:
            batch, images, sounds = item_batch(request, self._limits.max_items_per_call)
            if not batch.rows:
                failed = map(row_error_message, batch.failed)
                return index_pb2.IndexItemsResponse(failed=failed)
            report = backend.index_items(batch.rows, images, sounds)
            return index_pb2.IndexItemsResponse(
                indexed=report.indexed,
                skipped=report.skipped,
                failed=map(row_error_message, batch.all_failed(report.failed)),
                warnings=map(row_error_message, batch.in_request(report.warnings)),
            )

        return await self._queues.index(context, work)

    async def DeleteItems(
        self, request: index_pb2.DeleteItemsRequest, context: Context
    ) -> index_pb2.DeleteItemsResponse:
        item_ids = chosen_items(request, self._limits.max_items_per_call)
        missing = await self._queues.index(context, lambda backend: backend.delete_items(item_ids))
        return index_pb2.DeleteItemsResponse(
            deleted=len(item_ids) - len(missing), missing_item_ids=missing
        )

    async def GetItem(
        self, request: index_pb2.GetItemRequest, context: Context
    ) -> index_pb2.GetItemResponse:
        item_id = checked(request).item_id
        item = await self._queues.answer(context, lambda backend: backend.get_item(item_id))
        return index_pb2.GetItemResponse(item=item_message(item))

    async def ListItems(
        self, request: index_pb2.ListItemsRequest, context: Context
    ) -> index_pb2.ListItemsResponse:
        page_size, token, domain = list_page(request)

        def work(backend: IndexService) -> index_pb2.ListItemsResponse:
            size = page_size
            while True:
                items, more = backend.list_items(size, token, domain)
                page = index_pb2.ListItemsResponse(
                    items=map(item_message, items), next_page_token=more
                )
                n_fitting = fitting(page.items, self._limits.max_message_bytes - len(more))
                if n_fitting >= len(items) or size == 1:
                    return page
                size = max(1, n_fitting)  # the next page begins after what fits into a message

        return await self._queues.answer(context, work, bulk=True)

    async def RecordEvents(
        self, request: index_pb2.RecordEventsRequest, context: Context
    ) -> index_pb2.RecordEventsResponse:
        def work(backend: IndexService) -> index_pb2.RecordEventsResponse:
            batch = event_batch(request, self._limits.max_events_per_call)
            if not batch.rows:
                failed = map(row_error_message, batch.failed)
                return index_pb2.RecordEventsResponse(failed=failed)
            report = backend.record_events(batch.rows)
            report = replace(report, failed=batch.all_failed(report.failed))
            return to_message(report, index_pb2.RecordEventsResponse)

        bulk = len(request.events) >= BULK_EVENTS
        return await self._queues.answer(context, work, bulk=bulk)

    async def DeleteEvents(
        self, request: index_pb2.DeleteEventsRequest, context: Context
    ) -> index_pb2.DeleteEventsResponse:
        user_id, event_ids = chosen_events(request, self._limits.max_events_per_call)
        deleted = await self._queues.answer(
            context, lambda backend: backend.delete_events(user_id, event_ids)
        )
        return index_pb2.DeleteEventsResponse(deleted=deleted)


class RecommendServicer(recommend_pb2_grpc.RecommendServiceServicer):
    def __init__(self, queues: WorkQueues) -> None:
        self._queues = queues
        self._language = queues.settings.explain.language

    async def Recommend(
        self, request: recommend_pb2.RecommendRequest, context: Context
    ) -> recommend_pb2.RecommendResponse:
        wanted = recommend_request(request, self._language)
        answer = await self._queues.answer(context, lambda backend: backend.recommend(wanted))
        return to_message(answer, recommend_pb2.RecommendResponse)

    async def SimilarItems(
        self, request: recommend_pb2.SimilarItemsRequest, context: Context
    ) -> recommend_pb2.SimilarItemsResponse:
        wanted = similar_request(request)
        answer = await self._queues.answer(context, lambda backend: backend.similar_items(wanted))
        return to_message(answer, recommend_pb2.SimilarItemsResponse)

    async def SearchItems(
        self, request: recommend_pb2.SearchItemsRequest, context: Context
    ) -> recommend_pb2.SearchItemsResponse:
        wanted = search_request(request)
        answer = await self._queues.answer(context, lambda backend: backend.search_items(wanted))
        return to_message(answer, recommend_pb2.SearchItemsResponse)

    async def ReportOnline(
        self, request: recommend_pb2.ReportOnlineRequest, context: Context
    ) -> recommend_pb2.ReportOnlineResponse:
        wanted = online_request(request)
        report = await self._queues.index(context, lambda backend: backend.report_online(wanted))
        return to_message(report, recommend_pb2.ReportOnlineResponse)

    async def ReportFairness(
        self, request: recommend_pb2.ReportFairnessRequest, context: Context
    ) -> recommend_pb2.ReportFairnessResponse:
        wanted = fairness_request(request)
        report = await self._queues.index(context, lambda backend: backend.report_fairness(wanted))
        return to_message(report, recommend_pb2.ReportFairnessResponse)


class ExplainServicer(explain_pb2_grpc.ExplainServiceServicer):
    def __init__(self, queues: WorkQueues) -> None:
        self._queues = queues
        self._language = queues.settings.explain.language

    async def Explain(
        self, request: explain_pb2.ExplainRequest, context: Context
    ) -> explain_pb2.ExplainResponse:
        wanted = explain_request(request, self._language)
        explanation = await self._queues.explain(context, lambda backend: backend.explain(wanted))
        return to_message(explanation, explain_pb2.ExplainResponse)

    async def StreamExplain(
        self, request: explain_pb2.StreamExplainRequest, context: Context
    ) -> AsyncIterator[explain_pb2.StreamExplainResponse]:
        wanted = explain_request(request, self._language)
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Explanation] = asyncio.Queue()

        def tell(evidence: Explanation) -> None:
            loop.call_soon_threadsafe(told.put_nowait, evidence)

        writing = asyncio.create_task(
            self._queues.explain(context, lambda backend: backend.explain(wanted, tell))
        )
        finding = asyncio.create_task(told.get())
        try:
            await asyncio.wait((writing, finding), return_when=asyncio.FIRST_COMPLETED)
            if writing.done() and not finding.done():
                await writing  # it failed before there was evidence, and raises
            evidence = to_message(await finding, explain_pb2.ExplanationEvidence)
            yield explain_pb2.StreamExplainResponse(evidence=evidence)
            text = to_message(await writing, explain_pb2.ExplanationText)
            yield explain_pb2.StreamExplainResponse(text=text)
        finally:
            writing.cancel()
            finding.cancel()

    async def DescribeTaste(
        self, request: explain_pb2.DescribeTasteRequest, context: Context
    ) -> explain_pb2.DescribeTasteResponse:
        wanted = taste_request(request, self._language)
        summary = await self._queues.explain(
            context, lambda backend: backend.describe_taste(wanted)
        )
        return to_message(summary, explain_pb2.DescribeTasteResponse)


class ModelServicer(model_pb2_grpc.ModelServiceServicer):
    def __init__(self, queues: WorkQueues) -> None:
        self._queues = queues
        self._encoders = queues.settings.callable_encoders

    async def ListModels(
        self, request: model_pb2.ListModelsRequest, context: Context
    ) -> model_pb2.ListModelsResponse:
        models = await self._queues.answer(context, lambda backend: backend.list_models())
        return model_pb2.ListModelsResponse(
            models=[to_message(model, model_pb2.ModelInfo) for model in models]
        )

    async def TrainModel(
        self, request: model_pb2.TrainModelRequest, context: Context
    ) -> AsyncIterator[model_pb2.TrainModelResponse]:
        def work(backend: ModelService, progress: Progress) -> ModelInfo:
            return backend.train(
                progress, seed=request.seed, force=request.force, incremental=request.incremental
            )

        async with aclosing(self._steps(context, work)) as steps:
            async for step in steps:
                if isinstance(step, TrainProgress):
                    progress = to_message(step, model_pb2.TrainProgress)
                    yield model_pb2.TrainModelResponse(progress=progress)
                else:
                    model = to_message(step, model_pb2.ModelInfo)
                    yield model_pb2.TrainModelResponse(model=model)

    async def ChangeEncoders(
        self, request: model_pb2.ChangeEncodersRequest, context: Context
    ) -> AsyncIterator[model_pb2.ChangeEncodersResponse]:
        lines = encoder_lines(request, self._encoders)

        def work(backend: ModelService, progress: Progress) -> ServingEncoders:
            serving = backend.change_encoders(progress, **lines)
            freeze_gc()
            return serving

        async with aclosing(self._steps(context, work)) as steps:
            async for step in steps:
                if isinstance(step, TrainProgress):
                    progress = to_message(step, model_pb2.TrainProgress)
                    yield model_pb2.ChangeEncodersResponse(progress=progress)
                else:
                    encoders = to_message(step, model_pb2.ServingEncoders)
                    yield model_pb2.ChangeEncodersResponse(encoders=encoders)

    async def ActivateModel(
        self, request: model_pb2.ActivateModelRequest, context: Context
    ) -> model_pb2.ActivateModelResponse:
        version = checked(request).version
        model = await self._queues.index(context, lambda backend: backend.activate_model(version))
        return model_pb2.ActivateModelResponse(model=to_message(model, model_pb2.ModelInfo))

    async def RollbackModel(
        self, request: model_pb2.RollbackModelRequest, context: Context
    ) -> model_pb2.RollbackModelResponse:
        model = await self._queues.index(context, lambda backend: backend.rollback_model())
        return model_pb2.RollbackModelResponse(model=to_message(model, model_pb2.ModelInfo))

    async def StartTrial(
        self, request: model_pb2.StartTrialRequest, context: Context
    ) -> model_pb2.StartTrialResponse:
        wanted = trial_request(request)
        trial = await self._queues.index(context, lambda backend: backend.start_trial(wanted))
        return model_pb2.StartTrialResponse(trial=to_message(trial, model_pb2.ModelTrial))

    async def GetTrial(
        self, request: model_pb2.GetTrialRequest, context: Context
    ) -> model_pb2.GetTrialResponse:
        trial = await self._queues.answer(context, lambda backend: backend.get_trial())
        told = None if trial is None else to_message(trial, model_pb2.ModelTrial)
        return model_pb2.GetTrialResponse(trial=told)

    async def EndTrial(
        self, request: model_pb2.EndTrialRequest, context: Context
    ) -> model_pb2.EndTrialResponse:
        trial = await self._queues.answer(context, lambda backend: backend.end_trial())
        return model_pb2.EndTrialResponse(trial=to_message(trial, model_pb2.ModelTrial))

    async def _steps(
        self, context: Context, work: Callable[[ModelService, Progress], T]
    ) -> AsyncGenerator[TrainProgress | T, None]:
        """The progress of long work, then its result. Ending the iteration ends the work at its
        next step."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        unread: deque[TrainProgress] = deque(maxlen=MAX_UNREAD_PROGRESS)
        abandoned = False
        lines = ProgressLines(log_progress)

        def progress(step: TrainProgress) -> None:
            if abandoned or self._queues.stopping:
                raise NotServing("stopping this work")
            lines.step(step.stage, step.done, step.total or None)
            unread.append(step)
            loop.call_soon_threadsafe(changed.set)

        task = asyncio.create_task(
            self._queues.train(context, lambda backend: work(backend, progress))
        )
        task.add_done_callback(lambda _: changed.set())
        try:
            done = False
            while not done:
                await changed.wait()
                changed.clear()
                done = task.done()  # before reading: what was told until then is read below
                while unread:
                    yield unread.popleft()
            yield task.result()
        finally:
            abandoned = True
            task.cancel()


class UserServicer(user_pb2_grpc.UserServiceServicer):
    def __init__(self, queues: WorkQueues) -> None:
        self._queues = queues

    async def PutUser(
        self, request: user_pb2.PutUserRequest, context: Context
    ) -> user_pb2.PutUserResponse:
        user = user_profile(request)
        await self._queues.answer(context, lambda backend: backend.put_user(user))
        return user_pb2.PutUserResponse()

    async def SetConsent(
        self, request: user_pb2.SetConsentRequest, context: Context
    ) -> user_pb2.SetConsentResponse:
        user_id, consent = stated_consent(request)
        await self._queues.answer(context, lambda backend: backend.set_consent(user_id, consent))
        return user_pb2.SetConsentResponse()

    async def ExportUser(
        self, request: user_pb2.ExportUserRequest, context: Context
    ) -> user_pb2.ExportUserResponse:
        user_id, page_size, token = export_page(request)

        def work(backend: UserService) -> user_pb2.ExportUserResponse:
            page = backend.export_user(user_id, page_size, token)
            text = json.dumps(page.data, ensure_ascii=False)
            return user_pb2.ExportUserResponse(json=text, next_page_token=page.next_page_token)

        return await self._queues.answer(context, work, bulk=True)

    async def DeleteUser(
        self, request: user_pb2.DeleteUserRequest, context: Context
    ) -> user_pb2.DeleteUserResponse:
        user_id = checked(request).user_id
        deletion = await self._queues.answer(
            context, lambda backend: backend.delete_user(user_id, retrain=request.retrain)
        )
        return to_message(deletion, user_pb2.DeleteUserResponse)

    async def MergeUsers(
        self, request: user_pb2.MergeUsersRequest, context: Context
    ) -> user_pb2.MergeUsersResponse:
        guest_id, user_id = checked(request).guest_user_id, request.user_id
        merged = await self._queues.answer(
            context, lambda backend: backend.merge_users(guest_id, user_id)
        )
        return user_pb2.MergeUsersResponse(merged=merged)
