"""Calls in this process go through every interceptor, in order, as they do in a gRPC server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from palate.v1 import user_pb2, user_pb2_grpc
from service.access.control import AccessControl
from service.config import Settings
from service.rpc.in_process import Calls, InProcessCall, answer
from service.rpc.interceptor import Aborted, CallInterceptor

PUT = "/palate.v1.UserService/PutUser"


class Users(user_pb2_grpc.UserServiceServicer):
    def __init__(self) -> None:
        self.seen: list[str] = []

    async def PutUser(self, request: Any, context: Any) -> user_pb2.PutUserResponse:  # noqa: N802
        self.seen.append(request.user_id)
        return user_pb2.PutUserResponse()


class Door(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Lets in whoever has the key."""

    def __init__(self, key: str) -> None:
        self.key = key

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        if dict(details.invocation_metadata).get("authorization") == self.key:
            return await continuation(details)

        async def refuse(_: Any, context: Any) -> None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "give a key")

        return grpc.stream_unary_rpc_method_handler(refuse)


def _calls(users: Users, *interceptors: Any) -> Calls:
    calls = Calls(interceptors)
    user_pb2_grpc.add_UserServiceServicer_to_server(users, calls)
    return calls


def _call(**metadata: str) -> InProcessCall:
    async def read() -> bytes:
        return user_pb2.PutUserRequest(user_id="u").SerializeToString()

    return InProcessCall(PUT, list(metadata.items()), "ipv4:127.0.0.1:1", read_request=read)


def _interceptor() -> CallInterceptor:
    settings = Settings()
    return CallInterceptor(settings, AccessControl(settings))


async def _put(calls: Calls, call: InProcessCall) -> Any:
    raw = await answer(await calls.handler(call), call)
    return user_pb2.PutUserResponse.FromString(raw)


async def test_a_registered_servicer_answers() -> None:
    users, call = Users(), _call()
    assert await _put(_calls(users, _interceptor()), call) == user_pb2.PutUserResponse()
    assert users.seen == ["u"]


async def test_an_interceptor_sees_the_headers_and_can_refuse() -> None:
    users = Users()
    calls = _calls(users, Door("k1"), _interceptor())
    with pytest.raises(Aborted, match="give a key") as caught:
        await _put(calls, _call(authorization="k2"))
    assert caught.value.status.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
    call = _call(authorization="k1", **{"x-request-id": "r-1"})
    await _put(calls, call)
    assert users.seen == ["u"]
    assert call.request_id == "r-1"


def test_the_time_that_is_left_does_not_go_below_nothing() -> None:
    assert _call().time_remaining() is None
    assert InProcessCall(PUT, (), "p", 0.0).time_remaining() == 0.0
    assert 0.0 < (InProcessCall(PUT, (), "p", 60.0).time_remaining() or 0.0) <= 60.0
