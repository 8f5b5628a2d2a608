"""What a caller sees of an error: the status code, the reason, and which field was wrong.

Knows nothing of the server; reads what is on the wire (`google.rpc.Status`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

REQUEST_ID = "x-request-id"
"""Metadata by which a call is known in the server's log: of a request, where the caller gives it, and
of every answer, after it."""


class PalateRpcError(Exception):
    """A call that did not succeed. `str(error)` says what, which value, and what to do."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        reason: str = "",
        field_violations: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        """Machine-readable, such as ITEM_NOT_FOUND; empty where the error comes from the network,
        not from Palate."""
        self.field_violations = dict(field_violations or {})
        """What is wrong, by field of the request."""
        self.metadata = dict(metadata or {})
        """The values that the message names."""
        self.request_id = request_id
        """What the server's log calls the call; empty where no server answered."""

    def __repr__(self) -> str:
        return f"PalateRpcError({self.code.name}, {self.reason or 'no reason'}: {self})"

    @classmethod
    def from_grpc(cls, error: grpc.RpcError) -> PalateRpcError:
        call = cast(grpc.Call, error)
        message = call.details() or call.code().name
        status = rpc_status.from_call(call)
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for detail in status.details if status is not None else ():
            for known in (info, request):
                detail.Unpack(known)  # leaves it alone when the detail is of another type
        violations = {
            violation.field: violation.description for violation in request.field_violations
        }
        return cls(
            call.code(),
            message,
            reason=info.reason,
            field_violations=violations,
            metadata=info.metadata,
            request_id=str(dict(call.trailing_metadata() or ()).get(REQUEST_ID, "")),
        )
