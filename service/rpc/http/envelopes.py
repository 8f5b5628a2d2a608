"""Envelopes: the messages of Connect's streams (connectrpc.com/docs/protocol#streaming-rpcs).

An envelope is a byte of flags, the length in four bytes, the highest first, and so many bytes of
JSON. A request is one of them; an answer is any number, the last of which has the flag of the end and
tells an error, if there was one. Knows no rpc.
"""

from __future__ import annotations

import struct

import orjson
from google.rpc import status_pb2

from service.errors import InvalidInput
from service.rpc.http.problems import connect_error
from service.rpc.http.streams import MessageStream

MEDIA_TYPE = "application/connect+json"

_HEAD = struct.Struct(">BI")
_COMPRESSED, _END = 1, 2
_LONGEST_PAUSE_S = 60.0
"""Nothing is sent meanwhile: the protocol has nothing that says nothing."""


def opened(body: bytes) -> bytes:
    """What is in the one envelope of a request; InvalidInput where it is none, or not the only one."""
    if len(body) < _HEAD.size:
        raise InvalidInput("body", body, "it must be one envelope: flags, length, message")
    flags, size = _HEAD.unpack_from(body)
    if flags & _COMPRESSED:
        raise InvalidInput("body", body[:1], "the message is compressed; send it as it is")
    if flags:
        raise InvalidInput("body", body[:1], "flags of a message must be 0")
    message = body[_HEAD.size :]
    if len(message) != size:
        why = f"its envelope tells of {size:,} bytes, and {len(message):,} came; send one message"
        raise InvalidInput("body", body[: _HEAD.size], why)
    return message


def end(status: status_pb2.Status | None = None) -> bytes:
    """The last envelope, with the error that ended the answer before its time."""
    told = b"{}" if status is None else orjson.dumps({"error": orjson.Fragment(connect_error(status))})  # fmt: skip
    return _sealed(told, _END)


class EnvelopeStream(MessageStream):
    """The answer to one call."""

    headers = (
        (b"content-type", MEDIA_TYPE.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would keep messages back
    )

    def pause_s(self) -> float:
        return _LONGEST_PAUSE_S

    def pause(self) -> bytes:
        return b""

    def message(self, told: bytes) -> bytes:
        return _sealed(told, 0)

    def failed(self, status: status_pb2.Status, request_id: str) -> bytes:
        return end(status)

    def ended(self) -> bytes:
        return end()


def _sealed(told: bytes, flags: int) -> bytes:
    return _HEAD.pack(flags, len(told)) + told
