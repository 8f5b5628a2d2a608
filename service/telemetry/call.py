"""The call that a line of the log, or a measurement, is about.

Owns what is known of a call wherever its work goes on, on the event loop or in the thread of a queue.
Knows no gRPC, no requests and no answers.
"""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(slots=True)
class Call:
    """One call of one method."""

    method: str
    """As gRPC has it: `/palate.v1.RecommendService/Recommend`."""
    peer: str
    """Where the call comes from, as gRPC has it: `ipv4:127.0.0.1:4242`."""
    request_id: str
    """The caller's, or ours."""
    caller: str = ""
    """Of a key its id and name, of a token its issuer and subject, of a certificate its name; empty
    where nobody is asked, or before they are known."""
    tenant: str = ""
    """Whose catalogue is called, at a server with tenants."""
    trace_id: str = ""
    """Of the trace that it is a part of, where it is traced."""
    span: Any = None
    """Of that trace, until the call ends; whoever traces knows what it is."""

    @property
    def subject(self) -> dict[str, str]:
        """What a line of the log says of it."""
        return {
            "method": self.method,
            "peer": self.peer,
            "request_id": self.request_id,
            "caller": self.caller,
            "tenant": self.tenant,
            "trace_id": self.trace_id,
        }


CURRENT_CALL: ContextVar[Call | None] = ContextVar("current_call", default=None)
"""The call that this thread or task works for; None outside of calls."""


def request_id_of(given: str) -> str:
    """The caller's id where it can be one, else a new one: letters, digits and `._:-`, at most 64, so
    that nobody writes into the log what they like."""
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
