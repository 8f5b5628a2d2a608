"""Points in time: unix seconds as a float, and `google.protobuf.Timestamp`."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

_FIRST_UNIX_S = -62_135_596_800.0
_LAST_UNIX_S = 253_402_300_799.0
"""The years 1 to 9999, which is as far as Timestamp goes; what lies outside is moved to the end."""


def timestamp(unix_s: float) -> Timestamp:
    """To the microsecond, which is what a float of today's seconds holds."""
    within = min(max(unix_s, _FIRST_UNIX_S), _LAST_UNIX_S)
    seconds, micros = divmod(round(within * 1_000_000), 1_000_000)
    return Timestamp(seconds=seconds, nanos=micros * 1_000)


def unix_seconds(message: Timestamp) -> float:
    """0 where the timestamp is not set."""
    return message.seconds + message.nanos / 1e9
