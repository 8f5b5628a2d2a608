"""A channel to servicers in this process: a gRPC client calls them as it would a server, and no socket
is between.

Owns the thread with the event loop that they run in. What a client calls is checked, queued and
answered as in a server, deadlines included. Knows nothing of what the backend is.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Any

import grpc
from google.rpc import status_pb2

from palate.errors import REQUEST_ID
from service.access.control import AccessControl
from service.access.settings import AccessSettings
from service.api.services import Backend
from service.config import Settings
from service.rpc.in_process import Calls, InProcessCall, answer, answers, deadline_passed
from service.rpc.interceptor import CODES, DETAILS_KEY, Aborted, CallInterceptor
from service.rpc.server import SERVICES
from service.rpc.work.queues import WorkQueues

PEER = "in-process"
_END = object()


class LocalChannel(grpc.Channel):
    """Calls a backend, and closes it when it is closed."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="palate", daemon=True)
        self._thread.start()
        self._queues = WorkQueues(settings)
        self._queues.backend = backend
        self._calls = self._run(self._registered(settings))
        self._is_closed = False

    async def _registered(self, settings: Settings) -> Calls:
        """In the loop, as the interceptor belongs to it."""
        calls = Calls([CallInterceptor(settings, AccessControl(_open(settings)))])
        for _, servicer, register in SERVICES:
            register(servicer(self._queues), calls)
        return calls

    def unary_unary(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Any = None,
        _registered_method: bool | None = False,
    ) -> Any:
        """As gRPC's."""

        def call(request: Any, timeout: float | None = None, **_: Any) -> Any:
            made = _call(method, request_serializer(request), timeout)
            return response_deserializer(self._run(self._answer(made)))

        return call

    def unary_stream(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Any = None,
        _registered_method: bool | None = False,
    ) -> Any:
        """As gRPC's."""

        def call(request: Any, timeout: float | None = None, **_: Any) -> LocalStream:
            made = _call(method, request_serializer(request), timeout)
            return LocalStream(self, made, response_deserializer)

        return call

    def stream_unary(self, method: str, *_: Any, **__: Any) -> Any:
        """No rpc of ours takes a stream."""
        raise NotImplementedError(method)

    stream_stream = stream_unary

    def subscribe(self, callback: Any, try_to_connect: bool | None = False) -> None:
        """It is always ready."""
        callback(grpc.ChannelConnectivity.READY)

    def unsubscribe(self, callback: Any) -> None:
        """Nothing is kept of who has subscribed."""

    def close(self) -> None:
        """Wait for what is under way, and close the backend."""
        if self._is_closed:
            return
        self._is_closed = True
        self._run(self._queues.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> LocalChannel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, work: Any) -> Any:
        """From another thread. LocalError is what a call ends with."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # Ctrl-C in a notebook ends the call
            raise

    async def _answer(self, call: InProcessCall) -> bytes:
        try:
            async with asyncio.timeout(call.time_remaining()):
                return await answer(await self._calls.handler(call), call)
        except Aborted as error:
            raise LocalError(error.status, call) from None
        except TimeoutError:
            raise LocalError(deadline_passed().status, call) from None

    async def _all_into(self, told: Callable[[Any], None], call: InProcessCall) -> None:
        try:
            async with asyncio.timeout(call.time_remaining()):
                messages = answers(await self._calls.handler(call), call)
                async with aclosing(messages):
                    async for message in messages:
                        told(message)
        except Aborted as error:
            told(LocalError(error.status, call))
        except TimeoutError:
            told(LocalError(deadline_passed().status, call))
        finally:
            told(_END)


class LocalStream:
    """The messages of one call. Cancelling it ends the work."""

    def __init__(
        self, channel: LocalChannel, call: InProcessCall, parse: Callable[[bytes], Any]
    ) -> None:
        self._parse = parse
        self._told: queue.SimpleQueue[Any] = queue.SimpleQueue()
        work = channel._all_into(self._told.put, call)
        self._work = asyncio.run_coroutine_threadsafe(work, channel._loop)

    def __iter__(self) -> Iterator[Any]:
        while (message := self._told.get()) is not _END:
            if isinstance(message, LocalError):
                raise message
            yield self._parse(message)

    def cancel(self) -> None:
        """Nobody reads any more."""
        self._work.cancel()


class LocalError(grpc.RpcError, grpc.Call):
    """How a call has ended, as a client of gRPC reads it."""

    def __init__(self, status: status_pb2.Status, call: InProcessCall) -> None:
        super().__init__(status.message)
        self._status = status
        self._trailing: Sequence[tuple[str, str | bytes]] = (
            (DETAILS_KEY, status.SerializeToString()),
            (REQUEST_ID, call.request_id),
        )

    def code(self) -> grpc.StatusCode:
        return CODES[self._status.code]

    def details(self) -> str:
        return str(self._status.message)

    def trailing_metadata(self) -> Any:
        return self._trailing

    def initial_metadata(self) -> Any:
        return ()

    def is_active(self) -> bool:
        return False

    def time_remaining(self) -> float:
        return 0.0

    def cancel(self) -> bool:
        return False

    def add_callback(self, callback: Any) -> bool:
        return False


def _call(method: str, raw: bytes, timeout_s: float | None) -> InProcessCall:
    async def read() -> bytes:
        return raw

    return InProcessCall(method, (), PEER, timeout_s, read)


def _open(settings: Settings) -> Settings:
    """The same for whoever has opened the folder, and needs no key to it."""
    server = settings.server.model_copy(update={"insecure": True})
    return settings.model_copy(update={"access": AccessSettings(required=False), "server": server})
