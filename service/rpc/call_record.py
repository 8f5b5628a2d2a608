"""What became of one call, for its line in the log and its measurement.

Owns what of a call may be told: how it ended, and ids that we gave. Nothing that a caller wrote is
kept. Knows nothing of how errors look on the wire.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass, field
from typing import Any

from service.access.caller import OPEN, Caller
from service.telemetry.call import Call

INTERNAL = "INTERNAL"
_OUR_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(slots=True)
class CallRecord:
    """One call. It counts as cancelled until it has ended otherwise."""

    call: Call
    began: float = field(default_factory=time.perf_counter)
    status: str = "CANCELLED"
    """Name of the gRPC code."""
    reason: str = ""
    """Of an error: the machine-readable one that the caller was told."""
    reference: str = ""
    """Of an error that is our bug: what the caller was told to name."""
    recommendation_id: str = ""
    caller: Caller = OPEN
    held_bytes: int = 0
    """Of the request, once it has been read."""
    is_audited: bool = False
    """Whether its beginning is in the audit log, and its end belongs there too."""
    error: Exception | None = None
    """What the log is to tell the place of: errors that are ours."""

    @property
    def duration_s(self) -> float:
        """Since the call came in."""
        return time.perf_counter() - self.began

    def about(self, message: Any) -> None:
        """Note which answer a request or an answer is about, if it names one of ours."""
        named = getattr(message, "recommendation_id", "")
        if _OUR_ID.fullmatch(named):
            self.recommendation_id = named

    def answered(self) -> None:
        """It ended well."""
        self.status = "OK"

    def refused(self, status: str, reason: str, reference: str = "") -> None:
        """It ended with an error."""
        self.status, self.reason, self.reference = status, reason, reference

    def log(self, logger: logging.Logger) -> None:
        """Its one line."""
        level, error = self._level, self.error
        if not logger.isEnabledFor(level):
            return
        subject = {
            **self.call.subject,
            "recommendation_id": self.recommendation_id,
            "duration_ms": round(self.duration_s * 1000, 3),
            "status": self.status,
            "reason": self.reason,
            "reference": self.reference,
        }
        cause = None if error is None else (type(error), error, error.__traceback__)
        # As logger.log does, but for looking where it was called: that is here for every call, and
        # takes a third of the time.
        logger.handle(
            logger.makeRecord(
                logger.name, level, __file__, 0, self._message, (), cause, extra=subject
            )
        )

    @property
    def _level(self) -> int:
        if self.status in ("OK", "CANCELLED"):
            return logging.INFO
        return logging.ERROR if self.status == INTERNAL else logging.WARNING

    @property
    def _message(self) -> str:
        if self.status == "OK":
            return "call answered"
        if self.status == "CANCELLED":
            return "call left by the caller"
        return "call failed" if self.status == INTERNAL else "call refused"
