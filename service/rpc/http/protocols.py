"""The two ways in which a call comes over HTTP: by the paths of the proto, or by Connect's protocol.

Owns how a request names its rpc, and how its error is written. Connect is what clients that
protoc-gen-es generates speak in browsers: POST /palate.v1.Service/Method, as JSON
(connectrpc.com/docs/protocol). Knows nothing of how a call is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc import status_pb2
from starlette.requests import Request
from starlette.responses import Response

from service.rpc.http import envelopes
from service.rpc.http.arguments import from_body, from_request
from service.rpc.http.bindings import Routes, bindings_of, method_of
from service.rpc.http.bodies import JSON, media_type_of
from service.rpc.http.events import EventStream
from service.rpc.http.problems import (
    HttpRefusal,
    connect_error,
    error_headers,
    problem,
)
from service.rpc.http.streams import MessageStream

WriteError: TypeAlias = Callable[[status_pb2.Status, int, str], Response]
"""Of a status, its HTTP status and the request id."""

PROBLEM = "application/problem+json"
_PACKAGE = "/palate.v1."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request calls."""

    rpc: MethodDescriptor
    method: str
    """As gRPC has it."""
    takes_body: bool
    read: Callable[[bytes], Message]
    """The message of its body; InvalidInput where that is none."""
    media_type: str = JSON
    """What its body must be."""
    stream: type[MessageStream] = EventStream
    """How an answer of several messages is written."""


class Protocols:
    """Of these services."""

    def __init__(self, services: Sequence[ServiceDescriptor]) -> None:
        self._routes = Routes(bindings_of(services))
        self._rpcs: Mapping[str, MethodDescriptor] = {
            method_of(rpc): rpc for service in services for rpc in service.methods
        }

    def asked(self, request: Request) -> Asked:
        """What a request calls; HttpRefusal where that is nothing."""
        if is_connect(request):
            return self._by_connect(request)
        return self._by_path(request)

    def verbs(self, request: Request) -> Sequence[str]:
        """What may be done at a path; nothing where nothing is there."""
        if is_connect(request):
            return ["POST"] if request.url.path in self._rpcs else []
        bindings, _ = self._routes.find(_raw_path(request))
        return [*bindings, *(["HEAD"] if "GET" in bindings else [])]

    def error_writer(self, request: Request) -> WriteError:
        """How an error is written for the caller of a request."""
        if not is_connect(request):
            return _problem
        rpc = self._rpcs.get(request.url.path)
        is_stream = rpc is not None and rpc.server_streaming and request.method == "POST"
        if is_stream and media_type_of(request) == envelopes.MEDIA_TYPE:
            return _connect_end
        return _connect_error

    def _by_path(self, request: Request) -> Asked:
        bindings, values = self._routes.find(_raw_path(request))
        binding = bindings.get("GET" if request.method == "HEAD" else request.method)
        if binding is None:
            raise self._not_there(request)
        read = partial(from_request, binding, values, request.url.query)
        return Asked(binding.rpc, binding.method, binding.takes_body, read)

    def _by_connect(self, request: Request) -> Asked:
        rpc = self._rpcs.get(request.url.path)
        if rpc is None or request.method != "POST":
            raise self._not_there(request)
        read = partial(from_body, rpc.input_type)
        if not rpc.server_streaming:
            return Asked(rpc, method_of(rpc), True, read)
        return Asked(
            rpc,
            method_of(rpc),
            True,
            lambda body: read(envelopes.opened(body)),
            envelopes.MEDIA_TYPE,
            envelopes.EnvelopeStream,
        )

    def _not_there(self, request: Request) -> HttpRefusal:
        verbs = self.verbs(request)
        if not verbs:
            return HttpRefusal(
                404,
                grpc.StatusCode.UNIMPLEMENTED if is_connect(request) else grpc.StatusCode.NOT_FOUND,
                "NO_SUCH_PATH",
                f"nothing is at {request.url.path[:200]}; /openapi.json lists what there is",
            )
        allowed = ", ".join([*verbs, "OPTIONS"])
        return HttpRefusal(
            405,
            grpc.StatusCode.UNIMPLEMENTED,
            "NO_SUCH_VERB",
            f"{request.method} is not to be had at this path; {allowed} are",
            {"allow": allowed},
        )


def is_connect(request: Request) -> bool:
    """Whether a request is one of Connect's protocol: its paths are its own."""
    return request.url.path.startswith(_PACKAGE)


def _problem(status: status_pb2.Status, http_status: int, request_id: str) -> Response:
    return Response(
        problem(status, http_status, request_id),
        http_status,
        headers=error_headers(status),
        media_type=PROBLEM,
    )


def _connect_error(status: status_pb2.Status, http_status: int, _: str) -> Response:
    return Response(
        connect_error(status),
        http_status,
        headers=error_headers(status),
        media_type="application/json",
    )


def _connect_end(status: status_pb2.Status, _: int, __: str) -> Response:
    """A stream that ends before it has begun: HTTP has succeeded, and its end tells the error."""
    return Response(
        envelopes.end(status), headers=error_headers(status), media_type=envelopes.MEDIA_TYPE
    )


def _raw_path(request: Request) -> str:
    """Percent-encoded, so that a slash within a value is not one between segments."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("ascii", "replace")
